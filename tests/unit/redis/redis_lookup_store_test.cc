#include "redis/redis_lookup_store.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "store_fixture.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using testing::MessageOf;
using testing::RedisServer;
using testing::SettingsOf;
using Kind = Lookup::Kind;
using Texts = std::vector<std::string>;

std::string TextOf(const LookupReply& reply) {
  if (reply.state == LookupReply::State::kMissing) return "missing";
  if (reply.state == LookupReply::State::kWrongType) return "wrong type";
  std::string text = "=" + std::string(reply.text);
  std::map<std::string_view, std::string_view> fields;
  for (const LookupField& field : reply.fields) fields[field.name] = field.value;
  for (const auto& [name, value] : fields)
    text += std::string(name) + ":" + std::string(value) + ";";
  return text;
}

class RedisLookupStoreTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server = new RedisServer; }
  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
  }
  void SetUp() override {
    server->Command({"FLUSHALL"});
    server->Command({"SET", "text", "a\r\nb"});
    server->Command({"SET", "empty", ""});
    server->Command({"HSET", "hash", "f", "1", "g", ""});
    server->Command({"RPUSH", "list", "x"});
  }
  static Texts Receive(LookupStore& store) {
    std::vector<LookupReply> replies;
    if (Status status = store.Receive(replies); !status.ok()) return {MessageOf(status)};
    Texts texts;
    for (const LookupReply& reply : replies) texts.push_back(TextOf(reply));
    return texts;
  }
  static Texts Ask(LookupStore& store, const std::vector<Lookup>& lookups) {
    if (Status status = store.Send(lookups); !status.ok()) return {MessageOf(status)};
    return Receive(store);
  }

  static RedisServer* server;
  FakeMetrics metrics_;
};

RedisServer* RedisLookupStoreTest::server = nullptr;

TEST_F(RedisLookupStoreTest, TextsAndHashesAreFoundMissingOrOfTheWrongType) {
  RedisLookupStore store(SettingsOf(server->Url()), metrics_, "content");
  EXPECT_EQ(Ask(store, {{Kind::kText, "text"},
                        {Kind::kText, "empty"},
                        {Kind::kText, "none"},
                        {Kind::kText, "hash"},
                        {Kind::kHash, "hash"},
                        {Kind::kHash, "none"},
                        {Kind::kHash, "text"},
                        {Kind::kHash, "list"}}),
            (Texts{"=a\r\nb", "=", "missing", "wrong type", "=f:1;g:;", "missing", "wrong type",
                   "wrong type"}));
}

TEST_F(RedisLookupStoreTest, EqualLookupsAreAskedOnceAndShareTheirBytes) {
  RedisLookupStore store(SettingsOf(server->Url()), metrics_, "content");
  server->Command({"CONFIG", "RESETSTAT"});
  const std::vector<Lookup> lookups = {{Kind::kText, "text"},
                                       {Kind::kHash, "hash"},
                                       {Kind::kText, "text"},
                                       {Kind::kHash, "text"},
                                       {Kind::kHash, "hash"}};
  ASSERT_TRUE(store.Send(lookups).ok());
  std::vector<LookupReply> replies;
  ASSERT_TRUE(store.Receive(replies).ok());
  const std::string stats = server->Command({"INFO", "commandstats"});
  EXPECT_NE(stats.find("cmdstat_get:calls=1,"), std::string::npos) << stats;
  EXPECT_NE(stats.find("cmdstat_hgetall:calls=2,"), std::string::npos) << stats;
  EXPECT_EQ(replies[0].text.data(), replies[2].text.data());
  EXPECT_EQ(replies[1].fields.data(), replies[4].fields.data());
}

TEST_F(RedisLookupStoreTest, TwoSendsAreAnsweredInTheirOrder) {
  RedisLookupStore store(SettingsOf(server->Url()), metrics_, "content");
  const std::vector<Lookup> first = {{Kind::kText, "text"}};
  const std::vector<Lookup> second = {{Kind::kText, "none"}};
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(store.Send(first).ok());
    ASSERT_TRUE(store.Send({}).ok());
    ASSERT_TRUE(store.Send(second).ok());
    EXPECT_EQ(Receive(store), Texts{"=a\r\nb"});
    EXPECT_EQ(Receive(store), Texts{});
    EXPECT_EQ(Receive(store), Texts{"missing"});
  }
}

TEST_F(RedisLookupStoreTest, ManyAndLargeValuesComeThrough) {
  const std::string large(3'000'000, 'x');
  server->Command({"SET", "large", large});
  std::vector<std::string> keys;
  keys.reserve(5000);
  for (int i = 0; i < 5000; ++i) keys.push_back("key" + std::to_string(i % 2500));
  std::vector<Lookup> lookups;
  lookups.reserve(keys.size() + 1);
  for (const std::string& key : keys) lookups.push_back({Kind::kText, key});
  lookups.push_back({Kind::kText, "large"});
  server->Command({"SET", "key7", "seven"});
  RedisLookupStore store(SettingsOf(server->Url()), metrics_, "content");
  const Texts found = Ask(store, lookups);
  ASSERT_EQ(found.size(), 5001U);
  EXPECT_EQ(found[7], "=seven");
  EXPECT_EQ(found[2507], "=seven");
  EXPECT_EQ(found[8], "missing");
  EXPECT_EQ(found[5000], "=" + large);
}

TEST_F(RedisLookupStoreTest, RepliesOfACancelledSendAreNotTakenForLaterOnes) {
  RedisLookupStore store(SettingsOf(server->Url()), metrics_, "content");
  const std::vector<Lookup> lookups = {{Kind::kText, "text"}};
  ASSERT_TRUE(store.Send(lookups).ok());
  store.Cancel();
  EXPECT_EQ(Ask(store, {{Kind::kText, "none"}}), Texts{"missing"});
}

TEST_F(RedisLookupStoreTest, AServerThatIsAwayIsUnavailableAndIsFoundAgain) {
  auto own = std::make_unique<RedisServer>();
  const std::string url = own->Url();
  RedisLookupStore store(SettingsOf(url), metrics_, "content");
  ASSERT_TRUE(store.Open().ok());
  const std::vector<Lookup> lookups = {{Kind::kText, "text"}};
  ASSERT_TRUE(store.Send(lookups).ok());
  own.reset();
  store.Cancel();
  const Status away = store.Ping();
  ASSERT_FALSE(away.ok());
  EXPECT_EQ(away.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(store.Send(lookups).error().kind, ErrorKind::kUnavailable);
}

TEST_F(RedisLookupStoreTest, ADatabaseThatIsNotThereIsAMatterOfConfiguration) {
  RedisSettings settings = SettingsOf(server->Url());
  settings.db = 99;
  RedisLookupStore store(settings, metrics_, "content");
  const Status status = store.Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("99"), std::string::npos) << status.error().message;
}

}  // namespace
}  // namespace sluice
