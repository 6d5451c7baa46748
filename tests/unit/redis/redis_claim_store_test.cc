#include "redis/redis_claim_store.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "store_fixture.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using testing::Ask;
using testing::Errors;
using testing::kHour;
using testing::MessageOf;
using testing::RedisServer;
using testing::SettingsOf;
using testing::Verdict;
using testing::Verdicts;

/// One server for all tests of this file; each test starts with it empty.
class RedisClaimStoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server = new RedisServer; }
  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
  }
  void SetUp() override { server->Command({"FLUSHALL"}); }

  static RedisServer* server;
  FakeMetrics metrics_;
};

RedisServer* RedisClaimStoreTest::server = nullptr;

TEST_F(RedisClaimStoreTest, TheFirstClaimOfAKeyIsUniqueAndALaterOneNamesIt) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"a", "t/0/1"}, {"b", "t/0/2"}}), (Verdicts{"unique", "unique"}));
  EXPECT_EQ(Ask(store, {{"b", "t/1/7/3"}, {"c", "t/1/8"}}),
            (Verdicts{"duplicate of t/0/2", "unique"}));
  EXPECT_EQ(server->Command({"GET", "b"}), "t/0/2");
}

TEST_F(RedisClaimStoreTest, WhoOnlyReadsClaimsNothing) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  server->Command({"SET", "held", "t/0/9"});
  server->Command({"RPUSH", "list", "x"});
  const std::vector<Claim> claims = {
      {"a", "t/0/1", ClaimMode::kReadOnly},    {"held", "t/0/9", ClaimMode::kReadOnly},
      {"held", "t/0/2", ClaimMode::kReadOnly}, {"b", "t/0/3"},
      {"list", "t/0/4", ClaimMode::kReadOnly}, {"b", "t/0/5", ClaimMode::kReadOnly}};
  EXPECT_EQ(Ask(store, claims), (Verdicts{"unique", "unique", "duplicate of t/0/9", "unique",
                                          "duplicate of ", "duplicate of t/0/3"}));
  EXPECT_EQ(server->Command({"EXISTS", "a"}), "0");
}

TEST_F(RedisClaimStoreTest, AReplayedBatchIsNotADuplicateOfItself) {
  const std::vector<Claim> batch = {{"a", "t/0/1"}, {"b", "t/0/2"}, {"a", "t/0/3"}};
  const Verdicts expected = {"unique", "unique", "duplicate of t/0/1"};
  {
    RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
    EXPECT_EQ(Ask(store, batch), expected);
    EXPECT_EQ(Ask(store, batch), expected);
  }
  RedisClaimStore after_a_crash(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(after_a_crash, batch), expected);
}

TEST_F(RedisClaimStoreTest, TheSameKeyTwiceInOneSendGoesToTheFirst) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"k", "t/0/1/0"}, {"k", "t/0/1/1"}}),
            (Verdicts{"unique", "duplicate of t/0/1/0"}));
}

TEST_F(RedisClaimStoreTest, TheOriginalsEmptyValueIsADuplicateOfNobodyKnown) {
  server->Command({"SETEX", "old", "3600", ""});
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"old", "t/0/1"}}), Verdicts{"duplicate of "});
  EXPECT_EQ(server->Command({"GET", "old"}), "");
}

TEST_F(RedisClaimStoreTest, AValueOfAnotherFormIsADuplicateOfNobodyKnown) {
  server->Command({"SET", "k", "some user's session"});
  server->Command({"SET", "n", "42"});
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"k", "t/0/1"}, {"n", "t/0/2"}}),
            (Verdicts{"duplicate of ", "duplicate of "}));
}

TEST_F(RedisClaimStoreTest, AKeyOfAnotherTypeIsAForeignClaimAndLeavesTheOthersAlone) {
  server->Command({"RPUSH", "list", "x"});
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"a", "t/0/1"}, {"list", "t/0/2"}, {"b", "t/0/3"}}),
            (Verdicts{"unique", "duplicate of ", "unique"}));
  EXPECT_EQ(server->Command({"TYPE", "list"}), "list");
  EXPECT_EQ(Errors(metrics_, "wrong_type"), 1);
}

