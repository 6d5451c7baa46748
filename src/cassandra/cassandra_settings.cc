#include "cassandra/cassandra_settings.h"

#include <charconv>

namespace sluice::cassandra {
namespace {

Error Bad(std::string_view text, std::string_view what) {
  std::string message = "contact point \"";
  message += text;
  message += "\": ";
  message += what;
  return {ErrorKind::kInvalidConfig, message + "; write host or host:port"};
}

/// Takes the host off the front; false if a bracket is not closed or is followed by text.
bool TakeHost(std::string_view& rest, std::string& host) {
  const bool bracket = rest.starts_with('[');
  const std::size_t end = bracket ? rest.find(']') : rest.find(':');
  if (bracket && end == std::string_view::npos) return false;
  host = bracket ? rest.substr(1, end - 1) : rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + (bracket ? 1 : 0));
  return rest.empty() || rest.starts_with(':');
}

}  // namespace

std::string ContactPoint::text() const {
  const bool brackets = host.find(':') != std::string::npos;
  std::string text = brackets ? "[" + host + "]" : host;
  text += ':';
  return text += std::to_string(port);
}

Result<ContactPoint> ParseContactPoint(std::string_view text) {
  ContactPoint point;
  std::string_view rest = text;
  if (!TakeHost(rest, point.host)) return Bad(text, "the bracket is not closed before the port");
  if (point.host.empty()) return Bad(text, "the host is missing");
  if (rest.empty()) return point;
  rest.remove_prefix(1);
  const char* end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data(), end, point.port);
  if (rest.find(':') != std::string_view::npos) {
    return Bad(text, "an IPv6 address stands in brackets, as in [::1]:9042");
  }
  if (error != std::errc() || stop != end || point.port < 1 || point.port > 65535) {
    return Bad(text, "the port must be 1 to 65535");
  }
  return point;
}

}  // namespace sluice::cassandra
