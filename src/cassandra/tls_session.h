#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cassandra/cassandra_settings.h"
#include "sluice/result.h"

struct ssl_st;
struct ssl_ctx_st;

namespace sluice::cassandra {

/// kInvalidConfig if a file of the settings can't be used; connects to nothing.
Status CheckTlsFiles(const CassandraSettings& settings);

/// TLS 1.2 or newer over a connected, non-blocking socket; the server's certificate is verified,
/// and that it names the host. It never waits. The socket is the caller's.
class TlsSession {
 public:
  enum class Outcome : std::uint8_t {
    kDone,
    kWantsRead,   ///< To be called again when the socket can be read,
    kWantsWrite,  ///< or written.
    kClosed,      ///< The other side has ended the session in order.
    kFailed,      ///< problem() says why.
  };

  /// kInvalidConfig: a file can't be used. kUnavailable: there is no memory.
  static Result<std::unique_ptr<TlsSession>> Make(const CassandraSettings& settings,
                                                  const std::string& host, int fd);

  Outcome Handshake();
  /// `size` is what was read or written.
  Outcome Read(std::span<char> into, std::size_t& size);
  Outcome Write(std::string_view bytes, std::size_t& size);
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Free {
    void operator()(ssl_st* session) const;
    void operator()(ssl_ctx_st* context) const;
  };
  TlsSession() = default;
  Outcome OutcomeOf(int result);

  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::unique_ptr<ssl_st, Free> session_;
  std::string problem_;
};

}  // namespace sluice::cassandra