TEST_F(RedisClaimStoreTest, TheTimeToLiveIsSetByTheFirstClaimOnly) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  Ask(store, {{"k", "t/0/1"}}, std::chrono::seconds(1000));
  Ask(store, {{"k", "t/0/2"}}, std::chrono::seconds(5000));
  Ask(store, {{"k", "t/0/1"}}, std::chrono::seconds(9000));
  const int ttl = std::stoi(server->Command({"TTL", "k"}));
  EXPECT_LE(ttl, 1000);
  EXPECT_GT(ttl, 900);
}

TEST_F(RedisClaimStoreTest, AnExpiredClaimIsFree) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  Ask(store, {{"k", "t/0/1"}});
  server->Command({"PEXPIRE", "k", "0"});
  EXPECT_EQ(Ask(store, {{"k", "t/0/2"}}), Verdicts{"unique"});
}

TEST_F(RedisClaimStoreTest, ATimeToLiveBelowOneSecondIsRefused) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  const Status status = store.Send({}, std::chrono::seconds(0));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
}

TEST_F(RedisClaimStoreTest, TheDatabaseNumberIsHonoured) {
  RedisClaimStore seven(SettingsOf(server->Url(7)), metrics_, "dedup");
  RedisClaimStore two(SettingsOf(server->Url(2)), metrics_, "dedup");
  EXPECT_EQ(Ask(seven, {{"k", "t/0/1"}}), Verdicts{"unique"});
  EXPECT_EQ(Ask(two, {{"k", "t/0/2"}}), Verdicts{"unique"});
  EXPECT_EQ(server->Command({"GET", "k"}, 7), "t/0/1");
  EXPECT_EQ(server->Command({"GET", "k"}, 2), "t/0/2");
  EXPECT_EQ(server->Command({"GET", "k"}, 0), "(nil)");
}

TEST_F(RedisClaimStoreTest, KeysAreBytes) {
  const std::vector<std::string> keys = {
      std::string("a\0b", 3), std::string("a\0c", 3),  "\r\n$3\r\nGET\r\n", "\xff\xfe", "",
      "\xe0\xa4\x95",         std::string(70'000, 'k')};
  std::vector<Claim> claims;
  claims.reserve(keys.size());
  for (const std::string& key : keys) claims.push_back({key, "t/0/1"});
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(store, claims), Verdicts(keys.size(), "unique"));
  for (const std::string& key : keys) EXPECT_EQ(server->Command({"GET", key}), "t/0/1");
  EXPECT_EQ(server->Command({"DBSIZE"}), std::to_string(keys.size()));
}

TEST_F(RedisClaimStoreTest, ASendWithoutClaimsGetsNoReplies) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {}), Verdicts{});
}

TEST_F(RedisClaimStoreTest, SeveralSendsAreAnsweredInTheirOrder) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  const std::vector<Claim> first = {{"a", "t/0/1"}, {"b", "t/0/2"}};
  const std::vector<Claim> second = {{"b", "t/0/3"}};
  const std::vector<Claim> third = {{"a", "t/0/4"}, {"c", "t/0/5"}};
  ASSERT_TRUE(store.Send(first, kHour).ok());
  ASSERT_TRUE(store.Send(second, kHour).ok());
  ASSERT_TRUE(store.Send(third, kHour).ok());
  std::vector<ClaimReply> replies;
  ASSERT_TRUE(store.Receive(replies).ok());
  EXPECT_EQ(replies.size(), 2U);
  ASSERT_TRUE(store.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(Verdict(replies[0]), "duplicate of t/0/2");
  ASSERT_TRUE(store.Receive(replies).ok());
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(Verdict(replies[0]), "duplicate of t/0/1");
  EXPECT_EQ(Verdict(replies[1]), "unique");
  EXPECT_FALSE(store.Receive(replies).ok());
}

