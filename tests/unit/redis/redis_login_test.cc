#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "store_fixture.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using testing::Ask;
using testing::Errors;
using testing::MessageOf;
using testing::RedisServer;
using testing::SettingsOf;
using testing::Verdicts;

/// A server with an open default user and some others.
class RedisLoginTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server = new RedisServer;
    server->Command({"ACL", "SETUSER", "dedup", "on", ">s3cret", "~*", "+@all"});
    server->Command({"ACL", "SETUSER", "minimal", "on", ">s3cret", "~*", "+set", "+get"});
    server->Command({"ACL", "SETUSER", "reader", "on", ">s3cret", "~*", "+@read", "+select"});
    server->Command(
        {"ACL", "SETUSER", "prefixed", "on", ">s3cret", "~dedup:*", "+set", "+get", "+info"});
  }
  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
  }

  static RedisSettings As(const std::string& user, const std::string& password, int db = 0) {
    RedisSettings settings = SettingsOf(server->Url(db));
    settings.user = user;
    settings.password = password;
    return settings;
  }

  Status OpenAs(const RedisSettings& settings) {
    return RedisClaimStore(settings, metrics_, "dedup").Open();
  }

  static RedisServer* server;
  FakeMetrics metrics_;
};

RedisServer* RedisLoginTest::server = nullptr;

TEST_F(RedisLoginTest, AnAclUserIsLoggedIn) {
  RedisClaimStore store(As("dedup", "s3cret", 4), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"acl", "t/0/1"}}), Verdicts{"unique"});
  EXPECT_EQ(server->Command({"GET", "acl"}, 4), "t/0/1");
}

TEST_F(RedisLoginTest, AUserWithoutAPasswordIsNotTheDefaultUser) {
  server->Command({"ACL", "SETUSER", "open", "on", "nopass", "~*", "+@all"});
  EXPECT_TRUE(OpenAs(As("open", "")).ok());
  const Status status = OpenAs(As("nobody", ""));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
}

TEST_F(RedisLoginTest, AWrongPasswordStopsTheStart) {
  const Status status = OpenAs(As("dedup", "wr0ng"));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(MessageOf(status).find("WRONGPASS"), std::string::npos) << MessageOf(status);
  EXPECT_NE(MessageOf(status).find("check user, password"), std::string::npos);
  EXPECT_EQ(MessageOf(status).find("wr0ng"), std::string::npos);
  EXPECT_EQ(Errors(metrics_, "access"), 1);
}

TEST_F(RedisLoginTest, APasswordThatNobodyAsksForStopsTheStart) {
  const Status status = OpenAs(As("", "s3cret"));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_EQ(MessageOf(status).find("s3cret"), std::string::npos);
}

TEST_F(RedisLoginTest, AUserWhoMayNotWriteStopsTheStart) {
  const Status status = OpenAs(As("reader", "s3cret"));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(MessageOf(status).find("NOPERM"), std::string::npos) << MessageOf(status);
}

TEST_F(RedisLoginTest, AUserWhoMayOnlySetAndGetIsEnough) {
  RedisClaimStore store(As("minimal", "s3cret"), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  EXPECT_EQ(Ask(store, {{"minimal", "t/0/1"}}), Verdicts{"unique"});
  ASSERT_EQ(store.warnings().size(), 1U);
  EXPECT_NE(store.warnings()[0].find("could not be checked"), std::string::npos);
}

TEST_F(RedisLoginTest, AWarningIsLoggedOnceHoweverOftenTheConnectionIsMade) {
  std::vector<std::string> lines;
  const Log log = [&](LogLevel, std::string_view part, std::string_view text) {
    lines.push_back(std::string(part) + ": " + std::string(text));
  };
  RedisClaimStore store(As("minimal", "s3cret"), metrics_, "dedup", {}, log);
  ASSERT_TRUE(store.Open().ok());
  server->Command({"CLIENT", "KILL", "USER", "minimal"});
  EXPECT_FALSE(store.Ping().ok());
  ASSERT_TRUE(store.Open().ok());
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with("store dedup: redis redis://")) << lines[0];
}

