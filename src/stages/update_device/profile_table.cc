#include "stages/update_device/profile_table.h"

#include <algorithm>
#include <charconv>

namespace sluice::stages {
namespace {

constexpr std::size_t kLongestName = 63;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool IsIdentifier(std::string_view name) {
  if (name.empty() || name.size() > kLongestName || !IsLetter(name[0])) return false;
  return std::ranges::all_of(
      name, [](char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '$'; });
}

void AppendQuoted(std::string& out, std::string_view identifier) {
  out += '"';
  for (const char c : identifier) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  out += '"';
}

void AppendAssignment(std::string& out, const ProfileColumn& column) {
  std::string given = "EXCLUDED.";
  AppendQuoted(given, column.name);
  std::string held = "held.";
  AppendQuoted(held, column.name);
  const bool first = column.rule == ColumnRule::kFirst;
  AppendQuoted(out, column.name);
  out.append(" = COALESCE(").append(first ? held : given).append(", ");
  out.append(first ? given : held).append(")");
}

}  // namespace

Result<std::string> QuotedTable(std::string_view name) {
  const std::size_t dot = name.find('.');
  const std::string_view schema = dot == std::string_view::npos ? "" : name.substr(0, dot);
  const std::string_view table = dot == std::string_view::npos ? name : name.substr(dot + 1);
  if (!IsIdentifier(table) || (dot != std::string_view::npos && !IsIdentifier(schema))) {
    return Error{ErrorKind::kInvalidConfig,
                 "must be the name of a table: letters, digits, _ and $, 63 at most, with a schema "
                 "and a dot in front where it is in one"};
  }
  std::string quoted;
  if (!schema.empty()) {
    AppendQuoted(quoted, schema);
    quoted += '.';
  }
  AppendQuoted(quoted, table);
  return quoted;
}

std::string UpsertStatement(const std::string& quoted_table) {
  std::string columns;
  std::string parameters;
  std::string assignments;
  for (std::size_t i = 0; i < kProfileColumns.size(); ++i) {
    if (i > 0) columns += ", ";
    AppendQuoted(columns, kProfileColumns[i].name);
    parameters.append(i > 0 ? ", $" : "$").append(std::to_string(i + 1));
    if (kProfileColumns[i].rule == ColumnRule::kKey) continue;
    if (!assignments.empty()) assignments += ", ";
    AppendAssignment(assignments, kProfileColumns[i]);
  }
  std::string text = "INSERT INTO ";
  text.append(quoted_table).append(" AS held (").append(columns);
  text.append(") VALUES (").append(parameters);
  text.append(") ON CONFLICT (\"device_id\") DO UPDATE SET ").append(assignments);
  return text;
}

std::string NameColumn(std::string_view detail) {
  constexpr std::string_view kParameter = "parameter $";
  const std::size_t at = detail.find(kParameter);
  if (at == std::string_view::npos) return std::string(detail);
  std::size_t number = 0;
  const char* digits = detail.data() + at + kParameter.size();
  const char* end = std::from_chars(digits, detail.data() + detail.size(), number).ptr;
  if (number < 1 || number > kProfileColumns.size()) return std::string(detail);
  std::string named(detail.substr(0, at));
  named.append("column ").append(kProfileColumns[number - 1].name);
  return named.append(end, static_cast<std::size_t>(detail.data() + detail.size() - end));
}

}  // namespace sluice::stages
