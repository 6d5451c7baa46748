#include "redis/redis_table_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "redis/increment_script.h"
#include "store_fixture.h"
#include "support/redis_proxy.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using testing::MessageOf;
using testing::RedisProxy;
using testing::RedisServer;
using testing::SettingsOf;
using Op = TableRequest::Op;
using Requests = std::vector<TableRequest>;
using namespace std::chrono_literals;

constexpr TableField kField{"RO", "v"};

TableRequest Increment(std::string_view mark, std::string_view key = "count") {
  return {.op = Op::kIncrementOnce, .key = key, .fields = {&kField, 1}, .mark = mark};
}

/// The states of the replies as digits, or the message of the first failure.
std::string Do(TableStore& store, const Requests& requests) {
  Status status = store.Send(requests);
  std::vector<TableReply> replies;
  if (status.ok()) status = store.Receive(replies);
  if (!status.ok()) {
    EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
    store.Cancel();
    return MessageOf(status);
  }
  std::string states;
  for (const TableReply& reply : replies) states += std::to_string(static_cast<int>(reply.state));
  return states;
}

class RedisTableStoreTest : public ::testing::Test {
 protected:
  RedisTableStore Connect(int db = 0) {
    return {SettingsOf(server_.Url(db)), 24h, metrics_, "dedup"};
  }

  RedisServer server_;
  FakeMetrics metrics_;
};

TEST_F(RedisTableStoreTest, TheScriptIsNamedByItsSha) {
  EXPECT_EQ(server_.Command({"SCRIPT", "LOAD", std::string(kIncrementScript)}),
            kIncrementScriptSha);
}

TEST_F(RedisTableStoreTest, TheScriptTravelsOncePerSendAndOutlivesAFlush) {
  RedisTableStore store = Connect();
  EXPECT_EQ(Do(store, {Increment("t/0/1"), Increment("t/0/2"), Increment("t/0/3")}), "000");
  server_.Command({"SCRIPT", "FLUSH"});
  EXPECT_EQ(Do(store, {Increment("t/0/4"), Increment("t/0/1")}), "01");
  const std::string stats = server_.Command({"INFO", "commandstats"});
  EXPECT_NE(stats.find("cmdstat_eval:calls=2,"), std::string::npos) << stats;
  EXPECT_NE(stats.find("cmdstat_evalsha:calls=3,"), std::string::npos) << stats;
  EXPECT_EQ(server_.Command({"HGET", "count", "RO"}), "4");
}

