#include "redis/tls.h"

#include <hiredis/hiredis.h>

#include <string>

#if defined(SLUICE_REDIS_TLS)
#include <arpa/inet.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#endif

namespace sluice {

#if defined(SLUICE_REDIS_TLS)

namespace {

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

Error TlsError(ErrorKind kind, const RedisSettings& settings, const std::string& what) {
  char text[256] = "no reason given";
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, text, sizeof text);
  }
  ERR_clear_error();
  return {kind, "redis " + settings.Address() + ": " + what + ": " + text};
}

Status LoadFiles(SSL_CTX& context, const RedisSettings& settings) {
  const auto fail = [&](const std::string& what) {
    return TlsError(ErrorKind::kInvalidConfig, settings, what);
  };
  if (settings.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(&context) != 1) {
      return fail("the system's certificate authorities can't be read");
    }
  } else if (SSL_CTX_load_verify_locations(&context, settings.ca_file.c_str(), nullptr) != 1) {
    return fail("the authorities in " + settings.ca_file + " can't be read");
  }
  if (settings.cert_file.empty() && settings.key_file.empty()) return Ok();
  if (SSL_CTX_use_certificate_chain_file(&context, settings.cert_file.c_str()) != 1) {
    return fail("the certificate in \"" + settings.cert_file + "\" can't be used");
  }
  if (SSL_CTX_use_PrivateKey_file(&context, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail("the private key in \"" + settings.key_file + "\" can't be used");
  }
  return Ok();
}

TlsContext MakeContext() {
  TlsContext tls(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  // A key with a passphrase would be asked for on the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  if (tls != nullptr) SSL_CTX_set_default_passwd_cb(tls.get(), no_passphrase);
  return tls;
}

/// hiredis checks the chain but not the name; both are needed to know the server.
bool RequireName(SSL& session, const std::string& host) {
  in6_addr address{};
  X509_VERIFY_PARAM* parameters = SSL_get0_param(&session);
  if (inet_pton(AF_INET, host.c_str(), &address) == 1 ||
      inet_pton(AF_INET6, host.c_str(), &address) == 1) {
    return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  }
  return SSL_set_tlsext_host_name(&session, host.c_str()) == 1 &&
         SSL_set1_host(&session, host.c_str()) == 1;
}

}  // namespace

Status CheckTlsSupport(std::string_view /*address*/) { return Ok(); }

Status CheckTlsFiles(const RedisSettings& settings) {
  const TlsContext tls = MakeContext();
  return tls == nullptr ? Ok() : LoadFiles(*tls, settings);
}

Status StartTls(redisContext& context, const RedisSettings& settings) {
  const TlsContext tls = MakeContext();
  if (tls == nullptr) return TlsError(ErrorKind::kUnavailable, settings, "TLS can't be set up");
  SSL_CTX_set_min_proto_version(tls.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(tls.get(), SSL_VERIFY_PEER, nullptr);
  SLUICE_TRY(LoadFiles(*tls, settings));
  SSL* session = SSL_new(tls.get());
  if (session == nullptr || !RequireName(*session, settings.host)) {
    SSL_free(session);
    return TlsError(ErrorKind::kUnavailable, settings, "TLS can't be set up");
  }
  if (redisInitiateSSL(&context, session) != REDIS_OK) {
    SSL_free(session);  // hiredis owns it only from its success on.
    return Error{ErrorKind::kUnavailable,
                 "redis " + settings.Address() + ": TLS handshake failed: " + context.errstr +
                     "; check that the port speaks TLS, ca_file and the certificate's name"};
  }
  return Ok();
}

#else

Status CheckTlsSupport(std::string_view address) {
  return Error{ErrorKind::kInvalidConfig,
               "redis " + std::string(address) +
                   ": TLS (rediss://) needs hiredis 1.0 or newer with hiredis_ssl, and this build "
                   "has hiredis " +
                   std::to_string(HIREDIS_MAJOR) + "." + std::to_string(HIREDIS_MINOR) + "." +
                   std::to_string(HIREDIS_PATCH) +
                   " without it; use redis:// (through a TLS tunnel, say) or build on a newer "
                   "system"};
}

Status CheckTlsFiles(const RedisSettings& settings) { return CheckTlsSupport(settings.Address()); }

Status StartTls(redisContext& /*context*/, const RedisSettings& settings) {
  return CheckTlsSupport(settings.Address());
}

#endif

}  // namespace sluice
