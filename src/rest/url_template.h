#pragma once

#include <string>
#include <string_view>

#include "sluice/result.h"

namespace sluice {

/// A URL with a place for a key, such as https://api.example.org/dialcode/v3/read/{key}.
class UrlTemplate {
 public:
  static constexpr std::string_view kPlaceholder = "{key}";

  /// kInvalidConfig: no http or https URL, one with user or password, or one in which `{key}` does
  /// not stand exactly once behind the host. The message holds nothing of the URL.
  static Result<UrlTemplate> Parse(std::string_view text);

  /// The URL of a key, which stands in it as one path segment: all but letters, digits and -_.~ is
  /// percent-encoded, and so are the dots of "." and "..", which would mean another folder.
  [[nodiscard]] std::string For(std::string_view key) const;

  /// "https://api.example.org:8443", for messages.
  [[nodiscard]] const std::string& server() const { return server_; }
  [[nodiscard]] bool tls() const { return server_.starts_with("https:"); }

 private:
  std::string server_;
  std::string before_;  ///< The server is its beginning.
  std::string after_;
};

}  // namespace sluice
