#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "redis/redis_lookup_store.h"
#include "store_fixture.h"
#include "support/redis_proxy.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using testing::Ask;
using testing::kHour;
using testing::MessageOf;
using testing::RedisProxy;
using testing::RedisServer;
using testing::SettingsOf;
using testing::Verdicts;

/// A server that gives one answer to a command for as long as the first connection to it lasts: the
/// second one leads to the new primary. Every connection begins with a SELECT.
class FailoverTest : public ::testing::TestWithParam<const char*> {
 protected:
  explicit FailoverTest() : proxy_(server_.port(), [this](const auto& c) { return Answer(c); }) {}

  RedisSettings Settings() const {
    return SettingsOf("redis://127.0.0.1:" + std::to_string(proxy_.port()) + "/1");
  }

  std::optional<std::string> Answer(const RedisProxy::Command& command) {
    if (command[0] == "SELECT") ++connections_;
    const bool probe = command.size() > 1 && command[1] == "sluice:probe";
    if (probe || connections_ > 1 || command[0] != refused_) return std::nullopt;
    return "-" + std::string(GetParam()) + "\r\n";
  }

  RedisServer server_;
  FakeMetrics metrics_;
  std::string refused_;
  std::atomic<int> connections_{0};
  RedisProxy proxy_;
};

TEST_P(FailoverTest, AServerThatRefusesClaimsIsLeft) {
  refused_ = "SET";
  RedisClaimStore store(Settings(), metrics_, "dedup");
  const std::vector<Claim> claims = {{"a", "t/0/1"}, {"b", "t/0/2"}};
  const Verdicts refused = Ask(store, claims);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_NE(refused[0].find(GetParam()), std::string::npos) << refused[0];
  store.Cancel();
  EXPECT_EQ(Ask(store, claims), (Verdicts{"unique", "unique"}));
  EXPECT_EQ(connections_, 2);
}

TEST_P(FailoverTest, AServerThatRefusesLookupsIsLeft) {
  refused_ = "GET";
  server_.Command({"SET", "k", "v"}, 1);
  RedisLookupStore store(Settings(), metrics_, "content");
  const std::vector<Lookup> lookups = {{Lookup::Kind::kText, "k"}};
  ASSERT_TRUE(store.Send(lookups).ok());
  std::vector<LookupReply> replies;
  const Status refused = store.Receive(replies);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  store.Cancel();
  ASSERT_TRUE(store.Send(lookups).ok());
  ASSERT_TRUE(store.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].text, "v");
}

TEST_P(FailoverTest, AServerThatRefusesASignOfLifeIsLeft) {
  refused_ = "PING";
  RedisClaimStore store(Settings(), metrics_, "dedup");
  EXPECT_FALSE(store.Ping().ok());
  EXPECT_TRUE(store.Ping().ok());
}

INSTANTIATE_TEST_SUITE_P(
    Answers, FailoverTest,
    ::testing::Values("READONLY You can't write against a read only replica.",
                      "MOVED 866 127.0.0.1:7001", "ASK 866 127.0.0.1:7001",
                      "CLUSTERDOWN Hash slot not served", "TRYAGAIN Multiple keys",
                      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is 'no'.",
                      "LOADING Redis is loading the dataset in memory",
                      "NOREPLICAS Not enough good replicas to write.",
                      "MISCONF Redis is configured to save RDB snapshots",
                      "OOM command not allowed", "REDIRECT 127.0.0.1:7001",
                      "NOAUTH Authentication required.", "ERR upstream failure"));

TEST(RedisDemotionTest, ADemotedServerIsAskedAgainThroughTheAddressAndNotThroughTheConnection) {
  RedisServer server;
  FakeMetrics metrics;
  RedisClaimStore store(SettingsOf(server.Url()), metrics, "dedup");
  const std::vector<Claim> claims = {{"a", "t/0/1"}};
  ASSERT_EQ(Ask(store, claims), Verdicts{"unique"});
  server.Command({"REPLICAOF", "127.0.0.1", "1"});
  const std::vector<Claim> more = {{"b", "t/0/2"}};
  EXPECT_NE(Ask(store, more), Verdicts{"unique"});
  store.Cancel();
  server.Command({"REPLICAOF", "NO", "ONE"});
  EXPECT_EQ(Ask(store, more), Verdicts{"unique"});
  EXPECT_EQ(metrics.Get("sluice_redis_reconnects_total{store=dedup,}"), 1);
}

TEST(RedisKeyFaultTest, AFaultOfOneKeyKeepsTheConnection) {
  RedisServer server;
  FakeMetrics metrics;
  RedisClaimStore store(SettingsOf(server.Url()), metrics, "dedup");
  server.Command({"RPUSH", "list", "x"});
  EXPECT_EQ(Ask(store, {{"list", "t/0/1"}}), Verdicts{"duplicate of "});
  EXPECT_EQ(Ask(store, {{"a", "t/0/1"}}), Verdicts{"unique"});
  EXPECT_EQ(metrics.Get("sluice_redis_reconnects_total{store=dedup,}"), 0);
}

TEST(RedisStopTest, AStopEndsALoginThatGetsNoAnswer) {
  RedisServer server;
  server.Pause();
  FakeMetrics metrics;
  std::stop_source stop;
  RedisClaimStore store(SettingsOf(server.Url()), metrics, "dedup", stop.get_token());
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  const Status status = store.Open();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable) << MessageOf(status);
  server.Resume();
}

TEST(RedisStopTest, AStopDoesNotEndWhatIsAskedOnACompleteConnection) {
  RedisServer server;
  FakeMetrics metrics;
  std::stop_source stop;
  RedisClaimStore store(SettingsOf(server.Url()), metrics, "dedup", stop.get_token());
  ASSERT_TRUE(store.Open().ok());
  stop.request_stop();
  EXPECT_EQ(Ask(store, {{"a", "t/0/1"}}), Verdicts{"unique"});
}

}  // namespace
}  // namespace sluice
