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
  std::string path_ = out_ + "/.checkpoint";

  static std::int64_t OffsetOf(const FileCheckpoint& checkpoint, std::string_view topic,
                               std::int32_t partition) {
    const SealedCheckpoint sealed = checkpoint.sealed();
    for (const NextOffset& next : sealed.offsets) {
      if (next.topic == topic && next.partition == partition) return next.offset;
    }
    return 0;
  }
};

TEST_F(FileCheckpointTest, ANewDirectoryIsCreatedAndStartsAtZero) {
  FileCheckpoint checkpoint(path_);
  ASSERT_TRUE(checkpoint.Open().ok());
  EXPECT_TRUE(std::filesystem::is_directory(out_));
  EXPECT_EQ(OffsetOf(checkpoint, "in", 0), 0);
  EXPECT_EQ(checkpoint.LengthOf("x.ndjson"), std::nullopt);
}

TEST_F(FileCheckpointTest, WhatIsStoredIsThereForTheNext) {
  {
    FileCheckpoint checkpoint(path_);
    ASSERT_TRUE(checkpoint.Open().ok());
    checkpoint.Advance({{{"in", 0, 17}, {"in", 3, 9'000'000'000}}, ""});
    checkpoint.Advance({{{"in", 0, 18}}, "input in 0 /a path/with spaces\n"});
    checkpoint.SetLength("a.ndjson", 5'000'000'000);
    ASSERT_TRUE(checkpoint.Store().ok());
  }
  FileCheckpoint checkpoint(path_);
  ASSERT_TRUE(checkpoint.Open().ok());
  EXPECT_EQ(OffsetOf(checkpoint, "in", 0), 18);
  EXPECT_EQ(OffsetOf(checkpoint, "in", 1), 0);
  EXPECT_EQ(OffsetOf(checkpoint, "in", 3), 9'000'000'000);
  EXPECT_EQ(OffsetOf(checkpoint, "other", 0), 0);
  EXPECT_EQ(checkpoint.LengthOf("a.ndjson"), 5'000'000'000);
  EXPECT_EQ(checkpoint.sealed().seal, "input in 0 /a path/with spaces\n");
}

TEST_F(FileCheckpointTest, ReloadForgetsWhatWasNotStored) {
  FileCheckpoint checkpoint(path_);
  ASSERT_TRUE(checkpoint.Open().ok());
  checkpoint.Advance({{{"in", 0, 1}}, ""});
  checkpoint.SetLength("a.ndjson", 10);
  ASSERT_TRUE(checkpoint.Store().ok());
  checkpoint.Advance({{{"in", 0, 2}}, ""});
  checkpoint.SetLength("b.ndjson", 20);
  ASSERT_TRUE(checkpoint.Reload().ok());
  EXPECT_EQ(OffsetOf(checkpoint, "in", 0), 1);
  EXPECT_EQ(checkpoint.LengthOf("b.ndjson"), std::nullopt);
}

TEST_F(FileCheckpointTest, ADirectoryInItsPlaceIsNamed) {
  std::filesystem::create_directories(path_);
  const Status status = FileCheckpoint(path_).Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("is not a file"), std::string::npos);
}

TEST_F(FileCheckpointTest, AFileThatIsGoneIsNoFreshStart) {
  FileCheckpoint checkpoint(path_);
  ASSERT_TRUE(checkpoint.Open().ok());
  EXPECT_TRUE(checkpoint.empty());
  checkpoint.SetLength("a.ndjson", 10);
  ASSERT_TRUE(checkpoint.Store().ok());
  std::filesystem::remove(path_);
  const Status status = checkpoint.Reload();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(checkpoint.LengthOf("a.ndjson"), 10U) << "nothing is forgotten";
}

TEST_F(FileCheckpointTest, ASecondWriterIsRefused) {
  FileCheckpoint first(path_);
  ASSERT_TRUE(first.Open().ok());
  ASSERT_TRUE(first.Open().ok()) << "the same one may open again";
  FileCheckpoint second(path_);
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
    FileCheckpoint checkpoint(path_);
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
  FileCheckpoint checkpoint(directory_ / "file/out/.checkpoint");
  const Status status = checkpoint.Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("file/out"), std::string::npos) << status.error().message;
}

}  // namespace
}  // namespace sluice
