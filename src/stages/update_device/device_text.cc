#include "stages/update_device/device_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

#include "codec/json_reader.h"
#include "codec/json_repair.h"
#include "codec/lenient_json.h"
#include "stages/extract_events/java_double.h"

namespace sluice::stages {
namespace {

bool IsInteger(std::string_view literal) {
  return literal.find_first_of(".eE") == std::string_view::npos;
}

std::string JavaNumber(Value value) {
  return IsInteger(value.text()) ? std::string(value.text()) : JavaDoubleText(value.AsDouble());
}

void AppendJava(std::string& out, Value value) {
  switch (value.type()) {
    case ValueType::kString:
      out += value.text();
      return;
    case ValueType::kNumber:
      out += JavaNumber(value);
      return;
    case ValueType::kBool:
      out += value.IsTrue() ? "true" : "false";
      return;
    case ValueType::kObject:
    case ValueType::kArray: {
      out += value.IsObject() ? '{' : '[';
      bool first = true;
      for (const Value child : value) {
        if (!first) out += ", ";
        first = false;
        if (value.IsObject()) out.append(child.name()).append("=");
        AppendJava(out, child);
      }
      out += value.IsObject() ? '}' : ']';
      return;
    }
    default:
      out += "null";
  }
}

/// Without blanks; numbers and the order of members stay as they are, and so do nulls.
void AppendCompact(std::string& out, Value value) {
  switch (value.type()) {
    case ValueType::kString:
      AppendJsonString(out, value.text());
      return;
    case ValueType::kNumber:
      out += value.text();
      return;
    case ValueType::kObject:
    case ValueType::kArray: {
      out += value.IsObject() ? '{' : '[';
      bool first = true;
      for (const Value child : value) {
        if (!first) out += ',';
        first = false;
        if (value.IsObject()) {
          AppendJsonString(out, child.name());
          out += ':';
        }
        AppendCompact(out, child);
      }
      out += value.IsObject() ? '}' : ']';
      return;
    }
    default:
      AppendJava(out, value);
  }
}

std::string Compact(Value value) {
  std::string text;
  AppendCompact(text, value);
  return text;
}

/// The members as strings; "{}" if there are none but nulls.
std::string TextsOf(Value object) {
  std::string texts = "{";
  for (const Value member : object) {
    if (member.IsNull()) continue;
    if (texts.size() > 1) texts += ',';
    AppendJsonString(texts, member.name());
    texts += ':';
    const bool scalar = member.IsString() || member.IsNumber();
    AppendJsonString(texts, scalar ? std::string(member.text()) : Compact(member));
  }
  return texts += '}';
}

/// Reads a whole text that is an object; an absent value if it is none.
Value ObjectIn(std::string_view text, Arena& arena, Document& document) {
  const bool read = JsonReader().Read(text, arena, document, JsonReader::Form::kBatch) == nullptr;
  return read ? document.root() : Value();
}

}  // namespace

bool IsAbsent(Value value) {
  if (!value.exists() || value.IsNull()) return true;
  return value.IsString() && (value.text().empty() || value.text() == "{}");
}

std::optional<std::string_view> ScalarText(Value value, Arena& arena) {
  if (value.IsObject() || value.IsArray()) return std::nullopt;
  return JavaText(value, arena);
}

std::optional<std::string_view> JavaText(Value value, Arena& arena) {
  if (IsAbsent(value)) return std::nullopt;
  if (value.IsString()) return value.text();
  std::string text;
  AppendJava(text, value);
  return arena.Copy(text);
}

std::optional<std::string_view> ColumnText(Value value, Arena& arena) {
  if (value.IsObject()) return arena.Copy(Compact(value));
  const auto text = JavaText(value, arena);
  if (!value.IsString() || !text || text->find('{') == std::string_view::npos) return text;
  Document document;
  const Value object = ObjectIn(*text, arena, document);
  return object.IsObject() ? arena.Copy(Compact(object)) : text;
}

std::optional<std::int64_t> WholeNumber(std::string_view literal) {
  if (literal.empty() || NumberLength(literal) != literal.size()) return std::nullopt;
  if (IsInteger(literal)) {
    std::int64_t whole = 0;
    const char* end = literal.data() + literal.size();
    const auto [stop, code] = std::from_chars(literal.data(), end, whole);
    return code == std::errc() && stop == end ? std::optional(whole) : std::nullopt;
  }
  const double number = std::strtod(std::string(literal).c_str(), nullptr);
  constexpr double kLimit = 9.2e18;  // So that the cast is defined.
  if (!(std::abs(number) < kLimit)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> WholeNumber(Value value) {
  return WholeNumber(value.text());  // Empty for other types than number and string.
}

std::optional<double> Number(Value value) {
  const std::string literal(value.text());
  if (literal.empty() || NumberLength(literal) != literal.size()) return std::nullopt;
  const double number = std::strtod(literal.c_str(), nullptr);
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<DeviceSpec> SpecOf(Value value, Arena& arena) {
  if (IsAbsent(value)) return std::nullopt;
  Document document;
  Value object = value;
  if (value.IsString()) {
    const auto strict = StrictJsonOf(value.text(), LenientNumbers::kAsWritten);
    if (!strict || !strict->starts_with('{')) return std::nullopt;
    object = ObjectIn(arena.Copy(*strict), arena, document);
  }
  if (!object.IsObject()) return std::nullopt;
  const std::string texts = TextsOf(object);
  DeviceSpec spec;
  spec.json = arena.Copy(Compact(object));
  if (texts != "{}") spec.texts = arena.Copy(texts);
  return spec;
}

}  // namespace sluice::stages
