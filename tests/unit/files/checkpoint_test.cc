#include "files/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "temporary_directory.h"

namespace sluice {
namespace {

using testing::TemporaryDirectory;

class FileCheckpointTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string out_ = directory_ / "deep/out";
};

TEST_F(FileCheckpointTest, ANewDirectoryIsCreatedAndStartsAtZero) {
  FileCheckpoint checkpoint(out_);
  ASSERT_TRUE(checkpoint.Open().ok());
  EXPECT_TRUE(std::filesystem::is_directory(out_));
  EXPECT_EQ(checkpoint.OffsetOf("in", 0), 0);
  EXPECT_EQ(checkpoint.LengthOf("x.ndjson"), std::nullopt);
}

TEST_F(FileCheckpointTest, WhatIsStoredIsThereForTheNext) {
  {
    FileCheckpoint checkpoint(out_);
    ASSERT_TRUE(checkpoint.Open().ok());
    ASSERT_TRUE(checkpoint.Bind("in", 0, "/a path/with spaces").ok());
    checkpoint.Advance({{"in", 0, 17}, {"in", 3, 9'000'000'000}});
    checkpoint.Advance({{"in", 0, 18}});
    checkpoint.SetLength("a.ndjson", 5'000'000'000);
    ASSERT_TRUE(checkpoint.Store().ok());
  }
  FileCheckpoint checkpoint(out_);
  ASSERT_TRUE(checkpoint.Open().ok());
  EXPECT_EQ(checkpoint.OffsetOf("in", 0), 18);
  EXPECT_EQ(checkpoint.OffsetOf("in", 1), 0);
  EXPECT_EQ(checkpoint.OffsetOf("in", 3), 9'000'000'000);
  EXPECT_EQ(checkpoint.OffsetOf("other", 0), 0);
  EXPECT_EQ(checkpoint.LengthOf("a.ndjson"), 5'000'000'000);
  EXPECT_TRUE(checkpoint.Bind("in", 0, "/a path/with spaces").ok());
}

TEST_F(FileCheckpointTest, ReloadForgetsWhatWasNotStored) {
  FileCheckpoint checkpoint(out_);
  ASSERT_TRUE(checkpoint.Open().ok());
  checkpoint.Advance({{"in", 0, 1}});
  checkpoint.SetLength("a.ndjson", 10);
  ASSERT_TRUE(checkpoint.Store().ok());
  checkpoint.Advance({{"in", 0, 2}});
  checkpoint.SetLength("b.ndjson", 20);
  ASSERT_TRUE(checkpoint.Reload().ok());
  EXPECT_EQ(checkpoint.OffsetOf("in", 0), 1);
  EXPECT_EQ(checkpoint.LengthOf("b.ndjson"), std::nullopt);
}

TEST_F(FileCheckpointTest, AnotherInputForTheSameDirectoryIsRefused) {
  {
    FileCheckpoint checkpoint(out_);
    ASSERT_TRUE(checkpoint.Open().ok());
    ASSERT_TRUE(checkpoint.Bind("in", 0, "/monday").ok());
    ASSERT_TRUE(checkpoint.Store().ok());
  }
  FileCheckpoint checkpoint(out_);
  ASSERT_TRUE(checkpoint.Open().ok());
  const Status status = checkpoint.Bind("in", 0, "/tuesday");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("/monday, not of /tuesday"), std::string::npos);
  EXPECT_TRUE(checkpoint.Bind("in", 1, "/tuesday").ok());
}

TEST_F(FileCheckpointTest, APathThatWouldBreakTheFormIsRefused) {
  FileCheckpoint checkpoint(out_);
  EXPECT_FALSE(checkpoint.Bind("in", 0, "/a\nend").ok());
}

TEST_F(FileCheckpointTest, ASecondWriterIsRefused) {
  FileCheckpoint first(out_);
  ASSERT_TRUE(first.Open().ok());
  ASSERT_TRUE(first.Open().ok()) << "the same one may open again";
  FileCheckpoint second(out_);
  const Status status = second.Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("another worker or process"), std::string::npos);
}

TEST_F(FileCheckpointTest, ADamagedCheckpointIsNamedWithItsLine) {
  std::filesystem::create_directories(out_);
  const std::string good = "sluice checkpoint 1\nnext in 0 5\nlength 7 a.ndjson\nend\n";
  const auto opens = [&](const std::string& text) {
    directory_.Write("deep/out/.checkpoint", text);
    FileCheckpoint checkpoint(out_);
    const Status status = checkpoint.Open();
    if (!status.ok()) {
      EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig) << text;
      EXPECT_NE(status.error().message.find("/.checkpoint"), std::string::npos) << text;
    }
    return status.ok();
  };
  EXPECT_TRUE(opens(good));
  for (const char* bad :
       {"", "sluice checkpoint 2\nend\n", "sluice checkpoint 1\nnext in 0 5\n",
        "sluice checkpoint 1\nnext in 0 -5\nend\n", "sluice checkpoint 1\nnext in 0\nend\n",
        "sluice checkpoint 1\nnext in x 5\nend\n", "sluice checkpoint 1\nlength 5\nend\n",
        "sluice checkpoint 1\nlength x a\nend\n", "sluice checkpoint 1\nwhat 5\nend\n",
        "sluice checkpoint 1\nend\nnext in 0 5\n", "{}"}) {
    EXPECT_FALSE(opens(bad)) << bad;
  }
}

TEST_F(FileCheckpointTest, ADirectoryThatCannotBeIsNamed) {
  directory_.Write("file", "x");
  FileCheckpoint checkpoint(directory_ / "file/out");
  const Status status = checkpoint.Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("file/out"), std::string::npos) << status.error().message;
}

}  // namespace
}  // namespace sluice
