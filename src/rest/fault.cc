#include "rest/fault.h"

#include <curl/curl.h>

#include <array>

namespace sluice {

std::string_view FaultName(HttpFault fault) {
  constexpr std::array<std::string_view, kHttpFaults> kNames = {
      "none",   "resolve",   "connect", "tls",      "timeout",   "connection_lost",
      "server", "throttled", "access",  "not_json", "too_large", "other"};
  return kNames[static_cast<std::size_t>(fault)];
}

HttpFault FaultOfCurl(int code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return HttpFault::kResolve;
    case CURLE_COULDNT_CONNECT:
      return HttpFault::kConnect;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
      return HttpFault::kTls;
    case CURLE_OPERATION_TIMEDOUT:
      return HttpFault::kTimeout;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return HttpFault::kLost;
    case CURLE_FILESIZE_EXCEEDED:
      return HttpFault::kTooLarge;
    default:
      return HttpFault::kOther;
  }
}

HttpFault FaultOfStatus(long status) {
  if (status >= 500) return HttpFault::kServer;
  if (status == 429) return HttpFault::kThrottled;
  return status == 401 ? HttpFault::kAccess : HttpFault::kNone;
}

}  // namespace sluice
