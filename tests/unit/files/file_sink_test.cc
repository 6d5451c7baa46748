#include "files/file_sink.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "files/file_source.h"
#include "temporary_directory.h"

namespace sluice {
namespace {

using testing::TemporaryDirectory;

/// Lets no file of this process grow beyond `bytes`: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

class FileSinkTest : public ::testing::Test {
 protected:
  void SetUp() override { Restart(); }

  /// A new process after a crash: nothing of the old sink is closed in order.
  void Restart(FileSinkSettings settings = {.topics = {"a", "b"}}) {
    sink_ = nullptr;
    settings.directory = directory_ / "out";
    sink_ = std::make_unique<FileSink>(std::move(settings));
  }

  /// Of the one partition, as the sink keeps it; 0 where it keeps none.
  std::int64_t StoredOffset() {
    const auto stored = sink_->Stored();
    EXPECT_TRUE(stored.ok());
    if (!stored.ok() || stored.value() == nullptr) return 0;
    return stored.value()->offsets[0].offset;
  }

  Status Write(const std::vector<std::pair<TopicId, std::string>>& values) {
    outbox_.Reset();
    for (const auto& [topic, value] : values) {
      outbox_.records().push_back({.topic = topic,
                                   .key = "k",
                                   .value = outbox_.arena().Copy(value),
                                   .headers = {},
                                   .position = {}});
    }
    if (Status status = sink_->Begin(); !status.ok()) return status;
    return sink_->Write(outbox_);
  }

  Status WriteAndCommit(const std::vector<std::pair<TopicId, std::string>>& values,
                        std::int64_t offset) {
    if (Status status = Write(values); !status.ok()) return status;
    return sink_->CommitWith({{{"in", 0, offset}}, ""});
  }

  std::string Lines(const std::string& topic) {
    return directory_.Read("out/" + topic + ".ndjson");
  }

  TemporaryDirectory directory_;
  std::unique_ptr<FileSink> sink_;
  Outbox outbox_;
};

TEST_F(FileSinkTest, EachTopicHasAFileWithALineForEachRecord) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "{\"n\":1}"}, {1, "{\"n\":\n2}"}, {0, "{\"n\":3}"}}, 3).ok());
  ASSERT_TRUE(WriteAndCommit({{0, "{\"n\":4}"}}, 4).ok());
  EXPECT_EQ(Lines("a"), "{\"n\":1}\n{\"n\":3}\n{\"n\":4}\n");
  EXPECT_EQ(Lines("b"), "{\"n\": 2}\n");
  EXPECT_EQ(StoredOffset(), 4);
}

TEST_F(FileSinkTest, WithoutACheckpointTheLinesAreCommittedAllTheSame) {
  const FileSinkSettings alone{.topics = {"a", "b"}, .keeps_checkpoint = false};
  Restart(alone);
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(Write({{0, "1"}}).ok());
  ASSERT_TRUE(sink_->Commit().ok());
  ASSERT_TRUE(Write({{0, "2"}}).ok());
  Restart(alone);
  ASSERT_TRUE(sink_->Open().ok());
  EXPECT_EQ(Lines("a"), "1\n");
  EXPECT_EQ(sink_->Stored().value(), nullptr);
}

TEST_F(FileSinkTest, ADirectoryIsUsedInOneWayFromItsFirstStartOn) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "1"}}, 1).ok());
  Restart({.topics = {"a", "b"}, .keeps_checkpoint = false});
  Status status = sink_->Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  std::filesystem::remove_all(directory_ / "out");
  Restart({.topics = {"a", "b"}, .keeps_checkpoint = false});
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(Write({{0, "1"}}).ok());
  ASSERT_TRUE(sink_->Commit().ok());
  Restart();
  status = sink_->Open();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("where to go on is not known"), std::string::npos);
}

TEST_F(FileSinkTest, ACheckpointThatIsGoneCutsNothingOff) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "1"}}, 1).ok());
  ASSERT_TRUE(Write({{0, "2"}, {1, std::string(3'000'000, 'x')}}).ok());
  std::filesystem::remove(directory_ / "out/.checkpoint");
  EXPECT_FALSE(sink_->Abort().ok());
  EXPECT_EQ(Lines("a"), "1\n");
}

