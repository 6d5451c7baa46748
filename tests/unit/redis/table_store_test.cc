#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "memory/memory_table_store.h"
#include "redis/redis_table_store.h"
#include "store_fixture.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using testing::MessageOf;
using testing::RedisServer;
using testing::SettingsOf;
using Op = TableRequest::Op;
using Texts = std::vector<std::string>;
using Requests = std::vector<TableRequest>;
using namespace std::chrono_literals;

std::string TextOf(const TableReply& reply) {
  std::string text = reply.state == TableReply::State::kDone      ? "done"
                     : reply.state == TableReply::State::kMissing ? "missing"
                                                                  : "wrong type";
  if (!reply.text.empty()) text += " " + std::string(reply.text);
  for (const auto& value : reply.values) text += value ? " =" + std::string(*value) : " -";
  std::vector<std::string> members(reply.members.begin(), reply.members.end());
  std::ranges::sort(members);
  for (const std::string& member : members) text += " " + member;
  return text;
}

/// A kind of store, and the data that it holds at first.
class Bed {
 public:
  virtual ~Bed() = default;
  virtual std::unique_ptr<TableStore> Connect() = 0;
  virtual void Pass(std::chrono::milliseconds time) = 0;
};

constexpr auto kMarks = 1500ms;

class MemoryBed final : public Bed {
 public:
  MemoryBed() {
    table_->Put("set", MemoryTable::Members{"b", "a"});
    table_->Put("list", MemoryTable::Other{"list", "[]"});
  }
  std::unique_ptr<TableStore> Connect() override {
    return std::make_unique<MemoryTableStore>(table_, clock_);
  }
  void Pass(std::chrono::milliseconds time) override { clock_.now_ms += time.count(); }

 private:
  fakes::FixedClock clock_{1'600'000'000'000};
  std::shared_ptr<MemoryTable> table_ = std::make_shared<MemoryTable>(kMarks);
};

class RedisBed final : public Bed {
 public:
  RedisBed() {
    server_.Command({"SADD", "set", "a", "b"}, 3);
    server_.Command({"RPUSH", "list", "x"}, 3);
  }
  std::unique_ptr<TableStore> Connect() override {
    return std::make_unique<RedisTableStore>(SettingsOf(server_.Url(3)), kMarks, metrics_, "t");
  }
  void Pass(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }

 private:
  RedisServer server_;
  FakeMetrics metrics_;
};

/// What table_store.h promises, of every store.
class TableStoreTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string(GetParam()) == "memory") {
      bed_ = std::make_unique<MemoryBed>();
    } else {
      bed_ = std::make_unique<RedisBed>();
    }
    store_ = bed_->Connect();
  }
  Texts Receive() {
    std::vector<TableReply> replies;
    if (Status status = store_->Receive(replies); !status.ok()) return {MessageOf(status)};
    Texts texts;
    for (const TableReply& reply : replies) texts.push_back(TextOf(reply));
    return texts;
  }
  Texts Do(const Requests& requests) {
    if (Status status = store_->Send(requests); !status.ok()) return {MessageOf(status)};
    return Receive();
  }
  static TableRequest Increment(std::string_view key, std::span<const TableField> field,
                                std::string_view mark) {
    return {.op = Op::kIncrementOnce, .key = key, .fields = field, .mark = mark};
  }

  std::unique_ptr<Bed> bed_;
  std::unique_ptr<TableStore> store_;
};

TEST_P(TableStoreTest, ATextIsPutAndFoundWhateverItsBytes) {
  const std::string bytes("a\r\n\0b", 5);
  EXPECT_EQ(Do({{.op = Op::kGet, .key = "k"},
                {.op = Op::kSet, .key = "k", .text = bytes},
                {.op = Op::kGet, .key = "k"},
                {.op = Op::kSet, .key = "k", .text = ""},
                {.op = Op::kGet, .key = "k"}}),
            (Texts{"missing", "done", "done " + bytes, "done", "done"}));
}

