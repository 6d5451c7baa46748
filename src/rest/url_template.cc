#include "rest/url_template.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace sluice {
namespace {

using CurlUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Error Invalid(std::string_view what) { return {ErrorKind::kInvalidConfig, std::string(what)}; }

/// "https://host:port" at the beginning of `url`; empty if that is not how it begins.
std::string_view ServerOf(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::size_t end = std::min(url.find_first_of("/?#", scheme.size()), url.size());
    return end > scheme.size() ? url.substr(0, end) : std::string_view();
  }
  return {};
}

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

void AppendEncoded(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
}

}  // namespace

Result<UrlTemplate> UrlTemplate::Parse(std::string_view text) {
  UrlTemplate url;
  url.server_ = ServerOf(text);
  if (url.server_.empty()) return Invalid("must begin with http:// or https:// and a host");
  if (url.server_.find('@') != std::string::npos) {
    return Invalid("must hold no user or password; use `token` or `token_file`");
  }
  const std::size_t at = text.find(kPlaceholder);
  if (at == std::string_view::npos || at < url.server_.size()) {
    return Invalid("must hold {key} behind the host, where the key is put");
  }
  url.before_ = text.substr(0, at);
  url.after_ = text.substr(at + kPlaceholder.size());
  if (url.after_.find(kPlaceholder) != std::string::npos) return Invalid("must hold {key} once");
  const CurlUrl parsed(curl_url(), curl_url_cleanup);
  const std::string sample = url.For("key");
  if (sample.find_first_of("{}#") != std::string::npos ||
      curl_url_set(parsed.get(), CURLUPART_URL, sample.c_str(), 0) != CURLUE_OK) {
    return Invalid("is not a valid URL");
  }
  return url;
}

std::string UrlTemplate::For(std::string_view key) const {
  const bool dots = key == "." || key == "..";
  std::string url = before_;
  url.reserve(before_.size() + key.size() + after_.size());
  for (const char c : key) {
    if (IsUnreserved(c) && !dots) {
      url.push_back(c);
    } else {
      AppendEncoded(url, c);
    }
  }
  return url + after_;
}

}  // namespace sluice
