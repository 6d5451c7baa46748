#pragma once

#include <libpq-fe.h>

#include <cstdint>

namespace sluice::type_oid {

/// The built-in types that cells are converted to and from; their numbers never change.
inline constexpr Oid kBool = 16;
inline constexpr Oid kName = 19;
inline constexpr Oid kInt8 = 20;
inline constexpr Oid kInt2 = 21;
inline constexpr Oid kInt4 = 23;
inline constexpr Oid kText = 25;
inline constexpr Oid kJson = 114;
inline constexpr Oid kFloat4 = 700;
inline constexpr Oid kFloat8 = 701;
inline constexpr Oid kChar = 1042;
inline constexpr Oid kVarchar = 1043;
inline constexpr Oid kTimestamp = 1114;
inline constexpr Oid kTimestampTz = 1184;
inline constexpr Oid kNumeric = 1700;
inline constexpr Oid kUuid = 2950;
inline constexpr Oid kJsonb = 3802;

/// True for types whose binary form is the text itself.
constexpr bool IsText(Oid type) {
  return type == kText || type == kVarchar || type == kChar || type == kName || type == kJson;
}

/// From 1970 to 2000, from where the binary form of instants counts microseconds.
inline constexpr std::int64_t kEpochMs = 946'684'800'000;
/// The range of instants: 4714-11-24 BC to the end of the year 294276.
inline constexpr std::int64_t kFirstInstantMs = -210'866'803'200'000;
inline constexpr std::int64_t kLastInstantMs = 9'224'318'015'999'999;

}  // namespace sluice::type_oid
