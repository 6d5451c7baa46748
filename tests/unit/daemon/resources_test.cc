#include "daemon/resources.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <vector>

#include "daemon/adapters.h"
#include "redis/tls.h"
#include "support/fakes.h"
#include "unit/files/temporary_directory.h"

namespace sluice {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

StoreConfig NamedStore(const std::string& name) {
  StoreConfig store;
  store.name = name;
  store.where = "p.yaml:7: stores." + name;
  return store;
}

StoreConfig RedisStore(const std::string& url) {
  StoreConfig store = NamedStore("s");
  store.redis = StoreConfig::Redis{};
  store.redis->url = url;
  return store;
}

class ResourcesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(path_) << R"({"db": 5, "key": "k", "type": "string", "value": "v"})"
                            "\n"
                         << R"({"db": 5, "key": "h", "type": "hash", "value": {"f": "1"}})"
                            "\n";
  }
  /// The config's stores are set by then.
  std::vector<LookupReply> Ask(const std::string& store, const std::vector<Lookup>& lookups) {
    auto opened = WorkerResources(shared_, config_).Lookups(store);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    std::vector<LookupReply> replies;
    if (!opened.ok()) return replies;
    stores_.push_back(std::move(opened).value());
    EXPECT_TRUE(stores_.back()->Send(lookups).ok());
    EXPECT_TRUE(stores_.back()->Receive(replies).ok());
    return replies;
  }
  std::string ClaimsComplaint(const std::string& store) {
    const auto claims = WorkerResources(shared_, config_).Claims(store);
    EXPECT_FALSE(claims.ok());
    if (claims.ok()) return "";
    EXPECT_EQ(claims.error().kind, ErrorKind::kInvalidConfig);
    return claims.error().message;
  }
  void AddFileStore() {
    StoreConfig store = NamedStore("content");
    store.file = {path_, 5};
    config_.stores.push_back(store);
  }

  testing::TemporaryDirectory directory_;
  std::string path_ = directory_ / "lookups.ndjson";
  fakes::FixedClock clock_{0};
  fakes::FakeMetrics metrics_;
  PipelineConfig config_;
  SharedResources shared_{clock_, metrics_, config_};
  std::vector<std::unique_ptr<LookupStore>> stores_;
};

TEST_F(ResourcesTest, AFileIsReadOnceForAllWorkers) {
  AddFileStore();
  const auto first = Ask("content", {{Lookup::Kind::kText, "k"}});
  std::ofstream(path_) << "no longer JSON";
  const auto second = Ask("content", {{Lookup::Kind::kText, "k"}});
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].text, "v");
  EXPECT_EQ(first[0].text.data(), second[0].text.data());
}

TEST_F(ResourcesTest, AnswersOfAnyStoreAreCountedByResult) {
  AddFileStore();
  using LookupKind = Lookup::Kind;
  Ask("content", {{LookupKind::kText, "k"},
                  {LookupKind::kText, "none"},
                  {LookupKind::kHash, "k"},
                  {LookupKind::kHash, "h"}});
  const auto count = [&](const std::string& result) {
    return metrics_.Get("sluice_lookups_total{store=content,result=" + result + ",}");
  };
  EXPECT_EQ(count("found"), 2);
  EXPECT_EQ(count("missing"), 1);
  EXPECT_EQ(count("wrong_type"), 1);
}

TEST_F(ResourcesTest, ABrokenFileIsNamedWithItsStore) {
  AddFileStore();
  std::ofstream(path_) << "nonsense";
  const auto opened = WorkerResources(shared_, config_).Lookups("content");
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().message,
              AllOf(HasSubstr("p.yaml:7: stores.content.file: "), HasSubstr(path_ + ":1: ")));
}

TEST_F(ResourcesTest, ClaimsDoNotGoIntoAFileOrACache) {
  AddFileStore();
  EXPECT_THAT(ClaimsComplaint("content"),
              AllOf(HasSubstr("p.yaml:7: stores.content.file"), HasSubstr("use `redis`")));
  config_.stores.push_back(RedisStore("redis://127.0.0.1:1"));
  config_.stores.back().cache = {10, 1s, 1s};
  EXPECT_THAT(ClaimsComplaint("s"),
              AllOf(HasSubstr("p.yaml:7: stores.s.cache"), HasSubstr("leave `cache` out")));
}

TEST_F(ResourcesTest, TheFilesOfTlsReachTheSettings) {
  if (!CheckTlsSupport("").ok()) GTEST_SKIP() << "this build has no TLS";
  StoreConfig store = RedisStore("rediss://h");
  store.redis->tls = {"ca.pem", "cert.pem", "key.pem"};
  const auto settings = RedisSettingsOf(store);
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  EXPECT_EQ(settings.value().ca_file, "ca.pem");
  EXPECT_EQ(settings.value().cert_file, "cert.pem");
  EXPECT_EQ(settings.value().key_file, "key.pem");
}

TEST_F(ResourcesTest, FilesOfTlsNeedAUrlThatAsksForIt) {
  StoreConfig store = RedisStore("redis://h");
  store.redis->tls = {"ca.pem", "", ""};
  const auto settings = RedisSettingsOf(store);
  ASSERT_FALSE(settings.ok());
  EXPECT_THAT(settings.error().message,
              AllOf(HasSubstr("stores.s.redis.tls"), HasSubstr("rediss://")));
}

TEST_F(ResourcesTest, TheStoresOfThePartsAreCheckedToo) {
  PipelineConfig all;
  config_.stores = {RedisStore("http://h")};
  all.parts = {config_, config_};
  all.source_files.emplace();
  const Status checked = CheckAdapters(all);
  ASSERT_FALSE(checked.ok());
  EXPECT_THAT(checked.error().message, HasSubstr("p.yaml:7: stores.s.redis.url"));
  EXPECT_EQ(checked.error().message.find('\n'), std::string::npos) << "said once";
}

}  // namespace
}  // namespace sluice