TEST_F(RedisLoginTest, AUserWhoMayNotSelectStopsTheStartOnlyIfSelectIsNeeded) {
  const Status status = OpenAs(As("minimal", "s3cret", 7));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(MessageOf(status).find("SELECT 7"), std::string::npos) << MessageOf(status);
}

TEST_F(RedisLoginTest, AUserOfOnePrefixClaimsUnderItAndIsToldOutsideOfIt) {
  RedisClaimStore store(As("prefixed", "s3cret"), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  EXPECT_EQ(Ask(store, {{"dedup:1", "t/0/1"}}), Verdicts{"unique"});
  const Verdicts refused = Ask(store, {{"dedup:2", "t/0/2"}, {"other", "t/0/3"}});
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_NE(refused[0].find("NOPERM"), std::string::npos) << refused[0];
  EXPECT_EQ(Ask(store, {{"dedup:2", "t/0/2"}}), Verdicts{"unique"}) << "own replay";
}

TEST_F(RedisLoginTest, ADatabaseThatIsNotThereStopsTheStart) {
  const Status status = OpenAs(SettingsOf(server->Url(999)));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(MessageOf(status).find("SELECT 999"), std::string::npos) << MessageOf(status);
  EXPECT_NE(MessageOf(status).find("raise `databases`"), std::string::npos) << MessageOf(status);
  EXPECT_EQ(MessageOf(status).find("password"), std::string::npos) << MessageOf(status);
  EXPECT_EQ(Errors(metrics_, "database"), 1);
}

TEST_F(RedisLoginTest, WhatIsWrongWithTheConfigurationSaysWhereItStands) {
  RedisSettings settings = As("dedup", "wr0ng");
  settings.where = "p.yaml:6: stores.s.redis";
  const Status status = OpenAs(settings);
  EXPECT_TRUE(MessageOf(status).starts_with("p.yaml:6: stores.s.redis: redis redis://"))
      << MessageOf(status);
}

TEST_F(RedisLoginTest, APasswordChangedLaterIsWaitedFor) {
  server->Command({"ACL", "SETUSER", "rotating", "on", ">old", "~*", "+@all"});
  RedisClaimStore store(As("rotating", "old"), metrics_, "dedup");
  ASSERT_TRUE(store.Open().ok());
  server->Command({"ACL", "SETUSER", "rotating", "resetpass", ">new"});
  server->Command({"CLIENT", "KILL", "USER", "rotating"});
  EXPECT_FALSE(store.Ping().ok());
  const Status status = store.Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable) << MessageOf(status);
  server->Command({"ACL", "SETUSER", "rotating", "resetpass", ">old"});
  EXPECT_TRUE(store.Ping().ok());
}

TEST(RedisRequirePassTest, AMissingPasswordStopsTheStart) {
  RedisServer server({"--requirepass", "s3cret"});
  FakeMetrics metrics;
  const Status status = RedisClaimStore(SettingsOf(server.Url()), metrics, "dedup").Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(MessageOf(status).find("NOAUTH"), std::string::npos) << MessageOf(status);

  RedisSettings settings = SettingsOf(server.Url(5));
  settings.password = "s3cret";
  RedisClaimStore store(settings, metrics, "dedup");
  EXPECT_EQ(Ask(store, {{"k", "t/0/1"}}), Verdicts{"unique"});
}

TEST(RedisClusterTest, AClusterNodeStopsTheStart) {
  RedisServer server(
      {"--cluster-enabled", "yes", "--cluster-port", std::to_string(testing::FreePort())});
  FakeMetrics metrics;
  server.Command({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
  Status status = Ok();
  for (int attempt = 0; attempt < 200; ++attempt) {
    status = RedisClaimStore(SettingsOf(server.Url()), metrics, "dedup").Open();
    // CLUSTERDOWN for a moment, until the node believes in its slots.
    if (status.ok() || status.error().kind != ErrorKind::kUnavailable) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(MessageOf(status).find("cluster mode"), std::string::npos) << MessageOf(status);
}

}  // namespace
}  // namespace sluice