TEST_F(RedisClaimStoreTest, FiftyThousandClaimsFitInOneSend) {
  std::deque<std::string> texts;
  std::vector<Claim> claims;
  for (int i = 0; i < 50'000; ++i) {
    const std::string& key = texts.emplace_back("key-" + std::to_string(i / 2));
    claims.push_back({key, texts.emplace_back("t/0/" + std::to_string(i))});
  }
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  ASSERT_TRUE(store.Send(claims, kHour).ok());
  ASSERT_TRUE(store.Send(claims, kHour).ok());
  for (int round = 0; round < 2; ++round) {
    std::vector<ClaimReply> replies;
    ASSERT_TRUE(store.Receive(replies).ok());
    ASSERT_EQ(replies.size(), claims.size());
    for (std::size_t i = 0; i < claims.size(); i += 2) {
      ASSERT_TRUE(replies[i].unique);
      ASSERT_EQ(Verdict(replies[i + 1]), "duplicate of t/0/" + std::to_string(i));
    }
  }
}

TEST_F(RedisClaimStoreTest, APipelineWhoseRepliesFillTheSocketsDoesNotLock) {
  // Each reply is 100 kB long, so that neither side's buffers can hold them all.
  server->Command({"SET", "huge", std::string(100'000, 'x')});
  const std::vector<Claim> claims(2'000, Claim{"huge", "t/0/1"});
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_EQ(Ask(store, claims), Verdicts(2'000, "duplicate of "));
}

TEST_F(RedisClaimStoreTest, RepliesOfCancelledSendsAreNotTakenForNewOnes) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  server->Command({"SET", "x", "t/9/9"});
  const std::vector<Claim> cancelled = {{"x", "t/0/1"}, {"x", "t/0/2"}, {"x", "t/0/3"}};
  ASSERT_TRUE(store.Send(cancelled, kHour).ok());
  ASSERT_TRUE(store.Send(cancelled, kHour).ok());
  store.Cancel();
  EXPECT_EQ(Ask(store, {{"y", "t/0/4"}}), Verdicts{"unique"});
}

TEST_F(RedisClaimStoreTest, CancelWithNothingOutstandingKeepsTheConnection) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  Ask(store, {{"a", "t/0/1"}});
  store.Cancel();
  Ask(store, {{"b", "t/0/2"}});
  EXPECT_EQ(metrics_.Get("sluice_redis_reconnects_total{store=dedup,}"), 0);
}

TEST_F(RedisClaimStoreTest, OpenLeavesNoKeyBehind) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  EXPECT_EQ(store.form(), ClaimForm::kNxGet);
  EXPECT_EQ(server->Command({"DBSIZE"}), "0");
  EXPECT_TRUE(store.warnings().empty());
}

TEST_F(RedisClaimStoreTest, AnEvictingServerIsWarnedAbout) {
  server->Command({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  const Status status = store.Open();
  server->Command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  ASSERT_TRUE(status.ok()) << MessageOf(status);
  ASSERT_EQ(store.warnings().size(), 1U);
  EXPECT_NE(store.warnings()[0].find("maxmemory-policy is allkeys-lru"), std::string::npos);
}

TEST_F(RedisClaimStoreTest, TheUnixSocketWorks) {
  RedisClaimStore store(SettingsOf("unix://" + server->socket_path() + "?db=3"), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"k", "t/0/1"}}), Verdicts{"unique"});
  EXPECT_EQ(server->Command({"GET", "k"}, 3), "t/0/1");
}

TEST_F(RedisClaimStoreTest, PingWorksBeforeBetweenAndAfterClaims) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  EXPECT_TRUE(store.Ping().ok());
  const std::vector<Claim> claims = {{"k", "t/0/1"}};
  ASSERT_TRUE(store.Send(claims, kHour).ok());
  EXPECT_TRUE(store.Ping().ok());
  std::vector<ClaimReply> replies;
  ASSERT_TRUE(store.Receive(replies).ok());
  EXPECT_EQ(Verdict(replies[0]), "unique");
  EXPECT_TRUE(store.Ping().ok());
}

TEST_F(RedisClaimStoreTest, EachRoundTripIsObserved) {
  RedisClaimStore store(SettingsOf(server->Url()), metrics_, "dedup");
  Ask(store, {{"a", "t/0/1"}});
  Ask(store, {{"b", "t/0/2"}, {"c", "t/0/3"}});
  EXPECT_EQ(metrics_.Get("sluice_redis_round_trip_seconds{store=dedup,}"), 2);
}

}  // namespace
}  // namespace sluice
