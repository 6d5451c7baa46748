#include "cassandra/tls_session.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace sluice::cassandra {
namespace {

/// What OpenSSL says went wrong last; its list of errors is empty afterwards.
std::string Reason() {
  char text[256] = "no reason given";
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, text, sizeof text);
  }
  ERR_clear_error();
  return text;
}

Status LoadFiles(SSL_CTX& context, const CassandraSettings& settings) {
  const auto fail = [](const std::string& what) {
    return Error{ErrorKind::kInvalidConfig, what + ": " + Reason()};
  };
  if (settings.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(&context) != 1) {
      return fail("the system's certificate authorities can't be read");
    }
  } else if (SSL_CTX_load_verify_locations(&context, settings.ca_file.c_str(), nullptr) != 1) {
    return fail("the authorities in " + settings.ca_file + " can't be read");
  }
  if (settings.cert_file.empty()) return Ok();
  if (SSL_CTX_use_certificate_chain_file(&context, settings.cert_file.c_str()) != 1) {
    return fail("the certificate in " + settings.cert_file + " can't be used");
  }
  if (SSL_CTX_use_PrivateKey_file(&context, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail("the private key in " + settings.key_file + " can't be used");
  }
  return Ok();
}

SSL_CTX* NewContext() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return nullptr;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A key with a passphrase would be asked for on the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
  return context;
}

/// The chain is checked by OpenSSL; the name as well only if it is told.
bool RequireName(SSL& session, const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1 ||
      inet_pton(AF_INET6, host.c_str(), &address) == 1) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&session), host.c_str()) == 1;
  }
  return SSL_set_tlsext_host_name(&session, host.c_str()) == 1 &&
         SSL_set1_host(&session, host.c_str()) == 1;
}

int Bounded(std::size_t size) {
  return static_cast<int>(
      std::min<std::size_t>(size, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

}  // namespace

void TlsSession::Free::operator()(ssl_st* session) const { SSL_free(session); }
void TlsSession::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Status CheckTlsFiles(const CassandraSettings& settings) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(NewContext(), SSL_CTX_free);
  return context == nullptr ? Ok() : LoadFiles(*context, settings);
}

Result<std::unique_ptr<TlsSession>> TlsSession::Make(const CassandraSettings& settings,
                                                     const std::string& host, int fd) {
  std::unique_ptr<TlsSession> made(new TlsSession);
  const auto fail = [] { return Error{ErrorKind::kUnavailable, "TLS: " + Reason()}; };
  made->context_.reset(NewContext());
  if (made->context_ == nullptr) return fail();
  SLUICE_TRY(LoadFiles(*made->context_, settings));
  made->session_.reset(SSL_new(made->context_.get()));
  if (made->session_ == nullptr || !RequireName(*made->session_, host) ||
      SSL_set_fd(made->session_.get(), fd) != 1) {
    return fail();
  }
  return made;
}

TlsSession::Outcome TlsSession::OutcomeOf(int result) {
  switch (SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_NONE:
      return Outcome::kDone;
    case SSL_ERROR_WANT_READ:
      return Outcome::kWantsRead;
    case SSL_ERROR_WANT_WRITE:
      return Outcome::kWantsWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Outcome::kClosed;
    default:
      break;
  }
  problem_ = Reason();
  const long verified = SSL_get_verify_result(session_.get());
  if (verified != X509_V_OK) problem_ = X509_verify_cert_error_string(verified);
  return Outcome::kFailed;
}

TlsSession::Outcome TlsSession::Handshake() {
  ERR_clear_error();
  return OutcomeOf(SSL_connect(session_.get()));
}

TlsSession::Outcome TlsSession::Read(std::span<char> into, std::size_t& size) {
  ERR_clear_error();
  const int got = SSL_read(session_.get(), into.data(), Bounded(into.size()));
  size = got > 0 ? static_cast<std::size_t>(got) : 0;
  return OutcomeOf(got);
}

TlsSession::Outcome TlsSession::Write(std::string_view bytes, std::size_t& size) {
  ERR_clear_error();
  const int sent = SSL_write(session_.get(), bytes.data(), Bounded(bytes.size()));
  size = sent > 0 ? static_cast<std::size_t>(sent) : 0;
  return OutcomeOf(sent);
}

}  // namespace sluice::cassandra
