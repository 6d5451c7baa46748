#include "schema/json_pointer.h"

#include <charconv>

namespace sluice {
namespace {

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded.push_back(text[at]);
      continue;
    }
    unsigned code = 0;
    const char* digits = text.data() + at + 1;
    if (at + 2 >= text.size()) return std::nullopt;
    if (std::from_chars(digits, digits + 2, code, 16).ptr != digits + 2) return std::nullopt;
    decoded.push_back(static_cast<char>(code));
    at += 2;
  }
  return decoded;
}

std::optional<std::string> Unescape(std::string_view token) {
  std::string name;
  for (std::size_t at = 0; at < token.size(); ++at) {
    if (token[at] != '~') {
      name.push_back(token[at]);
      continue;
    }
    ++at;
    if (at == token.size() || (token[at] != '0' && token[at] != '1')) return std::nullopt;
    name.push_back(token[at] == '0' ? '~' : '/');
  }
  return name;
}

}  // namespace

void AppendToPointer(std::string& pointer, std::string_view name) {
  pointer.push_back('/');
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer.push_back(c);
    }
  }
}

std::optional<std::vector<std::string>> ParsePointerFragment(std::string_view fragment) {
  std::vector<std::string> names;
  const auto decoded = PercentDecode(fragment);
  if (!decoded) return std::nullopt;
  std::string_view rest = *decoded;
  while (!rest.empty()) {
    if (rest.front() != '/') return std::nullopt;
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    auto name = Unescape(rest.substr(0, end));
    if (!name) return std::nullopt;
    names.push_back(std::move(*name));
    rest.remove_prefix(end);
  }
  return names;
}

}  // namespace sluice
