#include "schema/schema_files.h"

#include <rapidjson/error/en.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>

#include "schema/json_pointer.h"
#include "util/place.h"

namespace sluice {
namespace {

namespace fs = std::filesystem;

/// Far above any real schema; keeps recursive readers off the end of the stack.
constexpr int kMaxNesting = 200;

Error Broken(const fs::path& path, const std::string& what) {
  return {ErrorKind::kInvalidConfig, path.string() + ": " + what};
}

std::string LineAndColumn(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n');
  const std::size_t column =
      line_start == std::string_view::npos ? offset + 1 : offset - line_start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

Result<SchemaFiles> SchemaFiles::Read(const fs::path& directory) {
  SchemaFiles read;
  read.directory_ = directory;
  std::error_code error;
  std::vector<fs::path> paths;
  for (auto entry = fs::directory_iterator(directory, error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".json") paths.push_back(entry->path());
  }
  if (error) {
    return Broken(PlaceOf(directory.string()),
                  "can't read the schema directory: " + error.message() +
                      "; a relative path counts from the folder that sluice is started in");
  }
  if (paths.empty()) {
    return Broken(PlaceOf(directory.string()),
                  "no *.json file in the schema directory; check the path");
  }
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) SLUICE_TRY(read.ReadFile(path));
  return read;
}

const rapidjson::Document* SchemaFiles::Find(std::string_view file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? nullptr : &found->second;
}

Error SchemaFiles::Complain(std::string_view file, std::string_view pointer,
                            std::string_view what) const {
  return {ErrorKind::kInvalidConfig,
          (directory_ / file).string() + "#" + std::string(pointer) + ": " + std::string(what)};
}

Status SchemaFiles::ReadFile(const fs::path& path) {
  std::error_code error;
  const bool regular = fs::is_regular_file(path, error);
  std::string text(regular ? fs::file_size(path, error) : 0, '\0');
  std::ifstream stream(path, std::ios::binary);
  if (!regular || error || !stream.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    return Broken(path, "can't read the schema file; check that it is a file and its permissions");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);

  constexpr unsigned kFlags = rapidjson::kParseFullPrecisionFlag |
                              rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseIterativeFlag;
  rapidjson::Document json;
  json.Parse<kFlags>(text.data(), text.size());
  if (json.HasParseError()) {
    return Broken(path, "no JSON at " + LineAndColumn(text, json.GetErrorOffset()) + ": " +
                            rapidjson::GetParseError_En(json.GetParseError()));
  }
  const std::string name = path.filename().string();
  SLUICE_TRY(CheckNames(name, "", json, 0));
  files_.emplace(name, std::move(json));
  return Ok();
}

Status SchemaFiles::CheckNames(const std::string& file, const std::string& pointer,
                               const rapidjson::Value& value, int depth) const {
  if (depth > kMaxNesting) return Complain(file, "", "nested more than 200 levels deep");
  if (value.IsArray()) {
    for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
      SLUICE_TRY(CheckNames(file, pointer + "/" + std::to_string(i), value[i], depth + 1));
    }
  }
  if (!value.IsObject()) return Ok();
  std::set<std::string_view> names;
  for (const auto& member : value.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    std::string place = pointer;
    AppendToPointer(place, name);
    if (!names.insert(name).second) {
      return Complain(file, place, "this member stands twice in its object; remove one");
    }
    SLUICE_TRY(CheckNames(file, place, member.value, depth + 1));
  }
  return Ok();
}

}  // namespace sluice
