#include "files/entry_file.h"

#include <utility>

#include "codec/json_reader.h"
#include "files/line_reader.h"

namespace sluice {
namespace {

using Kind = FileEntry::Kind;

constexpr std::size_t kLongestLine = std::size_t{64} << 20;

/// What is wrong with the elements of a hash or a set, or "".
std::string ProblemOfElements(const Value& value, bool hash) {
  if (hash && !value.IsObject()) return "`value` of a hash must be an object of strings";
  if (!hash && !value.IsArray()) return "`value` of a set must be an array of strings";
  for (const Value element : value) {
    if (element.IsString()) continue;
    if (!hash) return "the members of a set must be strings";
    return "the field `" + std::string(element.name()) + "` of a hash must be a string";
  }
  return "";
}

/// Reads one line's entry; what is wrong with the line, or "".
std::string ReadEntry(const Document& document, FileEntry& entry) {
  const Value root = document.root();
  const Value key = root.Find("key");
  const Value type = root.Find("type");
  if (!key.IsString()) return "`key` must be a string";
  if (!type.IsString()) return "`type` must be a string: string, hash or another type of Redis";
  entry = {Kind::kOther, key.text(), type.text(), root.Find("value"), &document};
  if (entry.type == "string") {
    entry.kind = Kind::kText;
    return entry.value.IsString() ? "" : "`value` of a string must be a string";
  }
  if (entry.type != "hash" && entry.type != "set") return "";
  entry.kind = entry.type == "hash" ? Kind::kHash : Kind::kSet;
  return ProblemOfElements(entry.value, entry.kind == Kind::kHash);
}

/// Shows one line's entry; what is wrong with the line, or "".
std::string TakeLine(const Document& document, int db,
                     const std::function<void(const FileEntry&)>& take) {
  const Value of = document.root().Find("db");
  if (of.exists() && !of.IsNumber()) return "`db` must be a number";
  if (of.AsInt64(0) != db) return "";
  FileEntry entry;
  std::string problem = ReadEntry(document, entry);
  const bool holds = entry.kind == Kind::kHash || entry.kind == Kind::kSet;
  if (problem.empty() && !(holds && entry.value.size() == 0)) take(entry);
  return problem;
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

Status ReadEntries(const std::string& path, int db,
                   const std::function<void(const FileEntry&)>& take) {
  auto opened = LineReader::Open(path, kLongestLine);
  if (!opened) return std::move(opened).error();
  LineReader reader = std::move(opened).value();
  Arena arena;
  JsonReader json;
  for (std::string_view line;;) {
    const auto more = reader.Next(line);
    // Damage is the operator's to mend, whatever it would be in the middle of a stream.
    if (!more) return Error{ErrorKind::kInvalidConfig, more.error().message};
    if (!more.value()) return Ok();
    if (IsBlank(line)) continue;
    arena.Reset();
    Document document;
    std::string problem;
    if (const Reason reason = json.Read(line, arena, document)) {
      problem = "this is no JSON object (" + std::string(reason) + ")";
    } else {
      problem = TakeLine(document, db, take);
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
