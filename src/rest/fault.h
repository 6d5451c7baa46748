#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

/// What went wrong with a request: the bounded label `kind` of sluice_http_client_errors_total.
enum class HttpFault : std::uint8_t {
  kNone,
  kResolve,    ///< The host's name leads nowhere.
  kConnect,    ///< No connection could be made.
  kTls,        ///< The TLS handshake failed, or the certificate is not to be trusted.
  kTimeout,    ///< No complete answer within the time of a request.
  kLost,       ///< The connection ended before the answer did.
  kServer,     ///< 5xx.
  kThrottled,  ///< 429.
  kAccess,     ///< 401: the token is wrong or too old.
  kNotJson,    ///< The body is not JSON.
  kTooLarge,   ///< The body is larger than it may be.
  kOther,
};

inline constexpr std::size_t kHttpFaults = static_cast<std::size_t>(HttpFault::kOther) + 1;

/// The fault's name as a metric label, such as "too_large".
std::string_view FaultName(HttpFault fault);

/// Of a CURLcode other than CURLE_OK.
HttpFault FaultOfCurl(int code);
/// Of the code of a complete answer; kNone if its body is the answer.
HttpFault FaultOfStatus(long status);

}  // namespace sluice
