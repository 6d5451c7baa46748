#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/arena.h"
#include "sluice/cell.h"
#include "sluice/value.h"
#include "stages/update_device/profile_table.h"

namespace sluice::stages {

/// The fields of a device's hash.
inline constexpr std::array<std::string_view, 15> kHashFields = {
    "city",        "country",          "country_code",           "district_custom",
    "state",       "state_code",       "state_code_custom",      "state_custom",
    "uaspec",      "devicespec",       "user_declared_district", "user_declared_state",
    "firstaccess", "user_declared_on", "api_last_updated_on"};

/// The index of a field that is there.
consteval std::size_t FieldIndex(std::string_view name) {
  std::size_t i = 0;
  while (kHashFields[i] != name) ++i;
  return i;
}

/// Values by field; nullopt leaves the field as it is.
using HashValues = std::array<std::optional<std::string_view>, kHashFields.size()>;
/// Cells by column; null leaves the column as it is.
using ProfileRow = std::array<Cell, kProfileColumns.size()>;

/// What a record says of a device, as it is stored.
struct DeviceRecord {
  /// Of the hash, all but `firstaccess`: that depends on what is there.
  HashValues fields;
  /// Of the table, all but `first_access`, for the same reason.
  ProfileRow row;
  std::optional<std::int64_t> first_access;  ///< Milliseconds; nullopt where it has none of use.
};

/// The id of the device; nullopt where it is no string, or empty.
std::optional<std::string_view> DeviceIdOf(Value record);

/// Reads a record that has an id (device-profile-updater.md 2 to 5). What it makes stands in
/// `arena`; it must live as long as the record.
DeviceRecord ReadDeviceRecord(Value record, std::int64_t now_ms, Arena& arena);

/// The first access that is to be put into the hash where `held` is there, and is then held;
/// nullopt if the one there stays.
std::optional<std::string_view> FirstAccessField(const DeviceRecord& record,
                                                 std::optional<std::string_view> held,
                                                 Arena& arena);
/// The first access for the table: the older one of the record's and the hash's.
Cell FirstAccessCell(const DeviceRecord& record, std::optional<std::string_view> held);

}  // namespace sluice::stages
