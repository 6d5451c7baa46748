#include "files/file_source.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "temporary_directory.h"

namespace sluice {
namespace {

using testing::Gzip;
using testing::TemporaryDirectory;
using Texts = std::vector<std::string>;

constexpr PollLimits kAll{.max_records = 1'000'000, .max_bytes = 1'000'000'000};

class FileSourceTest : public ::testing::Test {
 protected:
  FileSource Source(std::vector<std::string> paths) {
    return FileSource({.paths = std::move(paths), .topic = "in"}, checkpoint_);
  }

  /// "<position>=<value>" of each record of one Poll, or the error's message.
  static Texts Poll(FileSource& source, const PollLimits& limits = kAll) {
    std::vector<Record> records;
    const Status status = source.Poll(limits, records);
    if (!status.ok()) return {status.error().message};
    Texts texts;
    for (const Record& record : records) {
      texts.push_back(record.position.ToString() + "=" + std::string(*record.value));
    }
    return texts;
  }

  TemporaryDirectory directory_;
  std::shared_ptr<FileCheckpoint> checkpoint_ =
      std::make_shared<FileCheckpoint>(directory_ / "out");
};

TEST_F(FileSourceTest, APartitionIsAFileAndAnOffsetALine) {
  FileSource source = Source({directory_.Write("a", "{1}\n\n{2}\r\n\r\n{3}"),
                              directory_.Write("b.gz", Gzip("{4}\n{5}\n"))});
  ASSERT_TRUE(source.Open().ok());
  EXPECT_FALSE(source.exhausted());
  EXPECT_EQ(Poll(source),
            (Texts{"in/0/0={1}", "in/0/2={2}", "in/0/4={3}", "in/1/0={4}", "in/1/1={5}"}));
  EXPECT_TRUE(source.exhausted());
  EXPECT_EQ(Poll(source), Texts{});
}

TEST_F(FileSourceTest, APollKeepsToItsLimits) {
  FileSource source = Source({directory_.Write("a", "0123456789\n0123456789\n0123456789\nx\n")});
  ASSERT_TRUE(source.Open().ok());
  EXPECT_EQ(Poll(source, {.max_records = 1, .max_bytes = 1'000}).size(), 1U);
  EXPECT_EQ(Poll(source, {.max_records = 100, .max_bytes = 11}).size(), 2U);
  EXPECT_EQ(Poll(source), Texts{"in/0/3=x"});
}

TEST_F(FileSourceTest, RecordsStayUntilTheyAreReleased) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::string(500, 'x') + std::to_string(i) + "\n";
  FileSource source = Source({directory_.Write("a", text)});
  ASSERT_TRUE(source.Open().ok());
  std::vector<Record> records;
  while (!source.exhausted()) {
    ASSERT_TRUE(source.Poll({.max_records = 300, .max_bytes = 1'000'000}, records).ok());
  }
  ASSERT_EQ(records.size(), 20'000U);
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(*records[i].value, std::string(500, 'x') + std::to_string(i));
  }
}

TEST_F(FileSourceTest, RewindGoesBackToTheCheckpoint) {
  FileSource source =
      Source({directory_.Write("a", "1\n2\n3\n"), directory_.Write("b", "4\n\n5\n6\n")});
  ASSERT_TRUE(source.Open().ok());
  Poll(source);
  ASSERT_TRUE(source.Rewind().ok());
  EXPECT_FALSE(source.exhausted());
  EXPECT_EQ(Poll(source).size(), 6U);
  checkpoint_->Advance({{"in", 0, 3}, {"in", 1, 1}});
  ASSERT_TRUE(source.Rewind().ok());
  EXPECT_EQ(Poll(source), (Texts{"in/1/2=5", "in/1/3=6"}));
}

TEST_F(FileSourceTest, ANewStartGoesOnAtTheCheckpoint) {
  const std::string path = directory_.Write("a.gz", Gzip("1\n2\n3\n"));
  {
    FileSource source = Source({path});
    ASSERT_TRUE(source.Open().ok());
    checkpoint_->Advance({{"in", 0, 2}});
    ASSERT_TRUE(checkpoint_->Store().ok());
  }
  checkpoint_ = nullptr;
  checkpoint_ = std::make_shared<FileCheckpoint>(directory_ / "out");
  FileSource source = Source({path});
  ASSERT_TRUE(source.Open().ok());
  EXPECT_EQ(Poll(source), Texts{"in/0/2=3"});
}

TEST_F(FileSourceTest, WithoutACheckpointItStartsAnew) {
  FileSource source({.paths = {directory_.Write("a", "1\n2\n")}, .topic = "in"}, nullptr);
  ASSERT_TRUE(source.Open().ok());
  EXPECT_EQ(Poll(source).size(), 2U);
  ASSERT_TRUE(source.Rewind().ok());
  EXPECT_EQ(Poll(source).size(), 2U);
}

TEST_F(FileSourceTest, AMissingFileIsNamedAtTheStart) {
  FileSource source = Source({directory_.Write("a", "1\n"), directory_ / "missing"});
  const Status status = source.Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("missing: No such file"), std::string::npos);
}

TEST_F(FileSourceTest, AFileThatHasShrunkBelowTheCheckpointIsNamed) {
  FileSource source = Source({directory_.Write("a", "1\n2\n")});
  ASSERT_TRUE(checkpoint_->Open().ok());
  checkpoint_->Advance({{"in", 0, 3}});
  ASSERT_TRUE(checkpoint_->Store().ok());
  const Status status = source.Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("has 2 lines, but the checkpoint"), std::string::npos);
}

TEST_F(FileSourceTest, WhatStandsBeforeADamageIsHandedOutFirst) {
  FileSource source(
      {.paths = {directory_.Write("a", "1\n22222\n3\n")}, .topic = "in", .max_line_bytes = 4},
      checkpoint_);
  ASSERT_TRUE(source.Open().ok());
  EXPECT_EQ(Poll(source), Texts{"in/0/0=1"});
  for (int i = 0; i < 2; ++i) {
    const Texts complaint = Poll(source);
    ASSERT_EQ(complaint.size(), 1U);
    EXPECT_NE(complaint[0].find("/a:2: the line is longer than 4 bytes"), std::string::npos)
        << complaint[0];
  }
  EXPECT_FALSE(source.exhausted());
}

TEST_F(FileSourceTest, ATopicThatKafkaWouldRefuseIsRefused) {
  FileSource source({.paths = {}, .topic = "in put"}, checkpoint_);
  EXPECT_FALSE(source.Open().ok());
}

TEST_F(FileSourceTest, NoFilesAreExhaustedAtOnce) {
  FileSource source = Source({});
  ASSERT_TRUE(source.Open().ok());
  EXPECT_TRUE(source.exhausted());
}

}  // namespace
}  // namespace sluice
