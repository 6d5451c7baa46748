#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"

namespace sluice {

/// A folder of its own as working directory, so that complaints name "p.yaml", and an environment
/// that the test sets.
class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    std::filesystem::current_path(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

  Result<std::unique_ptr<Config>> Load(const std::string& text,
                                       const std::vector<Override>& overrides = {}) {
    std::ofstream("p.yaml") << text;
    return LoadConfig("p.yaml", overrides, [this](const std::string& name) {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    });
  }

  /// Of a text that can be read and has no problems so far.
  std::unique_ptr<Config> Loaded(const std::string& text,
                                 const std::vector<Override>& overrides = {}) {
    auto config = Load(text, overrides);
    if (!config) {
      ADD_FAILURE() << config.error().message;
      return nullptr;
    }
    EXPECT_TRUE(config.value()->problems().empty()) << config.value()->problems().ToError().message;
    return std::move(config).value();
  }

  /// What is wrong with the text, before any check of its keys.
  std::string Problem(const std::string& text, const std::vector<Override>& overrides = {}) {
    auto config = Load(text, overrides);
    if (config) return config.value()->problems().ToError().message;
    EXPECT_EQ(config.error().kind, ErrorKind::kInvalidConfig);
    return config.error().message;
  }

  std::map<std::string, std::string> variables_;

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  (std::string("sluice_config_") +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

}  // namespace sluice