TEST_P(TableStoreTest, FieldsArePutBesideThoseThatAreThere) {
  const std::vector<TableField> first = {{"a", "1"}, {"b", ""}};
  const std::vector<TableField> second = {{"b", "2"}, {"c", "3"}};
  const std::vector<TableField> asked = {{"c"}, {"none"}, {"a"}, {"b"}, {"a"}};
  EXPECT_EQ(Do({{.op = Op::kGetFields, .key = "h", .fields = asked},
                {.op = Op::kSetFields, .key = "h", .fields = first},
                {.op = Op::kGetFields, .key = "h", .fields = asked},
                {.op = Op::kSetFields, .key = "h", .fields = second},
                {.op = Op::kGetFields, .key = "h", .fields = asked}}),
            (Texts{"missing - - - - -", "done", "done - - =1 = =1", "done", "done =3 - =1 =2 =1"}));
}

TEST_P(TableStoreTest, FieldsThatAreAskedForAndNotThereAreMissing) {
  const std::vector<TableField> put = {{"a", "1"}};
  const std::vector<TableField> asked = {{"b"}, {"c"}};
  EXPECT_EQ(Do({{.op = Op::kSetFields, .key = "h", .fields = put},
                {.op = Op::kGetFields, .key = "h", .fields = asked}}),
            (Texts{"done", "missing - -"}));
}

TEST_P(TableStoreTest, FieldsAreRemovedWhereTheyAreAndTheLastOneTakesTheHashAlong) {
  const std::vector<TableField> put = {{"a", "1"}, {"b", "2"}};
  const std::vector<TableField> one = {{"a"}, {"none"}};
  const std::vector<TableField> rest = {{"b"}};
  EXPECT_EQ(Do({{.op = Op::kRemoveFields, .key = "h", .fields = one},
                {.op = Op::kSetFields, .key = "h", .fields = put},
                {.op = Op::kRemoveFields, .key = "h", .fields = one},
                {.op = Op::kGetFields, .key = "h", .fields = put},
                {.op = Op::kRemoveFields, .key = "h", .fields = rest},
                {.op = Op::kGet, .key = "h"}}),
            (Texts{"done", "done", "done", "done - =2", "done", "missing"}));
}

TEST_P(TableStoreTest, MembersOfASetAreFound) {
  EXPECT_EQ(Do({{.op = Op::kGetMembers, .key = "set"}, {.op = Op::kGetMembers, .key = "none"}}),
            (Texts{"done a b", "missing"}));
}

TEST_P(TableStoreTest, WhatIsOfAnotherTypeStaysAsItIsUnlessATextIsPut) {
  const std::vector<TableField> field = {{"f", "x"}};
  EXPECT_EQ(
      Do({{.op = Op::kSet, .key = "k", .text = "text"},
          {.op = Op::kGetFields, .key = "k", .fields = field},
          {.op = Op::kGetMembers, .key = "k"},
          {.op = Op::kSetFields, .key = "k", .fields = field},
          {.op = Op::kRemoveFields, .key = "k", .fields = field},
          Increment("k", field, "t/0/1"),
          {.op = Op::kGet, .key = "k"},
          {.op = Op::kGet, .key = "set"},
          {.op = Op::kGet, .key = "list"},
          {.op = Op::kGetMembers, .key = "list"},
          {.op = Op::kSet, .key = "list", .text = "now a text"},
          {.op = Op::kGet, .key = "list"}}),
      (Texts{"done", "wrong type -", "wrong type", "wrong type", "wrong type", "wrong type",
             "done text", "wrong type", "wrong type", "wrong type", "done", "done now a text"}));
}

TEST_P(TableStoreTest, AMarkCountsOnce) {
  const std::vector<TableField> field = {{"RO"}};
  const std::vector<TableField> other = {{"other"}};
  const std::vector<TableField> both = {{"RO"}, {"other"}};
  EXPECT_EQ(Do({Increment("count", field, "t/0/1"),
                Increment("count", field, "t/0/2"),
                Increment("count", field, "t/0/1"),
                Increment("count", other, "t/0/3"),
                {.op = Op::kGetFields, .key = "count", .fields = both}}),
            (Texts{"done", "done", "missing", "done", "done =2 =1"}));
  store_ = bed_->Connect();
  EXPECT_EQ(Do({Increment("count", field, "t/0/2"),
                {.op = Op::kGetFields, .key = "count", .fields = field}}),
            (Texts{"missing", "done =2"}))
      << "another worker, or the same after a crash";
}

