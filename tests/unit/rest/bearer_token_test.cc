#include "rest/bearer_token.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "unit/files/temporary_directory.h"

namespace sluice {
namespace {

std::string ProblemOf(const Status& status) { return status.ok() ? "" : status.error().message; }

TEST(BearerTokenTest, WhiteSpaceAtTheEndsIsNoPartOfIt) {
  EXPECT_EQ(BearerToken("tok ", "").header(), "Authorization: Bearer tok");
  EXPECT_EQ(BearerToken(" \ttok\r\n", "").header(), "Authorization: Bearer tok");
  EXPECT_EQ(BearerToken("", "").header(), "");
  EXPECT_EQ(BearerToken(" ", "").header(), "");
}

TEST(BearerTokenTest, WhatWouldBreakTheHeaderIsRefused) {
  EXPECT_EQ(TokenProblem("tok\n"), "");
  EXPECT_EQ(TokenProblem(""), "");
  for (const char* bad : {"a\r\nX: y", "a b", "a\tb", "\x7F", "\xC3\xA9"}) {
    EXPECT_NE(TokenProblem(bad), "") << bad;
  }
}

class TokenFileTest : public ::testing::Test {
 protected:
  void Write(const std::string& text) { path_ = folder_.Write("token", text); }

  testing::TemporaryDirectory folder_;
  std::string path_;
};

TEST_F(TokenFileTest, TheFileIsReadWhenItChanges) {
  Write("one\n");
  BearerToken token("", path_);
  EXPECT_EQ(ProblemOf(token.Refresh()), "");
  EXPECT_EQ(token.header(), "Authorization: Bearer one");
  Write("second\n");
  EXPECT_EQ(ProblemOf(token.Refresh()), "");
  EXPECT_EQ(token.header(), "Authorization: Bearer second");
}

TEST_F(TokenFileTest, AnotherFileInItsPlaceIsNoticedWhateverItsTime) {
  Write("old");
  BearerToken token("", path_);
  EXPECT_EQ(ProblemOf(token.Refresh()), "");
  const auto time = std::filesystem::last_write_time(path_);
  const std::string next = folder_.Write("next", "new");
  std::filesystem::last_write_time(next, time);
  std::filesystem::rename(next, path_);
  EXPECT_EQ(ProblemOf(token.Refresh()), "");
  EXPECT_EQ(token.header(), "Authorization: Bearer new");
}

TEST_F(TokenFileTest, RenewReadsItInAnyCaseAndTellsWhetherItIsAnother) {
  Write("one");
  BearerToken token("", path_);
  EXPECT_TRUE(token.Renew());
  EXPECT_FALSE(token.Renew());
  EXPECT_FALSE(BearerToken("fixed", "").Renew());
}

TEST_F(TokenFileTest, WhatCantBeReadIsToldAndTheTokenBeforeItKept) {
  Write("one");
  BearerToken token("", path_);
  EXPECT_EQ(ProblemOf(token.Refresh()), "");
  Write("sec ret");
  const std::string problem = ProblemOf(token.Refresh());
  EXPECT_NE(problem.find("white space"), std::string::npos) << problem;
  EXPECT_EQ(problem.find("ret"), std::string::npos) << problem;
  Write(" \n");
  EXPECT_NE(ProblemOf(token.Refresh()).find("is empty"), std::string::npos);
  std::filesystem::remove(path_);
  EXPECT_NE(ProblemOf(token.Refresh()).find("No such file"), std::string::npos);
  EXPECT_EQ(token.header(), "Authorization: Bearer one");
}

}  // namespace
}  // namespace sluice
