#include "files/lookup_file.h"

#include <string_view>
#include <utility>
#include <vector>

#include "codec/json_reader.h"
#include "files/line_reader.h"

namespace sluice {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} << 20;

/// Adds one line's entry; what is wrong with the line, or "".
std::string AddEntry(const Value& entry, int db, MemoryLookups& lookups) {
  const Value of = entry.Find("db");
  if (of.exists() && !of.IsNumber()) return "`db` must be a number";
  if (of.AsInt64(0) != db) return "";
  const Value key = entry.Find("key");
  const Value type = entry.Find("type");
  const Value value = entry.Find("value");
  if (!key.IsString()) return "`key` must be a string";
  if (!type.IsString()) return "`type` must be a string: string, hash or another type of Redis";
  if (type.text() == "string") {
    if (!value.IsString()) return "`value` of a string must be a string";
    lookups.PutText(std::string(key.text()), std::string(value.text()));
    return "";
  }
  if (type.text() != "hash") {
    lookups.PutOther(std::string(key.text()));
    return "";
  }
  if (!value.IsObject()) return "`value` of a hash must be an object of strings";
  std::vector<std::pair<std::string, std::string>> fields;
  for (const Value field : value) {
    if (!field.IsString())
      return "the field `" + std::string(field.name()) + "` of a hash must be a string";
    fields.emplace_back(field.name(), field.text());
  }
  if (!fields.empty()) lookups.PutHash(std::string(key.text()), std::move(fields));
  return "";
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

Result<std::shared_ptr<const MemoryLookups>> LoadLookups(const std::string& path, int db) {
  auto opened = LineReader::Open(path, kLongestLine);
  if (!opened) return std::move(opened).error();
  LineReader reader = std::move(opened).value();
  auto lookups = std::make_shared<MemoryLookups>();
  Arena arena;
  JsonReader json;
  for (std::string_view line;;) {
    const auto more = reader.Next(line);
    // Damage is the operator's to mend, whatever it would be in the middle of a stream.
    if (!more) return Error{ErrorKind::kInvalidConfig, more.error().message};
    if (!more.value()) return std::shared_ptr<const MemoryLookups>(std::move(lookups));
    if (IsBlank(line)) continue;
    arena.Reset();
    Document document;
    std::string problem;
    if (const Reason reason = json.Read(line, arena, document)) {
      problem = "this is no JSON object (" + std::string(reason) + ")";
    } else {
      problem = AddEntry(document.root(), db, *lookups);
    }
    if (problem.empty()) continue;
    std::string message = path;
    message.append(":").append(std::to_string(reader.lines())).append(": ").append(problem);
    message += R"(; a line is {"db": 5, "key": "k", "type": "string", "value": "text"} or )"
               R"({"db": 2, "key": "k", "type": "hash", "value": {"field": "text"}})";
    return Error{ErrorKind::kInvalidConfig, std::move(message)};
  }
}

}  // namespace sluice
