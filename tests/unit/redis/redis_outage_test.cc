#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "store_fixture.h"
#include "support/redis_proxy.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using testing::Ask;
using testing::Errors;
using testing::kHour;
using testing::MessageOf;
using testing::RedisProxy;
using testing::RedisServer;
using testing::SettingsOf;
using testing::Verdicts;

class RedisOutageTest : public ::testing::Test {
 protected:
  double Reconnects() const { return metrics_.Get("sluice_redis_reconnects_total{store=dedup,}"); }
  double ServerChanges() const {
    return metrics_.Get("sluice_redis_server_changes_total{store=dedup,}");
  }

  FakeMetrics metrics_;
};

void ExpectUnavailable(const Status& status, std::string_view part) {
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable) << MessageOf(status);
  EXPECT_NE(MessageOf(status).find(part), std::string::npos) << MessageOf(status);
}

TEST_F(RedisOutageTest, AServerThatIsAwayAtStartIsWaitedFor) {
  RedisServer server;
  server.Kill();
  RedisClaimStore store(SettingsOf(server.Url()), metrics_, "dedup");
  ExpectUnavailable(store.Open(), "check that Redis runs there");
  ExpectUnavailable(store.Ping(), server.Url());
  EXPECT_EQ(Errors(metrics_, "connect"), 2);
  server.Start();
  EXPECT_TRUE(store.Open().ok());
  EXPECT_EQ(Reconnects(), 0);
}

TEST_F(RedisOutageTest, ASocketThatIsNotThereIsWaitedFor) {
  RedisClaimStore store(SettingsOf("unix:///nonexistent/redis.sock"), metrics_, "dedup");
  ExpectUnavailable(store.Open(), "unix:///nonexistent/redis.sock");
}

TEST_F(RedisOutageTest, AServerKilledBetweenSendAndReceiveIsReconnectedByTheSameSend) {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  RedisClaimStore store(SettingsOf(server.Url()), metrics_, "dedup");
  const std::vector<Claim> claims = {{"a", "t/0/1"}, {"b", "t/0/2"}};
  ASSERT_EQ(Ask(store, claims), (Verdicts{"unique", "unique"}));
  ASSERT_TRUE(store.Send(claims, kHour).ok());
  server.Pause();  // Not even the replies that are on their way are certain.
  ASSERT_TRUE(store.Send({}, kHour).ok());
  const std::vector<Claim> more = {{"c", "t/0/3"}};
  ASSERT_TRUE(store.Send(more, kHour).ok());
  server.Kill();
  std::vector<ClaimReply> replies;
  Status status = store.Receive(replies);
  while (status.ok()) status = store.Receive(replies);
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  ExpectUnavailable(store.Send(more, kHour), "connection was lost");
  store.Cancel();
  ExpectUnavailable(store.Send(claims, kHour), "can't connect");
  server.Start();
  EXPECT_EQ(Ask(store, claims), (Verdicts{"unique", "unique"}));
  EXPECT_EQ(Ask(store, more), Verdicts{"unique"});
  EXPECT_EQ(Ask(store, {{"a", "t/0/9"}}), Verdicts{"duplicate of t/0/1"});
  EXPECT_EQ(Reconnects(), 2);
  EXPECT_EQ(ServerChanges(), 1);
}

