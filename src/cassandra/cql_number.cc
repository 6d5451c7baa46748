#include "cassandra/cql_number.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

namespace sluice::cassandra {
namespace {

constexpr std::uint32_t kBillion = 1'000'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Digits as a number, big end first, without a sign and without zeros in front.
std::vector<std::uint8_t> BytesOfDigits(std::string_view digits) {
  std::vector<std::uint32_t> limbs;  // Little end first.
  while (!digits.empty()) {
    const std::string_view chunk = digits.substr(0, std::min<std::size_t>(9, digits.size()));
    digits.remove_prefix(chunk.size());
    std::uint64_t carry = 0;
    std::uint64_t factor = 1;
    for (const char digit : chunk) {
      carry = carry * 10 + static_cast<std::uint64_t>(digit - '0');
      factor *= 10;
    }
    for (std::uint32_t& limb : limbs) {
      carry += limb * factor;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry > 0) limbs.push_back(static_cast<std::uint32_t>(carry));
  }
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t limb : limbs) {
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<std::uint8_t>(limb >> shift));
    }
  }
  while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
  std::ranges::reverse(bytes);
  return bytes;
}

std::string DigitsOfBytes(const std::vector<std::uint8_t>& bytes) {
  std::vector<std::uint32_t> chunks;  // Nine digits each, little end first.
  for (const std::uint8_t byte : bytes) {
    std::uint64_t carry = byte;
    for (std::uint32_t& chunk : chunks) {
      carry += static_cast<std::uint64_t>(chunk) << 8;
      chunk = static_cast<std::uint32_t>(carry % kBillion);
      carry /= kBillion;
    }
    if (carry > 0) chunks.push_back(static_cast<std::uint32_t>(carry));
  }
  if (chunks.empty()) return "0";
  std::string digits = std::to_string(chunks.back());
  for (std::size_t i = chunks.size() - 1; i-- > 0;) {
    const std::string chunk = std::to_string(chunks[i]);
    digits.append(9 - chunk.size(), '0').append(chunk);
  }
  return digits;
}

/// Minus the number that the bytes hold, in two's complement of the same width.
void Negate(std::vector<std::uint8_t>& bytes) {
  int carry = 1;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    const int sum = static_cast<std::uint8_t>(~bytes[i]) + carry;
    bytes[i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
}

std::string VarintOf(std::string_view digits, bool negative) {
  std::vector<std::uint8_t> bytes = BytesOfDigits(digits);
  bytes.insert(bytes.begin(), 0);  // Room for the sign.
  if (negative) Negate(bytes);
  const std::uint8_t sign = bytes.front();  // 0 or 0xFF.
  std::size_t spare = 0;
  while (spare + 1 < bytes.size() && bytes[spare] == sign &&
         (bytes[spare + 1] & 0x80) == (sign & 0x80)) {
    ++spare;
  }
  return {bytes.begin() + static_cast<std::ptrdiff_t>(spare), bytes.end()};
}

/// Takes a sign off the front; true if it is a minus.
bool TakeSign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

/// Takes "e+10" off the end; nullopt if it is none.
std::optional<std::int64_t> TakeExponent(std::string_view& text) {
  const std::size_t at = text.find_first_of("eE");
  if (at == std::string_view::npos) return 0;
  std::string_view power = text.substr(at + 1);
  text = text.substr(0, at);
  const bool negative = TakeSign(power);
  std::int64_t value = 0;
  const char* end = power.data() + power.size();
  const auto [stop, error] = std::from_chars(power.data(), end, value);
  if (power.empty() || !IsDigit(power[0]) || error != std::errc() || stop != end) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

}  // namespace

std::optional<std::string> VarintOfText(std::string_view text) {
  const bool negative = TakeSign(text);
  if (text.empty() || text.size() > kMostDigits || !std::ranges::all_of(text, IsDigit)) {
    return std::nullopt;
  }
  return VarintOf(text, negative);
}

std::optional<std::string> TextOfVarint(std::string_view bytes) {
  // A byte is 2.4 digits and a little more.
  if (bytes.empty() || bytes.size() > kMostDigits * 2 / 5) return std::nullopt;
  std::vector<std::uint8_t> number(bytes.begin(), bytes.end());
  const bool negative = (number[0] & 0x80) != 0;
  if (negative) Negate(number);
  return (negative ? "-" : "") + DigitsOfBytes(number);
}

std::optional<CqlDecimal> DecimalOfText(std::string_view text) {
  const bool negative = TakeSign(text);
  const auto exponent = TakeExponent(text);
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::int64_t fraction = 0;
  if (point != std::string_view::npos) {
    digits += text.substr(point + 1);
    fraction = static_cast<std::int64_t>(text.size() - point - 1);
  }
  if (!exponent || digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  if (!std::ranges::all_of(digits, IsDigit)) return std::nullopt;
  if (*exponent > std::int64_t{1} << 40 || *exponent < -(std::int64_t{1} << 40)) {
    return std::nullopt;
  }
  const std::int64_t scale = fraction - *exponent;
  if (scale > std::numeric_limits<std::int32_t>::max() ||
      scale < std::numeric_limits<std::int32_t>::min()) {
    return std::nullopt;
  }
  return CqlDecimal{static_cast<std::int32_t>(scale), VarintOf(digits, negative)};
}

std::optional<std::string> TextOfDecimal(std::int32_t scale, std::string_view unscaled) {
  auto digits = TextOfVarint(unscaled);
  if (!digits || scale == 0) return digits;
  const std::string sign = digits->starts_with('-') ? "-" : "";
  digits->erase(0, sign.size());
  const auto size = static_cast<std::int64_t>(digits->size());
  const std::int64_t adjusted = -std::int64_t{scale} + size - 1;
  if (scale >= 0 && adjusted >= -6) {
    if (size <= scale) digits->insert(0, static_cast<std::size_t>(scale - size + 1), '0');
    digits->insert(digits->size() - static_cast<std::size_t>(scale), 1, '.');
    return sign + *digits;
  }
  if (size > 1) digits->insert(1, 1, '.');
  *digits += adjusted < 0 ? "E" : "E+";
  *digits += std::to_string(adjusted);
  return sign + *digits;
}

std::optional<std::string> UuidOfText(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (dash) {
      ++i;
      continue;
    }
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (error != std::errc() || end != text.data() + i + 2) return std::nullopt;
    bytes.push_back(static_cast<char>(value));
    i += 2;
  }
  return bytes;
}

std::string TextOfUuid(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace sluice::cassandra
