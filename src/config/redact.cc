#include "config/redact.h"

#include <algorithm>
#include <cctype>

namespace sluice {

bool IsSecretKey(std::string_view key) {
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* word : {"password", "secret", "token", "jaas", "key.pem"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

std::string RedactUrl(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::string(text);
  const std::size_t begin = scheme + 3;
  const std::size_t end = std::min(text.find('/', begin), text.size());
  const std::size_t at = text.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < begin) return std::string(text);
  return std::string(text.substr(0, begin)) + kRedacted + std::string(text.substr(at));
}

}  // namespace sluice
