#include "stages/update_device/device_record.h"

#include <algorithm>
#include <string>

#include "stages/update_device/device_text.h"

namespace sluice::stages {
namespace {

/// The instants that PostgreSQL knows, in milliseconds.
constexpr std::int64_t kFirstInstant = -210'866'803'200'000;
constexpr std::int64_t kLastInstant = 9'224'318'015'999'999;

/// A text member that both stores hold under its name.
struct SharedText {
  std::size_t field;
  std::size_t column;
};

template <std::size_t... I>
consteval auto SharedTexts(const std::array<std::string_view, sizeof...(I)>& names,
                           std::index_sequence<I...> /*unused*/) {
  return std::array{SharedText{FieldIndex(names[I]), ColumnIndex(names[I])}...};
}

constexpr auto kSharedTexts = SharedTexts(
    std::array<std::string_view, 9>{"city", "country", "country_code", "district_custom", "state",
                                    "state_code", "state_custom", "user_declared_district",
                                    "user_declared_state"},
    std::make_index_sequence<9>());

Cell TextCell(std::optional<std::string_view> text) { return text ? Cell::Text(*text) : Cell(); }
Cell IntCell(std::optional<std::int64_t> value) { return value ? Cell::Int(*value) : Cell(); }
Cell DoubleCell(std::optional<double> value) { return value ? Cell::Double(*value) : Cell(); }

std::optional<std::int64_t> InstantOf(Value value) {
  const auto instant = WholeNumber(value);
  const bool known = instant && *instant >= kFirstInstant && *instant <= kLastInstant;
  return known ? instant : std::nullopt;
}

bool IsAccess(std::int64_t ms) { return ms > 0 && ms <= kLastInstant; }

void ReadTexts(Value record, DeviceRecord& out, Arena& arena) {
  for (const SharedText& shared : kSharedTexts) {
    const Value value = record.Find(kHashFields[shared.field]);
    if (value.IsObject() || value.IsArray()) continue;
    out.fields[shared.field] = ScalarText(value, arena);
    out.row[shared.column] = TextCell(ColumnText(value, arena));
  }
  const Value code = record.Find("state_code_custom");
  const auto text = JavaText(code, arena);
  if (text && *text != "{}") out.fields[FieldIndex("state_code_custom")] = text;
  out.row[ColumnIndex("state_code_custom")] = TextCell(ColumnText(code, arena));
  out.row[ColumnIndex("fcm_token")] = TextCell(ColumnText(record.Find("fcm_token"), arena));
  out.row[ColumnIndex("producer_id")] = TextCell(ColumnText(record.Find("producer_id"), arena));
}

void ReadSpec(Value spec, std::optional<std::string_view>& field, Cell& cell, Arena& arena) {
  const auto read = SpecOf(spec, arena);
  if (!read) return;
  if (!read->texts.empty()) field = read->texts;
  cell = Cell::Text(read->json);
}

}  // namespace

std::optional<std::string_view> DeviceIdOf(Value record) {
  const Value id = record.Find("device_id");
  if (!id.IsString() || id.text().empty()) return std::nullopt;
  return id.text();
}

DeviceRecord ReadDeviceRecord(Value record, std::int64_t now_ms, Arena& arena) {
  DeviceRecord out;
  ProfileRow& row = out.row;
  ReadTexts(record, out, arena);
  ReadSpec(record.Find("uaspec"), out.fields[FieldIndex("uaspec")], row[ColumnIndex("uaspec")],
           arena);
  ReadSpec(record.Find("device_spec"), out.fields[FieldIndex("devicespec")],
           row[ColumnIndex("device_spec")], arena);
  row[ColumnIndex("device_id")] = TextCell(DeviceIdOf(record));
  row[ColumnIndex("avg_ts")] = DoubleCell(Number(record.Find("avg_ts")));
  row[ColumnIndex("total_ts")] = DoubleCell(Number(record.Find("total_ts")));
  row[ColumnIndex("total_launches")] = IntCell(WholeNumber(record.Find("total_launches")));
  row[ColumnIndex("last_access")] = IntCell(InstantOf(record.Find("last_access")));
  row[ColumnIndex("updated_date")] = Cell::Int(now_ms);

  const std::int64_t updated = InstantOf(record.Find("api_last_updated_on")).value_or(now_ms);
  const std::string_view updated_text = arena.Copy(std::to_string(updated));
  out.fields[FieldIndex("api_last_updated_on")] = updated_text;
  row[ColumnIndex("api_last_updated_on")] = Cell::Int(updated);
  if (out.fields[FieldIndex("user_declared_state")]) {
    out.fields[FieldIndex("user_declared_on")] = updated_text;
    row[ColumnIndex("user_declared_on")] = Cell::Int(updated);
  }
  const auto accessed = WholeNumber(record.Find("first_access"));
  if (accessed && IsAccess(*accessed)) out.first_access = accessed;
  return out;
}

std::optional<std::string_view> FirstAccessField(const DeviceRecord& record,
                                                 std::optional<std::string_view> held,
                                                 Arena& arena) {
  if (held && !held->empty() && *held != "0") return std::nullopt;
  return arena.Copy(std::to_string(record.first_access.value_or(0)));
}

Cell FirstAccessCell(const DeviceRecord& record, std::optional<std::string_view> held) {
  if (!record.first_access) return {};
  const auto known = held ? WholeNumber(*held) : std::nullopt;
  if (!known || !IsAccess(*known)) return Cell::Int(*record.first_access);
  return Cell::Int(std::min(*known, *record.first_access));
}

}  // namespace sluice::stages