TEST_F(FileSinkTest, AnEnvelopeIsWrittenIfWanted) {
  Restart({.topics = {"a"}, .envelope = true});
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "{}"}}, 1).ok());
  EXPECT_EQ(Lines("a"), "{\"key\":\"k\",\"headers\":{},\"value\":{}}\n");
}

TEST_F(FileSinkTest, WhatWasNotCommittedIsCutOffAfterACrash) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "1"}}, 1).ok());
  // Large enough to be on the disk before the commit.
  ASSERT_TRUE(Write({{0, "2"}, {1, std::string(3'000'000, 'x')}}).ok());
  EXPECT_GT(Lines("b").size(), 3'000'000U);
  Restart();
  EXPECT_GT(Lines("b").size(), 3'000'000U) << "a crash tidies up nothing";
  directory_.Write("out/a.ndjson", "1\nhalf a li");
  ASSERT_TRUE(sink_->Open().ok());
  EXPECT_EQ(Lines("a"), "1\n");
  EXPECT_EQ(Lines("b"), "");
  EXPECT_EQ(StoredOffset(), 1);
  ASSERT_TRUE(WriteAndCommit({{0, "2"}}, 2).ok());
  EXPECT_EQ(Lines("a"), "1\n2\n");
}

TEST_F(FileSinkTest, ACrashBeforeTheFirstCommitLeavesNothing) {
  ASSERT_TRUE(sink_->Open().ok());
  Restart();
  directory_.Write("out/a.ndjson", "half a li");
  ASSERT_TRUE(sink_->Open().ok());
  EXPECT_EQ(Lines("a"), "");
}

TEST_F(FileSinkTest, LinesFromBeforeTheFirstStartStay) {
  std::filesystem::create_directories(directory_ / "out");
  directory_.Write("out/a.ndjson", "old\n");
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(Write({{0, "1"}}).ok());
  ASSERT_TRUE(sink_->Abort().ok());
  EXPECT_EQ(Lines("a"), "old\n");
  ASSERT_TRUE(WriteAndCommit({{0, "2"}}, 1).ok());
  EXPECT_EQ(Lines("a"), "old\n2\n");
}

TEST_F(FileSinkTest, AbortUndoesWhatWasWritten) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "1"}}, 1).ok());
  ASSERT_TRUE(Write({{0, "2"}, {1, std::string(3'000'000, 'x')}}).ok());
  ASSERT_TRUE(sink_->Abort().ok());
  EXPECT_EQ(Lines("a"), "1\n");
  EXPECT_EQ(Lines("b"), "");
  ASSERT_TRUE(WriteAndCommit({{0, "3"}}, 2).ok());
  EXPECT_EQ(Lines("a"), "1\n3\n");
}

TEST_F(FileSinkTest, BeginForgetsWhatWasNeitherCommittedNorAborted) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(Write({{0, "1"}}).ok());
  ASSERT_TRUE(WriteAndCommit({{0, "2"}}, 1).ok());
  EXPECT_EQ(Lines("a"), "2\n");
}

TEST_F(FileSinkTest, CloseForgetsWhatWasBegun) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(Write({{1, std::string(3'000'000, 'x')}}).ok());
  sink_->Close();
  EXPECT_EQ(Lines("b"), "");
}

TEST_F(FileSinkTest, AFullDiskIsWaitedForAndLosesNothing) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "1"}}, 1).ok());
  Status status = Ok();
  {
    const FullDisk full(100'000);
    status = WriteAndCommit({{0, std::string(200'000, 'x')}, {1, "2"}}, 2);
    // The files may shrink even then.
    EXPECT_TRUE(sink_->Abort().ok());
  }
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(status.error().message.find("out/a.ndjson"), std::string::npos);
  EXPECT_EQ(Lines("a"), "1\n");
  EXPECT_EQ(Lines("b"), "");
  EXPECT_EQ(StoredOffset(), 1);
  ASSERT_TRUE(WriteAndCommit({{0, "3"}}, 3).ok());
  EXPECT_EQ(Lines("a"), "1\n3\n");
}

TEST_F(FileSinkTest, ACheckpointThatCannotBeWrittenCommitsNothing) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "1"}}, 1).ok());
  ASSERT_TRUE(Write({{0, "2"}}).ok());
  // In the way of the draft, for root too.
  std::filesystem::create_directories(directory_ / "out/.checkpoint.new");
  EXPECT_FALSE(sink_->CommitWith({{{"in", 0, 2}}, ""}).ok());
  EXPECT_EQ(Lines("a"), "1\n2\n") << "written, though not committed";
  ASSERT_TRUE(sink_->Abort().ok());
  EXPECT_EQ(Lines("a"), "1\n");
  EXPECT_EQ(StoredOffset(), 1);
  std::filesystem::remove(directory_ / "out/.checkpoint.new");
  ASSERT_TRUE(WriteAndCommit({{0, "2"}}, 2).ok());
  EXPECT_EQ(Lines("a"), "1\n2\n");
}

