#include "sluice/value.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace sluice {
namespace {

bool IsInteger(std::string_view literal) {
  return literal.find_first_of(".eE") == std::string_view::npos;
}

/// The low 64 bits of an integer of any length.
std::int64_t LowBits(std::string_view literal) {
  const bool negative = literal.starts_with('-');
  std::uint64_t magnitude = 0;
  for (const char digit : literal.substr(negative ? 1 : 0)) {
    magnitude = magnitude * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

std::int64_t Saturate(double value) {
  constexpr double kLimit = 9223372036854775808.0;
  if (std::isnan(value)) return 0;
  if (value >= kLimit) return std::numeric_limits<std::int64_t>::max();
  if (value < -kLimit) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

}  // namespace

double Value::AsDouble(double fallback) const {
  if (!IsNumber()) return fallback;
  const std::string_view literal = text();
  double value = 0;
  const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  // from_chars leaves the value alone where it overflows or underflows; strtod says which.
  if (error == std::errc::result_out_of_range)
    return std::strtod(std::string(literal).c_str(), nullptr);
  return value;
}

std::int64_t Value::AsInt64(std::int64_t fallback) const {
  if (!IsNumber()) return fallback;
  const std::string_view literal = text();
  return IsInteger(literal) ? LowBits(literal) : Saturate(AsDouble());
}

Path::Path(std::string_view pointer) {
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = pointer.find('/');
    std::string name(pointer.substr(0, end));
    for (std::size_t at = 0; (at = name.find('~', at)) != std::string::npos; ++at) {
      if (at + 1 < name.size()) name.replace(at, 2, name[at + 1] == '1' ? "/" : "~");
    }
    const std::uint32_t hash = HashName(name.data(), name.size());
    names_.push_back({std::move(name), hash});
    pointer.remove_prefix(end == std::string_view::npos ? pointer.size() : end);
  }
}

std::string Path::ToString() const {
  std::string pointer;
  for (const Name& name : names_) {
    pointer.push_back('/');
    for (const char c : name.text) {
      if (c == '~') {
        pointer += "~0";
      } else if (c == '/') {
        pointer += "~1";
      } else {
        pointer.push_back(c);
      }
    }
  }
  return pointer;
}

}  // namespace sluice
