#include "config/expand.h"

#include <algorithm>
#include <cctype>

namespace sluice {
namespace {

bool IsName(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::ranges::all_of(name,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

bool NamesASecret(std::string_view name) {
  for (const char* word : {"PASSWORD", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

/// Appends the value of what stands between "${" and "}".
void Resolve(std::string_view inner, const Environment& environment, Expansion& out) {
  const std::size_t colon = inner.find(':');
  const std::string name(inner.substr(0, colon));
  const std::string_view rest = colon == std::string_view::npos ? "" : inner.substr(colon);
  if (!IsName(name) || (!rest.empty() && !rest.starts_with(":-") && !rest.starts_with(":?"))) {
    out.problem = "`${" + std::string(inner) +
                  "}` is no variable: write ${NAME}, ${NAME:-default} or ${NAME:?message}";
    return;
  }
  const auto value = environment(name);
  out.secret = out.secret || NamesASecret(name);
  // As in a shell, ":-" and ":?" also take the place of an empty value.
  if (value && (rest.empty() || !value->empty())) {
    out.text += *value;
  } else if (rest.starts_with(":-")) {
    out.text += rest.substr(2);
  } else if (rest.starts_with(":?")) {
    out.problem =
        "the environment variable " + name + " is not set: " + std::string(rest.substr(2));
  } else {
    out.problem = "the environment variable " + name + " is not set: set it, or write ${" + name +
                  ":-default}";
  }
}

}  // namespace

Expansion Expand(std::string_view text, const Environment& environment) {
  Expansion out;
  while (out.problem.empty()) {
    const std::size_t at = text.find("${");
    if (at == std::string_view::npos) break;
    if (at > 0 && text[at - 1] == '$') {
      out.text.append(text.substr(0, at - 1)).append("${");
      text.remove_prefix(at + 2);
      continue;
    }
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) {
      out.problem = "`${` without `}`";
      break;
    }
    out.text += text.substr(0, at);
    Resolve(text.substr(at + 2, end - at - 2), environment, out);
    text.remove_prefix(end + 1);
  }
  out.text += text;
  return out;
}

}  // namespace sluice
