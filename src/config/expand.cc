#include "config/expand.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "config/redact.h"
#include "util/utf8.h"

namespace sluice {
namespace {

bool IsName(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::ranges::all_of(name,
                             [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

/// Where the "}" stands that ends what begins at `begin`, inner variables skipped; npos: nowhere.
std::size_t FindEnd(std::string_view text, std::size_t begin) {
  int depth = 1;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

std::string NotSet(const std::string& name, std::string_view message) {
  const std::string what = "the environment variable " + name + " is not set";
  if (!message.empty()) return what + ": " + std::string(message);
  return what + ": set it, or write ${" + name + ":-default}";
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
  out.secret = out.secret || IsSecretVariable(name);
  if (value && !IsUtf8(*value)) {
    out.problem = "the environment variable " + name + " holds bytes that are no UTF-8";
    return;
  }
  // As in a shell, ":-" and ":?" also take the place of an empty value.
  if (value && (rest.empty() || !value->empty())) {
    out.text += *value;
    return;
  }
  if (!rest.starts_with(":-")) {
    out.problem = NotSet(name, rest.empty() ? rest : rest.substr(2));
    return;
  }
  const Expansion fallback = Expand(rest.substr(2), environment);
  out.text += fallback.text;
  out.problem = fallback.problem;
  out.secret = out.secret || fallback.secret;
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
    const std::size_t end = FindEnd(text, at + 2);
    if (end == std::string_view::npos) {
      out.problem = "`${` without `}`: write ${NAME}, or $${ for the two characters";
      break;
    }
    out.text += text.substr(0, at);
    Resolve(text.substr(at + 2, end - at - 2), environment, out);
    text.remove_prefix(end + 1);
  }
  out.text += text;
  return out;
}

void ExpandTree(TreeNode& node, const Environment& environment, Problems& problems) {
  if (node.kind() == ConfigNode::Kind::kScalar) {
    Expansion expansion = Expand(node.text(), environment);
    if (!expansion.problem.empty()) problems.AddLost(node, expansion.problem);
    if (expansion.secret) node.MarkSecret();
    node.SetText(std::move(expansion.text));
  }
  for (std::size_t i = 0; TreeNode* item = node.Item(i); ++i) {
    ExpandTree(*item, environment, problems);
  }
  for (const auto& [key, value] : node.members()) {
    ExpandTree(*node.Member(key), environment, problems);
  }
}

}  // namespace sluice
