#include "stages/cache_dial_codes/dial_code.h"

#include <algorithm>
#include <array>

#include "codec/lenient_json.h"
#include "sluice/arena.h"
#include "sluice/document.h"

namespace sluice::stages {
namespace {

constexpr std::array<std::string_view, 8> kFields = {"identifier",  "channel", "publisher",
                                                     "batchCode",   "status",  "generatedOn",
                                                     "publishedOn", "metadata"};

const Path kDialCode("/result/dialcode");

}  // namespace

bool IsCachedDialCode(std::string_view text) {
  Arena arena(std::size_t{16} << 10);
  Document document;
  if (!ReadCachedRecord(text, arena, document, LenientNumbers::kAsWritten)) return false;
  return std::ranges::any_of(kFields, [&](std::string_view name) {
    const Value field = document.root().Find(name);
    return field.exists() && !(field.IsString() && field.text().empty());
  });
}

std::optional<std::string> DialCodeOf(std::string_view body) {
  // The original reads line by line, so that breaks within strings are lost too.
  std::string text(body);
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  Arena arena(std::size_t{16} << 10);
  Document document;
  if (!ReadCachedRecord(text, arena, document, LenientNumbers::kAsWritten)) return std::nullopt;
  const Value dial_code = document.Read(kDialCode);
  if (!dial_code.IsObject()) return std::nullopt;
  std::string json;
  document.AppendTo(json, dial_code);
  return json;
}

}  // namespace sluice::stages
