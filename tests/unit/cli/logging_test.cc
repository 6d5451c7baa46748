#include "cli/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <string>

namespace sluice {
namespace {

using testing::MatchesRegex;

constexpr const char* kInstant =
    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";

std::string Logged(const std::string& level, const std::string& format,
                   const std::string& message) {
  testing::internal::CaptureStderr();
  SetUpLogging(level, format);
  spdlog::debug("{}", "unseen");
  spdlog::warn("{}", message);
  return testing::internal::GetCapturedStderr();
}

TEST(LoggingTest, TextIsInstantLevelAndMessage) {
  EXPECT_THAT(Logged("info", "text", "redis is away"),
              MatchesRegex(std::string(kInstant) + " warning redis is away\n"));
}

TEST(LoggingTest, JsonIsOneObjectPerLineWhateverTheMessage) {
  EXPECT_THAT(Logged("info", "json", "a \"quoted\"\nline %v"),
              MatchesRegex("\\{\"ts\":\"" + std::string(kInstant) +
                           "\",\"level\":\"warning\",\"msg\":"
                           "\"a \\\\\"quoted\\\\\"\\\\u000aline %v\"\\}\n"));
}

TEST(LoggingTest, WhatIsBelowTheLevelIsLeftOut) {
  EXPECT_EQ(Logged("error", "text", "warned"), "");
}

}  // namespace
}  // namespace sluice
