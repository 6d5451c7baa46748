#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/arena.h"
#include "sluice/value.h"

namespace sluice::stages {

/// The forms in which members of a device's record are stored (device-profile-updater.md 2 and 5).
/// What is made stands in `arena`.

/// True for what counts as if it were not there: null, "" and "{}".
bool IsAbsent(Value value);

/// A string as it is, a number or a boolean as Java writes it; nullopt for what is absent, an
/// object or an array.
std::optional<std::string_view> ScalarText(Value value, Arena& arena);
/// The same, and an object or an array as Java writes a map or a list: "{a=1}".
std::optional<std::string_view> JavaText(Value value, Arena& arena);
/// What a text column holds: the compact form of a JSON object, be it a value or a text that is one
/// strictly; else JavaText.
std::optional<std::string_view> ColumnText(Value value, Arena& arena);

/// A number, or a text that is one, without its fraction; nullopt for all else and beyond 64 bits.
std::optional<std::int64_t> WholeNumber(Value value);
std::optional<std::int64_t> WholeNumber(std::string_view literal);
std::optional<double> Number(Value value);

/// The two forms of `uaspec` and `device_spec`, which are objects or lenient texts of such.
struct DeviceSpec {
  std::string_view json;   ///< With the types of its members.
  std::string_view texts;  ///< An object of strings, nulls left out; empty if there are none.
};
/// nullopt where it is absent, or can't be read as an object.
std::optional<DeviceSpec> SpecOf(Value value, Arena& arena);

}  // namespace sluice::stages