TEST_F(RedisTableStoreTest, AMarkIsAKeyThatRedisRemovesByItself) {
  RedisTableStore store = Connect(2);
  EXPECT_EQ(Do(store, {Increment("env.audit/7/42")}), "0");
  const int left = std::stoi(server_.Command({"TTL", "sluice:mark:env.audit/7/42"}, 2));
  EXPECT_GT(left, 86'300);
  EXPECT_LE(left, 86'400);
  EXPECT_EQ(server_.Command({"TTL", "count"}, 2), "-1");
}

TEST_F(RedisTableStoreTest, APutTextLosesTheTimeToLiveOfWhatWasThere) {
  server_.Command({"SET", "k", "old", "EX", "100"});
  RedisTableStore store = Connect();
  EXPECT_EQ(Do(store, {{.op = Op::kSet, .key = "k", .text = "new"}}), "0");
  EXPECT_EQ(server_.Command({"TTL", "k"}), "-1");
}

TEST_F(RedisTableStoreTest, EveryConnectionAfterAnOutageSelectsTheDatabase) {
  RedisTableStore store = Connect(12);
  const Requests put = {{.op = Op::kSet, .key = "k", .text = "v"}};
  EXPECT_EQ(Do(store, put), "0");
  server_.Kill();
  for (int attempt = 0; attempt < 3; ++attempt) {
    EXPECT_NE(Do(store, put).find("redis"), std::string::npos);
    EXPECT_FALSE(store.Ping().ok());
  }
  server_.Start();
  EXPECT_EQ(Do(store, put), "0");
  EXPECT_EQ(server_.Command({"GET", "k"}, 12), "v");
  EXPECT_EQ(server_.Command({"GET", "k"}, 0), "(nil)");
}

TEST_F(RedisTableStoreTest, AServerThatWasDemotedIsLeftAndWrittenToOnceItIsPrimaryAgain) {
  RedisTableStore store = Connect();
  EXPECT_EQ(Do(store, {Increment("t/0/1")}), "0");
  server_.Command({"REPLICAOF", "127.0.0.1", "1"});
  const Requests writes = {{.op = Op::kSet, .key = "k", .text = "v"}, Increment("t/0/2")};
  EXPECT_NE(Do(store, writes).find("SET was refused: READONLY"), std::string::npos);
  EXPECT_NE(Do(store, {Increment("t/0/2")}).find("READONLY"), std::string::npos);
  server_.Command({"REPLICAOF", "NO", "ONE"});
  EXPECT_EQ(Do(store, writes), "00");
  EXPECT_EQ(metrics_.Get("sluice_redis_reconnects_total{store=dedup,}"), 2);
}

TEST_F(RedisTableStoreTest, WhereMemoryIsShortNothingIsCountedAndNothingMarked) {
  RedisTableStore store = Connect();
  EXPECT_EQ(Do(store, {Increment("t/0/1")}), "0");
  server_.Command({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_NE(Do(store, {Increment("t/0/2")}).find("OOM"), std::string::npos);
  EXPECT_NE(Do(store, {{.op = Op::kSetFields, .key = "h", .fields = {&kField, 1}}}).find("OOM"),
            std::string::npos);
  server_.Command({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(server_.Command({"EXISTS", "sluice:mark:t/0/2", "h"}), "0");
  EXPECT_EQ(Do(store, {Increment("t/0/2")}), "0");
  EXPECT_EQ(server_.Command({"HGET", "count", "RO"}), "2");
}

/// A user who lacks one command of the script.
TEST_F(RedisTableStoreTest, WhereACommandIsForbiddenNothingIsCountedAndNothingMarked) {
  for (const char* command : {"set", "hincrby", "exists"}) {
    server_.Command(
        {"ACL", "SETUSER", "u", "reset", "on", ">p", "~*", "+@all", "-" + std::string(command)});
    RedisSettings settings = SettingsOf(server_.Url());
    settings.user = "u";
    settings.password = "p";
    RedisTableStore store(settings, 24h, metrics_, "dedup");
    const std::string mark = "t/0/" + std::string(command);
    for (int attempt = 0; attempt < 2; ++attempt) {
      EXPECT_NE(Do(store, {Increment(mark)}).find("was refused"), std::string::npos) << command;
    }
    EXPECT_EQ(server_.Command({"EXISTS", "sluice:mark:" + mark}), "0") << command;
    const std::string count = server_.Command({"HGET", "count", "RO"});
    EXPECT_TRUE(count == "(nil)" || count == "0") << command << " " << count;
    server_.Command({"ACL", "SETUSER", "u", "+" + std::string(command)});
    EXPECT_EQ(Do(store, {Increment(mark)}), "0") << command;
    EXPECT_EQ(server_.Command({"HGET", "count", "RO"}), "1");
    server_.Command({"DEL", "count"});
  }
}

/// The reply to the first write is lost: the request was done, and is done again.
TEST_F(RedisTableStoreTest, AnIncrementWhoseAnswerWasLostIsNotCountedAgain) {
  std::atomic<int> counted{0};
  RedisProxy proxy(server_.port(), [&](const RedisProxy::Command& command) {
    const bool lost = command[0] == "EVAL" && counted++ == 0;
    if (lost) server_.Command({command.begin(), command.end()});
    return lost ? std::optional<std::string>("-LOADING lost\r\n") : std::nullopt;
  });
  RedisTableStore store(SettingsOf("redis://127.0.0.1:" + std::to_string(proxy.port())), 24h,
                        metrics_, "dedup");
  EXPECT_NE(Do(store, {Increment("t/0/1")}).find("LOADING"), std::string::npos);
  EXPECT_EQ(Do(store, {Increment("t/0/1")}), "1");
  EXPECT_EQ(server_.Command({"HGET", "count", "RO"}), "1");
}

TEST_F(RedisTableStoreTest, AnAnswerOfAnotherFormIsUnavailable) {
  std::string answer;
  RedisProxy proxy(server_.port(),
                   [&](const RedisProxy::Command&) { return std::optional<std::string>(answer); });
  RedisTableStore store(SettingsOf("redis://127.0.0.1:" + std::to_string(proxy.port())), 24h,
                        metrics_, "dedup");
  const std::vector<std::pair<std::string, TableRequest>> cases = {
      {":1\r\n", {.op = Op::kGet, .key = "k"}},
      {"*2\r\n$1\r\na\r\n$1\r\nb\r\n", {.op = Op::kGetFields, .key = "k", .fields = {&kField, 1}}},
      {"$1\r\na\r\n", {.op = Op::kGetFields, .key = "k", .fields = {&kField, 1}}},
      {"*1\r\n:1\r\n", {.op = Op::kGetFields, .key = "k", .fields = {&kField, 1}}},
      {"*1\r\n$-1\r\n", {.op = Op::kGetMembers, .key = "k"}},
      {"$-1\r\n", {.op = Op::kSet, .key = "k"}},
      {"+OK\r\n", {.op = Op::kSetFields, .key = "k", .fields = {&kField, 1}}},
      {":2\r\n", Increment("t/0/1")}};
  for (const auto& [text, request] : cases) {
    answer = text;
    EXPECT_NE(Do(store, {request}).find("unexpected answer to"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace sluice
