#include "config/redact.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace sluice {
namespace {

bool HasWord(std::string_view name, std::initializer_list<std::string_view> words) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(
      words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

/// "?db=5" is shown; other parameters may be a password's.
std::string ShownParameters(std::string_view text) {
  if (text.empty()) return "";
  const std::string_view db = text.starts_with("?db=") ? text.substr(4) : std::string_view();
  const bool digits =
      !db.empty() && std::ranges::all_of(db, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::string(text) : text.front() + kRedacted;
}

}  // namespace

bool IsSecretKey(std::string_view key) {
  return HasWord(key, {"password", "passphrase", "passwd", "secret", "token", "jaas", "key.pem",
                       "oauthbearer.config"}) ||
         key == "ssl_key";
}

bool IsSecretVariable(std::string_view name) {
  return HasWord(name, {"password", "passphrase", "passwd", "secret", "token", "key", "credential",
                        "oauthbearer", "jaas"});
}

std::string RedactUrl(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::string(text);
  const std::size_t begin = scheme + 3;
  const std::string head(text.substr(0, begin));
  const std::size_t query = std::min(text.find_first_of("?#", begin), text.size());
  const std::string parameters = ShownParameters(text.substr(query));
  // The last "@": a password may hold an "@" or a "/" of its own.
  const std::size_t at = text.rfind('@');
  const bool path = text.substr(begin).starts_with('/');
  if (path || at == std::string_view::npos || at < begin)
    return std::string(text.substr(0, query)) + parameters;
  // The "@" of a parameter, or of a password that holds a "?".
  if (at > query) return head + kRedacted;
  return head + kRedacted + std::string(text.substr(at, query - at)) + parameters;
}

std::string TreeNode::shown() const { return sluice::Shown(*this); }

std::string Shown(const TreeNode& node) {
  return node.secret() && !node.text().empty() ? kRedacted : RedactUrl(node.text());
}

}  // namespace sluice
