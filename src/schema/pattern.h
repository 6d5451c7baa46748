#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace sluice {

/// A regular expression of a schema, run by RE2: the time of a match grows with the text alone,
/// whatever the expression (docs/adr/0010). Immutable and thread-safe.
class Pattern {
 public:
  explicit Pattern(std::string_view expression);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  /// Why the expression can't be used; empty: it can.
  [[nodiscard]] std::string Fault() const;
  /// True if some part of the text, UTF-8, matches. Only without a fault.
  [[nodiscard]] bool Matches(std::string_view text) const;

 private:
  std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace sluice
