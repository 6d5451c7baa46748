#pragma once

#include <rapidjson/document.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "sluice/result.h"

namespace sluice {

/// The *.json files of one directory, parsed. Immutable once read.
class SchemaFiles {
 public:
  using Map = std::map<std::string, rapidjson::Document, std::less<>>;

  /// kInvalidConfig, naming the file and the line, where the directory is missing or has no such
  /// file, or where one can't be read, is no JSON, or has two members of one name.
  static Result<SchemaFiles> Read(const std::filesystem::path& directory);

  /// By file name, such as "start.json".
  [[nodiscard]] const Map& files() const { return files_; }
  [[nodiscard]] const rapidjson::Document* Find(std::string_view file) const;

  /// kInvalidConfig about the value at `pointer` of `file`.
  [[nodiscard]] Error Complain(std::string_view file, std::string_view pointer,
                               std::string_view what) const;

 private:
  Status ReadFile(const std::filesystem::path& path);
  Status CheckNames(const std::string& file, const std::string& pointer,
                    const rapidjson::Value& value, int depth) const;

  std::filesystem::path directory_;
  Map files_;
};

}  // namespace sluice
