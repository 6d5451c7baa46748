#include "http/tls_context.h"

#include <fstream>
#include <string>

namespace sluice {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Error CannotUse(const HttpServerSettings& settings, const std::string& key, const std::string& file,
                const std::string& why) {
  return {ErrorKind::kInvalidConfig, settings.tls_key + "." + key + ": \"" + file +
                                         "\" can't be used: " + why + "; it must be a PEM file"};
}

/// What the library says of a missing file names neither it nor that it is missing.
Status CheckReadable(const HttpServerSettings& settings, const std::string& key,
                     const std::string& file) {
  if (std::ifstream(file).good()) return Ok();
  return CannotUse(settings, key, file, "no such file, or no right to read it");
}

}  // namespace

Status LoadTls(const HttpServerSettings& settings, ssl::context& tls) {
  const HttpTls& files = settings.tls;
  SLUICE_TRY(CheckReadable(settings, "cert", files.cert_file));
  SLUICE_TRY(CheckReadable(settings, "key", files.key_file));
  error_code error;
  tls.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                      ssl::context::no_tlsv1_1 | ssl::context::single_dh_use,
                  error);
  // A key with a passphrase would be asked for on the terminal.
  if (!error) tls.set_password_callback([](auto...) { return std::string(); }, error);
  if (!error) tls.use_certificate_chain_file(files.cert_file, error);
  if (error) return CannotUse(settings, "cert", files.cert_file, error.message());
  tls.use_private_key_file(files.key_file, ssl::context::pem, error);
  if (error) {
    return CannotUse(settings, "key", files.key_file,
                     error.message() + " (is it the key of \"" + files.cert_file + "\"?)");
  }
  return Ok();
}

Status CheckHttpTls(const HttpServerSettings& settings) {
  if (settings.tls.cert_file.empty()) return Ok();
  ssl::context tls(ssl::context::tls_server);
  return LoadTls(settings, tls);
}

}  // namespace sluice
