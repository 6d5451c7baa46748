#include "daemon/explained_table_store.h"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "memory/memory_table_store.h"
#include "support/fakes.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Op = TableRequest::Op;
using State = TableReply::State;
using Requests = std::vector<TableRequest>;

/// A table that fails the test where it is written.
class ReadOnlyTable final : public TableStore {
 public:
  ReadOnlyTable(std::shared_ptr<MemoryTable> table, const Clock& clock, int& sends)
      : table_(std::move(table), clock), sends_(sends) {}
  Status Send(std::span<const TableRequest> requests) override {
    ++sends_;
    for (const TableRequest& request : requests) EXPECT_FALSE(Writes(request.op));
    return table_.Send(requests);
  }
  Status Receive(std::vector<TableReply>& replies) override { return table_.Receive(replies); }
  void Cancel() override { table_.Cancel(); }

 private:
  MemoryTableStore table_;
  int& sends_;
};

class ExplainedTableStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    table_->Put("text", std::string("old"));
    table_->Put("hash", MemoryTable::Fields{{"a", "1"}, {"b", "2"}, {"n", "41"}});
    table_->Put("set", MemoryTable::Members{"m"});
  }
  std::vector<TableReply> Do(const Requests& requests) {
    std::vector<TableReply> replies;
    EXPECT_TRUE(store_.Send(requests).ok());
    EXPECT_TRUE(store_.Receive(replies).ok());
    return replies;
  }

  fakes::FixedClock clock_{0};
  std::shared_ptr<MemoryTable> table_ =
      std::make_shared<MemoryTable>(std::chrono::milliseconds(1000));
  int sends_ = 0;
  std::vector<std::string> told_;
  ExplainedTableStore store_{std::make_unique<ReadOnlyTable>(table_, clock_, sends_), clock_,
                             [this](std::string_view what) { told_.emplace_back(what); }};
};

TEST_F(ExplainedTableStoreTest, WhatWouldBeWrittenIsToldAndFoundLater) {
  const std::vector<TableField> put = {{"b", "x\"y"}, {"c", ""}};
  const std::vector<TableField> gone = {{"a"}, {"none"}};
  const std::vector<TableField> all = {{"a"}, {"b"}, {"c"}, {"n"}};
  auto replies = Do({{.op = Op::kGet, .key = "text"},
                     {.op = Op::kSet, .key = "text", .text = R"({"a":1})"},
                     {.op = Op::kGet, .key = "text"},
                     {.op = Op::kSetFields, .key = "hash", .fields = put},
                     {.op = Op::kRemoveFields, .key = "hash", .fields = gone},
                     {.op = Op::kGetFields, .key = "hash", .fields = all}});
  EXPECT_EQ(replies[0].text, "old");
  EXPECT_EQ(replies[2].text, R"({"a":1})");
  EXPECT_THAT(replies[5].values, ElementsAre(std::nullopt, "x\"y", "", "41"));
  EXPECT_THAT(told_,
              ElementsAre(R"(SET text {"a":1})", R"(HSET hash b="x\"y" c="")", "HDEL hash a none"));
  EXPECT_EQ(sends_, 1) << "one round trip";
  replies =
      Do({{.op = Op::kGetFields, .key = "hash", .fields = all}, {.op = Op::kGet, .key = "text"}});
  EXPECT_THAT(replies[0].values, ElementsAre(std::nullopt, "x\"y", "", "41"));
  EXPECT_EQ(replies[1].text, R"({"a":1})");
  EXPECT_EQ(sends_, 1) << "all of it is known";
}

TEST_F(ExplainedTableStoreTest, ANumberIsCountedUpFromWhatTheStoreHas) {
  const TableField field{"n"};
  const Requests count = {
      {.op = Op::kIncrementOnce, .key = "hash", .fields = {&field, 1}, .mark = "t/0/1"},
      {.op = Op::kIncrementOnce, .key = "hash", .fields = {&field, 1}, .mark = "t/0/1"},
      {.op = Op::kGetFields, .key = "hash", .fields = {&field, 1}}};
  const auto replies = Do(count);
  EXPECT_EQ(replies[0].state, State::kDone);
  EXPECT_EQ(replies[1].state, State::kMissing);
  EXPECT_THAT(replies[2].values, ElementsAre("42"));
  EXPECT_THAT(told_, ElementsAre("HINCRBY hash n 1"));
}

TEST_F(ExplainedTableStoreTest, WhatIsOfAnotherTypeIsNotToldAsWritten) {
  const TableField field{"a", "1"};
  const auto replies =
      Do({{.op = Op::kSetFields, .key = "text", .fields = {&field, 1}},
          {.op = Op::kRemoveFields, .key = "set", .fields = {&field, 1}},
          {.op = Op::kIncrementOnce, .key = "text", .fields = {&field, 1}, .mark = "t/0/1"},
          {.op = Op::kGetFields, .key = "set", .fields = {&field, 1}},
          {.op = Op::kGet, .key = "hash"},
          {.op = Op::kSet, .key = "hash", .text = "a\nb"},
          {.op = Op::kSetFields, .key = "hash", .fields = {&field, 1}},
          {.op = Op::kGet, .key = "hash"}});
  for (const std::size_t i : {0U, 1U, 2U, 3U, 4U, 6U}) {
    EXPECT_EQ(replies[i].state, State::kWrongType) << i;
  }
  EXPECT_THAT(replies[3].values, ElementsAre(std::nullopt));
  EXPECT_EQ(replies[7].text, "a\nb");
  EXPECT_THAT(told_, ElementsAre("SET hash \"a\\u000ab\""));
}

TEST_F(ExplainedTableStoreTest, MembersComeFromTheStore) {
  const auto replies =
      Do({{.op = Op::kGetMembers, .key = "set"}, {.op = Op::kGetMembers, .key = "none"}});
  EXPECT_THAT(replies[0].members, ElementsAre("m"));
  EXPECT_EQ(replies[1].state, State::kMissing);
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(ExplainedTableStoreTest, SendsAreAnsweredInTheirOrder) {
  const Requests get = {{.op = Op::kGet, .key = "text"}};
  const Requests put = {{.op = Op::kSet, .key = "text", .text = "new"}};
  ASSERT_TRUE(store_.Send(get).ok());
  ASSERT_TRUE(store_.Send({}).ok());
  ASSERT_TRUE(store_.Send(put).ok());
  std::vector<TableReply> replies;
  ASSERT_TRUE(store_.Receive(replies).ok());
  EXPECT_EQ(replies.at(0).text, "old");
  ASSERT_TRUE(store_.Receive(replies).ok());
  EXPECT_THAT(replies, IsEmpty());
  store_.Cancel();
  EXPECT_FALSE(store_.Receive(replies).ok());
  EXPECT_EQ(std::get<std::string>(table_->Entries().at("text")), "old");
}

}  // namespace
}  // namespace sluice
