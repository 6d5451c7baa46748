#include "schema/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <cctype>

namespace sluice {
namespace {

constexpr std::size_t kDigits = 4;

bool AreHexDigits(std::string_view text) {
  return text.size() == kDigits && std::ranges::all_of(text, [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

/// ECMAScript's "\u00e9" as "\x{00e9}"; RE2 knows the rest as it is.
std::string InRe2Syntax(std::string_view expression) {
  std::string text;
  for (std::size_t at = 0; at < expression.size(); ++at) {
    text.push_back(expression[at]);
    if (expression[at] != '\\' || at + 1 == expression.size()) continue;
    const std::string_view digits =
        expression.substr(at + 2 < expression.size() ? at + 2 : at, kDigits);
    if (expression[at + 1] == 'u' && AreHexDigits(digits)) {
      text.append("x{").append(digits).append("}");
      at += 1 + kDigits;
    } else {
      text.push_back(expression[++at]);
    }
  }
  return text;
}

re2::RE2::Options Quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

}  // namespace

Pattern::Pattern(std::string_view expression)
    : compiled_(std::make_unique<const re2::RE2>(InRe2Syntax(expression), Quiet())) {}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

std::string Pattern::Fault() const { return compiled_->ok() ? "" : compiled_->error(); }

bool Pattern::Matches(std::string_view text) const {
  return re2::RE2::PartialMatch({text.data(), text.size()}, *compiled_);
}

}  // namespace sluice
