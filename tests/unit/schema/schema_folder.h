#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "schema/json_schema.h"
#include "schema/schema_loader.h"

namespace sluice {

/// A directory of schema files that lives as long as the test.
class SchemaFolder {
 public:
  using File = std::pair<std::string, std::string>;

  SchemaFolder(std::initializer_list<File> files) {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::path(testing::TempDir()) /
            ("schemas-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
    for (const auto& [name, text] : files) std::ofstream(path_ / name) << text;
  }
  ~SchemaFolder() { std::filesystem::remove_all(path_); }
  SchemaFolder(const SchemaFolder&) = delete;
  SchemaFolder& operator=(const SchemaFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The message with which the directory is refused, or "loads".
  [[nodiscard]] std::string Complaint() const {
    const auto schemas = LoadSchemas(path_);
    return schemas ? "loads" : schemas.error().message;
  }

 private:
  std::filesystem::path path_;
};

/// Fails the test where the directory doesn't load.
inline std::shared_ptr<const SchemaRegistry> Load(const std::filesystem::path& directory) {
  auto schemas = LoadSchemas(directory);
  if (schemas) return std::move(schemas).value();
  ADD_FAILURE() << schemas.error().message;
  return nullptr;
}

inline std::shared_ptr<const SchemaRegistry> LoadTelemetrySchemas() {
  return Load(SLUICE_SOURCE_DIR "/schemas/telemetry/3.0");
}

}  // namespace sluice
