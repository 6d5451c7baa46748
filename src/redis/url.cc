#include "redis/url.h"

#include <charconv>
#include <optional>
#include <utility>

#include "redis/tls.h"

namespace sluice {
namespace {

constexpr std::string_view kForms =
    "expected redis://[user:password@]host[:port][/db], rediss://... for TLS, or "
    "unix://[user:password@]/path[?db=N]";

std::optional<int> Number(std::string_view text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < 0 || value > max) return std::nullopt;
  return value;
}

std::optional<std::string> DecodePercent(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() != '%') {
      out.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    unsigned byte = 0;
    if (text.size() < 3) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
    if (error != std::errc() || end != text.data() + 3) return std::nullopt;
    out.push_back(static_cast<char>(byte));
    text.remove_prefix(3);
  }
  return out;
}

/// Takes the text up to `separator` off the front of `text`; all of it if there is none.
std::string_view TakeUntil(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

/// Parameters may hold a password, although none is taken from there.
std::string_view WithoutParameters(std::string_view text) {
  return text.substr(0, text.find_first_of("?#"));
}

/// One URL on its way into settings; keeps what an error message may show of it.
class UrlParser {
 public:
  explicit UrlParser(std::string_view url) : rest_(url) {}

  Result<RedisSettings> Parse() {
    SLUICE_TRY(TakeScheme());
    SLUICE_TRY(TakeCredentials());
    SLUICE_TRY(unix_ ? TakePath() : TakeHost());
    if (settings_.tls) SLUICE_TRY(CheckTlsSupport(settings_.Address()));
    return std::move(settings_);
  }

 private:
  Error Bad(std::string_view what) const {
    return {ErrorKind::kInvalidConfig, "redis URL \"" + shown_ + std::string(rest_shown_) +
                                           "\": " + std::string(what) + "; " + std::string(kForms)};
  }

  Status TakeScheme() {
    const std::size_t colon = rest_.find("://");
    if (colon == std::string_view::npos) {
      return Error{ErrorKind::kInvalidConfig, "redis URL without a scheme; " + std::string(kForms)};
    }
    const std::string_view scheme = rest_.substr(0, colon);
    shown_ = std::string(scheme) + "://";
    rest_.remove_prefix(colon + 3);
    unix_ = scheme == "unix";
    settings_.tls = scheme == "rediss";
    if (unix_ || settings_.tls || scheme == "redis") return Ok();
    return Bad("unknown scheme");
  }

  Status TakeCredentials() {
    // The last "@", so that a password with a bare "@" or "/" can't end up in a message.
    const std::size_t at = rest_.rfind('@');
    if (at == std::string_view::npos || (unix_ && rest_.starts_with('/'))) {
      rest_shown_ = WithoutParameters(rest_);
      return Ok();
    }
    std::string_view credentials = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    shown_ += "***@";
    // What stands in front of the "@" may be a parameter, and so may the rest then.
    if (WithoutParameters(credentials) == credentials) rest_shown_ = WithoutParameters(rest_);
    if (credentials.find(':') == std::string_view::npos) {
      return Bad("write :password@ or user:password@ in front of the host");
    }
    const auto user = DecodePercent(TakeUntil(credentials, ':'));
    const auto password = DecodePercent(credentials);
    if (!user || !password) return Bad("a % in user or password must be written as %25");
    if (password->empty()) return Bad("the password is empty");
    settings_.user = *user;
    settings_.password = *password;
    return Ok();
  }

  Status TakePath() {
    std::string_view query = rest_;
    settings_.unix_path = TakeUntil(query, '?');
    if (settings_.unix_path.empty() || settings_.unix_path.front() != '/') {
      return Bad("the socket's path must be absolute (three slashes after unix:)");
    }
    if (query.empty()) return Ok();
    if (!query.starts_with("db=")) {
      return Bad("only the parameter db=N is known (others are not shown)");
    }
    return TakeDb(query.substr(3));
  }

  Status TakeHost() {
    if (rest_.find_first_of("?#") != std::string_view::npos) {
      return Bad("parameters (not shown) are not known; a password stands in front of the host");
    }
    std::string_view db = rest_;
    std::string_view port = TakeUntil(db, '/');
    if (port.starts_with('[')) {
      port.remove_prefix(1);
      if (port.find(']') == std::string_view::npos) return Bad("the bracket is not closed");
      settings_.host = TakeUntil(port, ']');
      if (!port.empty() && port.front() != ':') return Bad("text after the bracket");
      if (!port.empty()) port.remove_prefix(1);
    } else {
      settings_.host = TakeUntil(port, ':');
    }
    if (settings_.host.empty()) return Bad("the host is missing");
    if (!port.empty()) {
      const auto number = Number(port, 65535);
      if (!number || *number == 0) return Bad("the port must be 1 to 65535");
      settings_.port = *number;
    }
    return db.empty() ? Ok() : TakeDb(db);
  }

  Status TakeDb(std::string_view text) {
    const auto number = Number(text, 1'000'000);
    if (!number) return Bad("the database must be a number");
    settings_.db = *number;
    return Ok();
  }

  std::string_view rest_;
  std::string shown_;
  std::string_view rest_shown_;
  bool unix_ = false;
  RedisSettings settings_;
};

}  // namespace

std::string RedisSettings::Address() const {
  if (!unix_path.empty()) return "unix://" + unix_path + "?db=" + std::to_string(db);
  const bool brackets = host.find(':') != std::string::npos;
  const std::string shown_host = brackets ? "[" + host + "]" : host;
  return (tls ? "rediss://" : "redis://") + shown_host + ":" + std::to_string(port) + "/" +
         std::to_string(db);
}

Result<RedisSettings> ParseRedisUrl(std::string_view url) { return UrlParser(url).Parse(); }

}  // namespace sluice