TEST_F(FileSinkTest, ATopicAddedLaterStartsWithItsFile) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "1"}}, 1).ok());
  Restart({.topics = {"a", "c", "b"}});
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{1, "2"}}, 2).ok());
  EXPECT_EQ(Lines("a"), "1\n");
  EXPECT_EQ(Lines("c"), "2\n");
}

TEST_F(FileSinkTest, AFileShorterThanWasCommittedIsRefused) {
  ASSERT_TRUE(sink_->Open().ok());
  ASSERT_TRUE(WriteAndCommit({{0, "12345"}}, 1).ok());
  std::filesystem::resize_file(directory_ / "out/a.ndjson", 3);
  Restart();
  const Status status = sink_->Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("has 3 bytes, but 6 were committed"), std::string::npos)
      << status.error().message;
  EXPECT_EQ(Lines("a"), "123") << "left as it is";
}

TEST_F(FileSinkTest, ATopicThatIsNoFileNameIsRefused) {
  for (const std::string& topic :
       {std::string("../x"), std::string("a/b"), std::string(), std::string(".."),
        std::string("a b"), std::string("a\nb"), std::string(250, 't')}) {
    Restart({.topics = {topic}});
    const Status status = sink_->Open();
    ASSERT_FALSE(status.ok()) << topic;
    EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  }
}

TEST_F(FileSinkTest, TheSizeLimitIsTheSetting) {
  EXPECT_EQ(sink_->MaxRecordBytes(0), 1'048'588U);
  Restart({.topics = {"a"}, .max_record_bytes = 77});
  EXPECT_EQ(sink_->MaxRecordBytes(0), 77U);
}

TEST_F(FileSinkTest, SourceAndSinkTogetherCopyEachLineOnceWhateverFails) {
  std::string input;
  for (int i = 0; i < 1'000; ++i) input += "{\"n\":" + std::to_string(i) + "}\n";
  const std::string path = directory_.Write("in.ndjson", input);
  int steps = 0;
  for (bool done = false; !done;) {
    Restart();  // A crash at whatever point the last round had come to.
    FileSource source({.paths = {path}, .topic = "in"});
    ASSERT_TRUE(source.Open().ok());
    ASSERT_TRUE(sink_->Open().ok());
    ASSERT_TRUE(source.Rewind(sink_->Stored().value()).ok());
    for (int round = 0; round < 7 && !done; ++round) {
      std::vector<Record> records;
      ASSERT_TRUE(source.Poll({.max_records = 13, .max_bytes = 1'000'000}, records).ok());
      std::vector<std::pair<TopicId, std::string>> values;
      values.reserve(records.size());
      for (const Record& record : records) {
        values.emplace_back(TopicId{0}, std::string(*record.value));
      }
      ASSERT_TRUE(Write(values).ok());
      ++steps;
      if (steps % 7 == 0) break;
      if (steps % 5 == 0) {
        ASSERT_TRUE(sink_->Abort().ok());
        ASSERT_TRUE(source.Rewind(sink_->Stored().value()).ok());
        continue;
      }
      if (!records.empty()) {
        const Checkpoint after = {{"in", 0, records.back().position.offset + 1}};
        ASSERT_TRUE(sink_->CommitWith(source.Seal(after).value()).ok());
      }
      source.Release();
      done = source.exhausted();
    }
  }
  EXPECT_EQ(Lines("a"), input);
  EXPECT_GT(steps, 77);
}

}  // namespace
}  // namespace sluice
