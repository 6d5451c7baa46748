#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/memory_sink.h"
#include "support/memory_source.h"

namespace sluice {
namespace {

TEST(MemorySourceTest, ItGivesItsValuesOverAndOverAndEnds) {
  MemorySource source("in", {"a", "bb"}, 5);
  ASSERT_TRUE(source.Open().ok());
  std::vector<Record> records;
  ASSERT_TRUE(source.Poll({.max_records = 3, .max_bytes = 100}, records).ok());
  EXPECT_FALSE(source.exhausted());
  ASSERT_TRUE(source.Poll({.max_records = 100, .max_bytes = 100}, records).ok());
  EXPECT_TRUE(source.exhausted());
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[3].value, "bb");
  EXPECT_EQ(records[4].position.ToString(), "in/0/4");
}

TEST(MemorySourceTest, BytesLimitAPoll) {
  MemorySource source("in", {"0123456789"}, 100);
  std::vector<Record> records;
  ASSERT_TRUE(source.Poll({.max_records = 100, .max_bytes = 25}, records).ok());
  EXPECT_EQ(records.size(), 3U);
}

TEST(MemorySinkTest, OnlyWhatIsCommittedCountsAndTheSourceGoesBackThere) {
  MemorySource source("in", {"a"}, 10);
  MemorySink sink(true);
  Outbox outbox;
  const Header header{"name", "content"};
  outbox.records().push_back(
      {.topic = 2, .key = "k", .value = "v", .headers = {&header, 1}, .position = {}});
  std::vector<Record> records;
  ASSERT_TRUE(source.Poll({.max_records = 4, .max_bytes = 100}, records).ok());

  ASSERT_TRUE(sink.Begin().ok());
  ASSERT_TRUE(sink.Write(outbox).ok());
  ASSERT_TRUE(sink.Abort().ok());
  EXPECT_EQ(sink.records(), 0U);

  ASSERT_TRUE(sink.Begin().ok());
  ASSERT_TRUE(sink.Write(outbox).ok());
  ASSERT_TRUE(sink.Commit().ok());
  ASSERT_TRUE(source.Commit({{"in", 0, 4}}).ok());
  ASSERT_TRUE(source.Poll({.max_records = 4, .max_bytes = 100}, records).ok());
  ASSERT_TRUE(source.Rewind(nullptr).ok());
  records.clear();
  ASSERT_TRUE(source.Poll({.max_records = 1, .max_bytes = 100}, records).ok());
  EXPECT_EQ(records[0].position.offset, 4);

  EXPECT_EQ(sink.records(), 1U);
  EXPECT_EQ(sink.bytes(), 1U);
  ASSERT_EQ(sink.kept().size(), 1U);
  EXPECT_EQ(sink.kept()[0].topic, 2);
  EXPECT_EQ(sink.kept()[0].key, "k");
  EXPECT_EQ(sink.kept()[0].headers[0].second, "content");
}

}  // namespace
}  // namespace sluice
