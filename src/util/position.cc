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

/// Of an index that has no room left; the high bit but one keeps it apart from readable ones.
std::int64_t HashedIndex(std::int64_t index, std::int64_t ordinal) {
  std::uint64_t h = static_cast<std::uint64_t>(index) * 0x9E3779B97F4A7C15ULL;
  h ^= (h >> 32) + static_cast<std::uint64_t>(ordinal);
  h *= 0xD6E8FEB86659FD93ULL;
  h ^= h >> 29;
  return static_cast<std::int64_t>((h >> 2) | (std::uint64_t{1} << 62));
}

}  // namespace

Position Position::Derived(std::int64_t ordinal) const {
  constexpr std::int64_t kMostReadable =
      (std::int64_t{1} << 62) / kMaxOrdinals - 2;  // Below the hashed ones.
  Position derived = *this;
  if (index == kNoIndex) {
    derived.index = ordinal;
  } else if (index <= kMostReadable) {
    derived.index = (index + 1) * kMaxOrdinals + ordinal;
  } else {
    derived.index = HashedIndex(index, ordinal);
  }
  return derived;
}

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
