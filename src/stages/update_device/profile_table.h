#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "sluice/result.h"

namespace sluice::stages {

/// What becomes of a column when the row is there already.
enum class ColumnRule : std::uint8_t {
  kKey,
  kLast,   ///< The value of the last record that has one.
  kFirst,  ///< The value of the first record that has one.
};

struct ProfileColumn {
  std::string_view name;
  ColumnRule rule;
};

/// The columns that are written, in the order of the statement's parameters. A record names
/// them, but not those behind kRecordColumns.
inline constexpr std::array kProfileColumns = {
    ProfileColumn{"device_id", ColumnRule::kKey},
    ProfileColumn{"city", ColumnRule::kLast},
    ProfileColumn{"country", ColumnRule::kLast},
    ProfileColumn{"country_code", ColumnRule::kLast},
    ProfileColumn{"district_custom", ColumnRule::kLast},
    ProfileColumn{"fcm_token", ColumnRule::kLast},
    ProfileColumn{"producer_id", ColumnRule::kLast},
    ProfileColumn{"state", ColumnRule::kLast},
    ProfileColumn{"state_code", ColumnRule::kLast},
    ProfileColumn{"state_code_custom", ColumnRule::kLast},
    ProfileColumn{"state_custom", ColumnRule::kLast},
    ProfileColumn{"user_declared_district", ColumnRule::kLast},
    ProfileColumn{"user_declared_state", ColumnRule::kLast},
    ProfileColumn{"device_spec", ColumnRule::kLast},
    ProfileColumn{"uaspec", ColumnRule::kLast},
    ProfileColumn{"avg_ts", ColumnRule::kLast},
    ProfileColumn{"total_ts", ColumnRule::kLast},
    ProfileColumn{"total_launches", ColumnRule::kLast},
    ProfileColumn{"last_access", ColumnRule::kLast},
    ProfileColumn{"api_last_updated_on", ColumnRule::kLast},
    ProfileColumn{"updated_date", ColumnRule::kLast},
    ProfileColumn{"first_access", ColumnRule::kFirst},
    ProfileColumn{"user_declared_on", ColumnRule::kFirst}};

/// The index of a column that is there.
consteval std::size_t ColumnIndex(std::string_view name) {
  std::size_t i = 0;
  while (kProfileColumns[i].name != name) ++i;
  return i;
}

/// The quoted name of a table, which may have a schema in front: `"public"."dev_device_profile"`.
/// Upper case is folded, as PostgreSQL does with names that are not quoted. kInvalidConfig: it is
/// no identifier.
Result<std::string> QuotedTable(std::string_view name);

/// Inserts a row, or updates the one of the device: one statement, so that the row is written whole
/// or not at all. A parameter that is null leaves the column as it is.
std::string UpsertStatement(const std::string& quoted_table);

/// A refusal with the column in place of the number of its parameter ("22021 column city: ...").
std::string NameColumn(std::string_view detail);

}  // namespace sluice::stages