TEST_P(TableStoreTest, AMarkIsForgottenWhenItsTimeIsOver) {
  const std::vector<TableField> field = {{"RO"}};
  EXPECT_EQ(Do({Increment("count", field, "t/0/1")}), Texts{"done"});
  bed_->Pass(kMarks / 2);
  EXPECT_EQ(Do({Increment("count", field, "t/0/1")}), Texts{"missing"})
      << "which does not make it live longer";
  bed_->Pass(kMarks / 2 + 200ms);
  EXPECT_EQ(Do({Increment("count", field, "t/0/1")}), Texts{"done"});
}

TEST_P(TableStoreTest, WhatIsNoNumberIsNotCountedAndLeavesNoMark) {
  const std::vector<TableField> put = {{"text", "x"},
                                       {"zero", "01"},
                                       {"blank", " 1"},
                                       {"most", "9223372036854775807"},
                                       {"least", "-1"}};
  Requests requests = {{.op = Op::kSetFields, .key = "c", .fields = put}};
  for (const TableField& field : put) requests.push_back(Increment("c", {&field, 1}, "t/0/1"));
  EXPECT_EQ(Do(requests),
            (Texts{"done", "wrong type", "wrong type", "wrong type", "wrong type", "done"}));
  EXPECT_EQ(Do({{.op = Op::kGetFields, .key = "c", .fields = put}}),
            Texts{"done =x =01 = 1 =9223372036854775807 =0"});
}

TEST_P(TableStoreTest, SendsAreAnsweredInTheirOrder) {
  const Requests put = {{.op = Op::kSet, .key = "k", .text = "v"}};
  const Requests get = {{.op = Op::kGet, .key = "k"}, {.op = Op::kGet, .key = "none"}};
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(store_->Send(put).ok());
    ASSERT_TRUE(store_->Send({}).ok());
    ASSERT_TRUE(store_->Send(get).ok());
    EXPECT_EQ(Receive(), Texts{"done"});
    EXPECT_EQ(Receive(), Texts{});
    EXPECT_EQ(Receive(), (Texts{"done v", "missing"}));
  }
  std::vector<TableReply> replies;
  EXPECT_FALSE(store_->Receive(replies).ok());
}

TEST_P(TableStoreTest, WhatWasCancelledIsNotTakenForAnAnswer) {
  const Requests put = {{.op = Op::kSet, .key = "a", .text = "1"}};
  const Requests get = {{.op = Op::kGet, .key = "b"}};
  ASSERT_TRUE(store_->Send(put).ok());
  ASSERT_TRUE(store_->Send(get).ok());
  store_->Cancel();
  EXPECT_TRUE(store_->Ping().ok());
  EXPECT_EQ(Do(get), Texts{"missing"});
}

TEST_P(TableStoreTest, ManyAndLargeValuesComeThrough) {
  const std::string large(3'000'000, 'x');
  Texts keys;
  for (int i = 0; i < 3000; ++i) keys.push_back("key" + std::to_string(i));
  Requests requests = {{.op = Op::kSet, .key = "large", .text = large}};
  for (const std::string& key : keys) requests.push_back({.op = Op::kSet, .key = key, .text = key});
  requests.push_back({.op = Op::kGet, .key = "large"});
  for (const std::string& key : keys) requests.push_back({.op = Op::kGet, .key = key});
  const Texts texts = Do(requests);
  ASSERT_EQ(texts.size(), 6002U);
  EXPECT_EQ(texts[3001], "done " + large);
  EXPECT_EQ(texts[6001], "done key2999");
}

INSTANTIATE_TEST_SUITE_P(Stores, TableStoreTest, ::testing::Values("memory", "redis"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace sluice