TEST_F(RedisOutageTest, AReconnectToTheSameServerIsNoServerChange) {
  RedisServer server;
  RedisClaimStore store(SettingsOf(server.Url()), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  server.Command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  EXPECT_FALSE(store.Ping().ok());
  EXPECT_TRUE(store.Ping().ok());
  EXPECT_EQ(Errors(metrics_, "connection_lost"), 1);
  EXPECT_EQ(Reconnects(), 1);
  EXPECT_EQ(ServerChanges(), 0);
}

TEST_F(RedisOutageTest, ANewConnectionIsAgainOnTheSameDatabase) {
  RedisServer server;
  RedisClaimStore store(SettingsOf(server.Url(7)), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  server.Command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  EXPECT_FALSE(store.Ping().ok());
  EXPECT_EQ(Ask(store, {{"k", "t/0/1"}}), Verdicts{"unique"});
  EXPECT_EQ(server.Command({"GET", "k"}, 7), "t/0/1");
}

TEST_F(RedisOutageTest, AServerThatHangsIsGivenUpAfterTheTimeOut) {
  RedisServer server;
  RedisSettings settings = SettingsOf(server.Url());
  settings.command_timeout = std::chrono::milliseconds(100);
  RedisClaimStore store(settings, metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  server.Pause();
  const std::vector<Claim> claims = {{"k", "t/0/1"}};
  ASSERT_TRUE(store.Send(claims, kHour).ok());
  std::vector<ClaimReply> replies;
  ExpectUnavailable(store.Receive(replies), "no answer for 100 ms");
  store.Cancel();
  // The kernel still takes the connection; the login gets no answer.
  ExpectUnavailable(store.Send(claims, kHour), "no answer for 100 ms");
  EXPECT_EQ(Errors(metrics_, "timeout"), 2);
  server.Resume();
  EXPECT_EQ(Ask(store, claims), Verdicts{"unique"}) << "claimed by the Send that timed out";
}

TEST_F(RedisOutageTest, AHangingServerDoesNotKeepAHugeSend) {
  RedisServer server;
  RedisSettings settings = SettingsOf(server.Url());
  settings.command_timeout = std::chrono::milliseconds(100);
  RedisClaimStore store(settings, metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  server.Pause();
  const std::string key(100'000, 'k');
  const std::vector<Claim> claims(500, Claim{key, "t/0/1"});
  ExpectUnavailable(store.Send(claims, kHour), "no answer for 100 ms");
  server.Resume();
}

TEST_F(RedisOutageTest, AFullServerIsWaitedFor) {
  RedisServer server;
  RedisClaimStore store(SettingsOf(server.Url()), metrics_, "dedup");
  ASSERT_EQ(Ask(store, {{"a", "t/0/1"}}), Verdicts{"unique"});
  server.Command({"CONFIG", "SET", "maxmemory", "1"});
  const std::vector<Claim> claims = {{"b", "t/0/2"}, {"a", "t/0/1"}};
  ASSERT_TRUE(store.Send(claims, kHour).ok());
  std::vector<ClaimReply> replies;
  ExpectUnavailable(store.Receive(replies), "raise maxmemory");
  EXPECT_EQ(Errors(metrics_, "out_of_memory"), 2);
  store.Cancel();
  server.Command({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(Ask(store, claims), (Verdicts{"unique", "unique"}));
  EXPECT_EQ(Reconnects(), 1) << "the address may lead to a larger server by now";
}

TEST_F(RedisOutageTest, AServerThatIsFullAtStartIsWaitedFor) {
  RedisServer server({"--maxmemory", "1"});
  RedisClaimStore store(SettingsOf(server.Url()), metrics_, "dedup");
  ExpectUnavailable(store.Open(), "OOM");
}

TEST_F(RedisOutageTest, AReplicaIsWaitedFor) {
  RedisServer server;
  RedisClaimStore store(SettingsOf(server.Url()), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  server.Command({"REPLICAOF", "127.0.0.1", "1"});
  const std::vector<Claim> claims = {{"a", "t/0/1"}};
  ASSERT_TRUE(store.Send(claims, kHour).ok());
  std::vector<ClaimReply> replies;
  ExpectUnavailable(store.Receive(replies), "must lead to the primary");
  store.Cancel();
  server.Command({"REPLICAOF", "NO", "ONE"});
  EXPECT_EQ(Ask(store, claims), Verdicts{"unique"});
}

TEST_F(RedisOutageTest, AServerThatCannotPersistIsWaitedFor) {
  RedisServer server;
  RedisProxy proxy(server.port(),
                   [](const RedisProxy::Command& command) -> std::optional<std::string> {
                     if (command[0] == "SET" && command[1] == "k") {
                       return "-MISCONF Redis is configured to save RDB snapshots, but it's "
                              "currently unable to persist to disk.\r\n";
                     }
                     return std::nullopt;
                   });
  RedisClaimStore store(SettingsOf("redis://127.0.0.1:" + std::to_string(proxy.port())), metrics_,
                        "dedup");
  const Verdicts answer = Ask(store, {{"k", "t/0/1"}});
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_NE(answer[0].find("see the log of the Redis server"), std::string::npos) << answer[0];
}

TEST_F(RedisOutageTest, AServerThatIsLoadingIsWaitedFor) {
  // DEBUG and its delay need no gigabytes of data to make loading slow.
  RedisServer server({"--enable-debug-command", "yes", "--key-load-delay", "20000",
                      "--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no"});
  std::string value(1024, 'x');
  for (int i = 0; i < 100; ++i) server.Command({"SET", "filler-" + std::to_string(i), value});
  server.Command({"SAVE"});
  server.Kill();
  server.Start(RedisServer::Until::kAnswering);
  RedisClaimStore store(SettingsOf(server.Url()), metrics_, "dedup");
  ExpectUnavailable(store.Open(), "LOADING");
  EXPECT_EQ(Errors(metrics_, "loading"), 1);
  server.Command({"CONFIG", "SET", "key-load-delay", "0"});
  Status status = store.Open();
  for (int attempt = 0; attempt < 1000 && !status.ok(); ++attempt) status = store.Open();
  EXPECT_TRUE(status.ok()) << MessageOf(status);
}

TEST_F(RedisOutageTest, WhatIsNoRedisIsNamed) {
  RedisServer server;
  RedisProxy proxy(server.port(), [](const RedisProxy::Command&) -> std::optional<std::string> {
    return "HTTP/1.1 400 Bad Request\r\n\r\n";
  });
  RedisClaimStore store(SettingsOf("redis://127.0.0.1:" + std::to_string(proxy.port())), metrics_,
                        "dedup");
  ExpectUnavailable(store.Open(), "check that this port belongs to Redis");
  EXPECT_EQ(Errors(metrics_, "protocol"), 1);
}

TEST_F(RedisOutageTest, AnUnknownCommandDoesNotShowThePassword) {
  RedisServer server;
  RedisProxy proxy(server.port(),
                   [](const RedisProxy::Command& command) -> std::optional<std::string> {
                     if (command[0] != "AUTH") return std::nullopt;
                     return "-ERR unknown command `AUTH`, with args beginning with: `s3cret`, \r\n";
                   });
  RedisSettings settings = SettingsOf("redis://127.0.0.1:" + std::to_string(proxy.port()));
  settings.password = "s3cret";
  const Status status = RedisClaimStore(settings, metrics_, "dedup").Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_EQ(MessageOf(status).find("s3cret"), std::string::npos) << MessageOf(status);
  EXPECT_NE(MessageOf(status).find("unknown command"), std::string::npos) << MessageOf(status);
}

}  // namespace
}  // namespace sluice
