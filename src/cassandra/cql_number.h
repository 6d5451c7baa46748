#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::cassandra {

/// Digits of the longest number that is converted: the time for it grows with their square.
inline constexpr std::size_t kMostDigits = 4096;

/// Integers of any size: "-12" and its two's complement, big end first, as short as it can be.
/// nullopt: it is no such number, or a longer one.
std::optional<std::string> VarintOfText(std::string_view text);
std::optional<std::string> TextOfVarint(std::string_view bytes);

/// An integer times ten to the power of -scale.
struct CqlDecimal {
  std::int32_t scale = 0;
  std::string unscaled;  ///< A varint.
};

/// "1.0E+10", "-0.5", "12"; every digit counts ("1.0" is not "1").
std::optional<CqlDecimal> DecimalOfText(std::string_view text);
/// As Java's BigDecimal writes it.
std::optional<std::string> TextOfDecimal(std::int32_t scale, std::string_view unscaled);

/// 16 bytes and "d5a2a6a0-8f3c-11ec-b909-0242ac120002".
std::optional<std::string> UuidOfText(std::string_view text);
std::string TextOfUuid(std::string_view bytes);

}  // namespace sluice::cassandra
