#include "sluice/position.h"

#include <charconv>

namespace sluice {
namespace {

template <typename Integer>
void AppendInteger(std::string& out, Integer value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

}  // namespace

void Position::AppendTo(std::string& out) const {
  out.append(topic);
  out.push_back('/');
  AppendInteger(out, partition);
  out.push_back('/');
  AppendInteger(out, offset);
  if (index == kNoIndex) return;
  out.push_back('/');
  AppendInteger(out, index);
}

std::string Position::ToString() const {
  std::string text;
  AppendTo(text);
  return text;
}

}  // namespace sluice
