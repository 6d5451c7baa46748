#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <vector>

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
using testing::Verdict;
using testing::Verdicts;

bool IsSetNxGet(const RedisProxy::Command& command) {
  return command[0] == "SET" &&
         std::find(command.begin() + 3, command.end(), "NX") != command.end() &&
         std::find(command.begin() + 3, command.end(), "GET") != command.end();
}

/// A Redis 6 in front of the real one: NX and GET exclude each other.
std::optional<std::string> RefuseNxGet(const RedisProxy::Command& command) {
  if (IsSetNxGet(command)) return "-ERR syntax error\r\n";
  return std::nullopt;
}

class RedisFallbackTest : public ::testing::Test {
 protected:
  static RedisSettings Through(const RedisProxy& proxy) {
    return SettingsOf("redis://127.0.0.1:" + std::to_string(proxy.port()));
  }

  RedisServer server_;
  FakeMetrics metrics_;
};

TEST_F(RedisFallbackTest, WhoOnlyReadsClaimsNothing) {
  RedisProxy proxy(server_.port(), RefuseNxGet);
  RedisClaimStore store(Through(proxy), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"a", "t/0/1", ClaimMode::kReadOnly},
                        {"b", "t/0/2"},
                        {"b", "t/0/3", ClaimMode::kReadOnly}}),
            (Verdicts{"unique", "unique", "duplicate of t/0/2"}));
  EXPECT_EQ(server_.Command({"EXISTS", "a"}), "0");
}

TEST_F(RedisFallbackTest, AServerWithoutNxGetGivesTheSameAnswers) {
  RedisProxy proxy(server_.port(), RefuseNxGet);
  RedisClaimStore store(Through(proxy), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  EXPECT_EQ(store.form(), ClaimForm::kNxThenGet);
  EXPECT_EQ(server_.Command({"DBSIZE"}), "0");
  server_.Command({"SET", "old", ""});
  server_.Command({"RPUSH", "list", "x"});
  const std::vector<Claim> claims = {
      {"a", "t/0/1"}, {"a", "t/0/2"}, {"old", "t/0/3"}, {"list", "t/0/4"}, {"b", "t/0/5"}};
  const Verdicts expected = {"unique", "duplicate of t/0/1", "duplicate of ", "duplicate of ",
                             "unique"};
  EXPECT_EQ(Ask(store, claims), expected);
  EXPECT_EQ(Ask(store, claims), expected) << "own replay";
  EXPECT_GT(std::stoi(server_.Command({"TTL", "a"})), 3500);
}

TEST_F(RedisFallbackTest, AUserWhoMayNotGetIsRefusedAtStart) {
  server_.Command({"ACL", "SETUSER", "setter", "on", ">p", "~*", "+set", "+info"});
  RedisProxy proxy(server_.port(), RefuseNxGet);
  RedisSettings settings = Through(proxy);
  settings.user = "setter";
  settings.password = "p";
  const Status status = RedisClaimStore(settings, metrics_, "dedup").Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(MessageOf(status).find("GET was refused"), std::string::npos) << MessageOf(status);
}

TEST_F(RedisFallbackTest, ARefusalThatComesOnlyWithTheClaimsSwitchesTheForm) {
  RedisProxy proxy(server_.port(), [](const RedisProxy::Command& command) {
    const bool probe = command.size() > 1 && command[1] == "sluice:probe";
    return probe ? std::nullopt : RefuseNxGet(command);
  });
  RedisClaimStore store(Through(proxy), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  EXPECT_EQ(store.form(), ClaimForm::kNxGet);
  const std::vector<Claim> claims = {{"a", "t/0/1"}, {"b", "t/0/2"}};
  ASSERT_TRUE(store.Send(claims, kHour).ok());
  std::vector<ClaimReply> replies;
  const Status status = store.Receive(replies);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  store.Cancel();
  EXPECT_EQ(Ask(store, claims), (Verdicts{"unique", "unique"}));
}

TEST_F(RedisFallbackTest, AKeyThatExpiresBetweenSetAndGetIsAskedForAgain) {
  std::atomic<int> expired{0};
  RedisProxy proxy(server_.port(),
                   [&](const RedisProxy::Command& command) -> std::optional<std::string> {
                     // The first SET and GET of "gone" see it go: nil, and nil again.
                     const bool gone = command.size() > 1 && command[1] == "gone";
                     if (gone && expired.fetch_add(1) < 2) return "$-1\r\n";
                     return RefuseNxGet(command);
                   });
  RedisClaimStore store(Through(proxy), metrics_, "dedup");
  const std::vector<Claim> first = {{"a", "t/0/1"}, {"gone", "t/0/2"}, {"b", "t/0/3"}};
  const std::vector<Claim> second = {{"a", "t/0/4"}, {"c", "t/0/5"}};
  ASSERT_TRUE(store.Send(first, kHour).ok());
  ASSERT_TRUE(store.Send(second, kHour).ok());
  std::vector<ClaimReply> replies;
  ASSERT_TRUE(store.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 3U);
  for (const ClaimReply& reply : replies) EXPECT_EQ(Verdict(reply), "unique");
  ASSERT_TRUE(store.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(Verdict(replies[0]), "duplicate of t/0/1");
  EXPECT_EQ(Verdict(replies[1]), "unique");
  EXPECT_EQ(server_.Command({"GET", "gone"}), "t/0/2");
}

TEST_F(RedisFallbackTest, KeysThatExpireInTwoOutstandingSendsAreAskedForAgain) {
  std::atomic<int> asked_x{0};
  std::atomic<int> asked_y{0};
  RedisProxy proxy(server_.port(),
                   [&](const RedisProxy::Command& command) -> std::optional<std::string> {
                     const std::string key = command.size() > 1 ? command[1] : "";
                     if (key == "x" && asked_x.fetch_add(1) < 2) return "$-1\r\n";
                     if (key == "y" && asked_y.fetch_add(1) < 2) return "$-1\r\n";
                     return RefuseNxGet(command);
                   });
  RedisClaimStore store(Through(proxy), metrics_, "dedup");
  const std::vector<Claim> first = {{"x", "t/0/1"}, {"a", "t/0/2"}};
  const std::vector<Claim> second = {{"y", "t/0/3"}, {"a", "t/0/4"}};
  ASSERT_TRUE(store.Send(first, kHour).ok());
  ASSERT_TRUE(store.Send(second, kHour).ok());
  std::vector<ClaimReply> replies;
  ASSERT_TRUE(store.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(Verdict(replies[0]), "unique");
  EXPECT_EQ(Verdict(replies[1]), "unique");
  ASSERT_TRUE(store.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(Verdict(replies[0]), "unique");
  EXPECT_EQ(Verdict(replies[1]), "duplicate of t/0/2");
}

TEST_F(RedisFallbackTest, AKeyThatNeverStaysIsNotAskedForForever) {
  RedisProxy proxy(server_.port(),
                   [](const RedisProxy::Command& command) -> std::optional<std::string> {
                     if (command.size() > 1 && command[1] == "gone") return "$-1\r\n";
                     return RefuseNxGet(command);
                   });
  RedisClaimStore store(Through(proxy), metrics_, "dedup");
  const Verdicts answer = Ask(store, {{"gone", "t/0/1"}});
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_NE(answer[0].find("expires as soon as it is set"), std::string::npos) << answer[0];
}

}  // namespace
}  // namespace sluice
