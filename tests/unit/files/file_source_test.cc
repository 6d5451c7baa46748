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
    return FileSource(
        {.paths = std::move(paths), .topic = "in", .checkpoint = directory_ / "out/in.checkpoint"});
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
  ASSERT_TRUE(source.Rewind(nullptr).ok());
  EXPECT_FALSE(source.exhausted());
  EXPECT_EQ(Poll(source).size(), 6U);
  ASSERT_TRUE(source.Commit({{"in", 0, 3}, {"in", 1, 1}}).ok());
  ASSERT_TRUE(source.Rewind(nullptr).ok());
  EXPECT_EQ(Poll(source), (Texts{"in/1/2=5", "in/1/3=6"}));
}

TEST_F(FileSourceTest, ANewStartGoesOnAtTheCheckpoint) {
  const std::string path = directory_.Write("a.gz", Gzip("1\n2\n3\n"));
  {
    FileSource source = Source({path});
    ASSERT_TRUE(source.Open().ok());
    ASSERT_TRUE(source.Commit({{"in", 0, 2}}).ok());
  }
  FileSource source = Source({path});
  ASSERT_TRUE(source.Open().ok());
  EXPECT_EQ(Poll(source), Texts{"in/0/2=3"});
}

TEST_F(FileSourceTest, WithoutACheckpointItStartsAnew) {
  FileSource source({.paths = {directory_.Write("a", "1\n2\n")}, .topic = "in"});
  ASSERT_TRUE(source.Open().ok());
  EXPECT_EQ(Poll(source).size(), 2U);
  ASSERT_TRUE(source.Rewind(nullptr).ok());
  EXPECT_EQ(Poll(source).size(), 2U);
}

TEST_F(FileSourceTest, ACheckpointThatTheSinkKeepsSaysWhereToBegin) {
  const std::string path = directory_.Write("a", "1\n2\n3\n");
  FileSource source({.paths = {path}, .topic = "in"});
  ASSERT_TRUE(source.Open().ok());
  const auto sealed = source.Seal({{"in", 0, 2}});
  FileSource next({.paths = {path, directory_.Write("b", "4\n")}, .topic = "in"});
  ASSERT_TRUE(next.Open().ok());
  ASSERT_TRUE(next.Rewind(&sealed.value()).ok());
  EXPECT_EQ(Poll(next), (Texts{"in/0/2=3", "in/1/0=4"}));
}

TEST_F(FileSourceTest, ACheckpointOfAnotherFileIsRefused) {
  FileSource source({.paths = {directory_.Write("monday", "1\n")}, .topic = "in"});
  const auto sealed = source.Seal({{"in", 0, 1}});
  FileSource other({.paths = {directory_.Write("tuesday", "2\n")}, .topic = "in"});
  ASSERT_TRUE(other.Open().ok());
  const Status status = other.Rewind(&sealed.value());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("/monday, not of "), std::string::npos);
  EXPECT_NE(status.error().message.find("/tuesday"), std::string::npos);
}

TEST_F(FileSourceTest, APathThatWouldBreakTheCheckpointIsRefused) {
  FileSource source({.paths = {directory_ / "a\nend"}, .topic = "in"});
  EXPECT_FALSE(source.Open().ok());
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
  ASSERT_TRUE(source.Open().ok());
  const SealedCheckpoint stored{{{"in", 0, 3}}, ""};
  const Status status = source.Rewind(&stored);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("has 2 lines, but the checkpoint"), std::string::npos);
}

TEST_F(FileSourceTest, WhatStandsBeforeADamageIsHandedOutFirst) {
  FileSource source(
      {.paths = {directory_.Write("a", "1\n22222\n3\n")}, .topic = "in", .max_line_bytes = 4});
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
  FileSource source({.paths = {}, .topic = "in put"});
  EXPECT_FALSE(source.Open().ok());
}

TEST_F(FileSourceTest, NoFilesAreExhaustedAtOnce) {
  FileSource source = Source({});
  ASSERT_TRUE(source.Open().ok());
  EXPECT_TRUE(source.exhausted());
}

}  // namespace
}  // namespace sluice
