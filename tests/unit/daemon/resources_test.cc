#include "daemon/resources.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/builtin_ports.h"
#include "daemon/log.h"
#include "daemon/offline.h"
#include "redis/redis_stores.h"
#include "redis/tls.h"
#include "stages/builtin.h"
#include "support/fakes.h"
#include "unit/config/config_fixture.h"
#include "unit/files/temporary_directory.h"

namespace sluice {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kPipeline =
    "pipeline: p\nsource: { kafka: { brokers: 'h:9092', group: g, topics: [in] } }\n"
    "stages: [set_hub]\nside_outputs: { failed: bad }\nsink: { kafka: {} }\nstores: ";

class SeenWrites final : public StageObserver {
 public:
  void Begin(std::string_view /*pipeline*/, const Batch& /*batch*/) override {}
  void Wrote(std::string_view store, std::string_view what) override {
    writes.emplace_back(store).append(": ").append(what);
  }
  void After(std::string_view /*stage*/, const Batch& /*batch*/) override {}
  void End(const Batch& /*batch*/) override {}

  std::vector<std::string> writes;
};

class ResourcesTest : public ConfigTest {
 protected:
  void SetUp() override {
    ConfigTest::SetUp();
    ASSERT_TRUE(RegisterBuiltinStages(registry_.stages).ok());
    ASSERT_TRUE(RegisterBuiltinPorts(registry_).ok());
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
  /// What is wrong with a file of these stores; empty: nothing, and they are the config's.
  std::string UseStores(const std::string& stores) {
    auto loaded = Load(kPipeline + stores);
    if (!loaded) return loaded.error().message;
    files_.push_back(std::move(loaded).value());
    auto checked = CheckPipeline(*files_.back(), registry_);
    if (!checked) return checked.error().message;
    config_ = std::move(checked).value();
    return "";
  }
  void AddFileStore() {
    EXPECT_EQ(UseStores("{ content: { file: { path: '" + path_ + "', db: 5 } } }"), "");
  }

  testing::TemporaryDirectory directory_;
  std::string path_ = directory_ / "lookups.ndjson";
  fakes::FixedClock clock_{0};
  fakes::FakeMetrics metrics_;
  Registry registry_;
  std::vector<std::unique_ptr<Config>> files_;
  PipelineConfig config_;
  SharedResources shared_{clock_, metrics_, config_, NoLog()};
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
              AllOf(HasSubstr("p.yaml:6: stores.content.file: "), HasSubstr(path_ + ":1: ")));
}

TEST_F(ResourcesTest, ClaimsDoNotGoIntoAFileOrACache) {
  AddFileStore();
  EXPECT_THAT(ClaimsComplaint("content"),
              AllOf(HasSubstr("p.yaml:6: stores.content.file"), HasSubstr("use `redis`")));
  EXPECT_EQ(UseStores("{ s: { redis: { url: 'redis://127.0.0.1:1' }, cache: {} } }"), "");
  EXPECT_THAT(ClaimsComplaint("s"),
              AllOf(HasSubstr("p.yaml:6: stores.s.cache"), HasSubstr("leave `cache` out")));
}

TEST_F(ResourcesTest, AWallClockThatIsSetEndsNoClaimInMemory) {
  EXPECT_EQ(UseStores("{ b: { memory: {} } }"), "");
  const auto claims = WorkerResources(shared_, config_).Claims("b");
  ASSERT_TRUE(claims.ok());
  const std::vector<Claim> first = {{"k", "t/0/1"}};
  const std::vector<Claim> second = {{"k", "t/0/2"}};
  std::vector<ClaimReply> replies;
  ASSERT_TRUE(claims.value()->Send(first, 1h).ok());
  ASSERT_TRUE(claims.value()->Receive(replies).ok());
  clock_.now_ms += std::chrono::milliseconds(2h).count();
  ASSERT_TRUE(claims.value()->Send(second, 1h).ok());
  ASSERT_TRUE(claims.value()->Receive(replies).ok());
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].holder, "t/0/1");
}

TEST_F(ResourcesTest, AStoreConnectsToNothingUntilItIsAsked) {
  EXPECT_EQ(UseStores("{ s: { redis: { url: 'redis://127.0.0.1:1' } } }"), "");
  ASSERT_TRUE(WorkerResources(shared_, config_).Claims("s").ok());
  ASSERT_TRUE(WorkerResources(shared_, config_).Lookups("s").ok());
  EXPECT_EQ(metrics_.Get("sluice_redis_errors_total{store=s,kind=connect,}"), 0);
}

TEST_F(ResourcesTest, TheStoresThatHoldClaimsAreNoted) {
  EXPECT_EQ(UseStores("{ a: { memory: {} }, b: { memory: {} } }"), "");
  WorkerResources resources(shared_, config_);
  ASSERT_TRUE(resources.Claims("b").ok());
  ASSERT_TRUE(resources.Lookups("a").ok());
  EXPECT_EQ(shared_.store_use.claimed, std::vector<std::string>{"b"});
}

TEST_F(ResourcesTest, TablesThatAreWrittenAreNotedAndSharedByTheWorkers) {
  EXPECT_EQ(UseStores("{ users: { memory: {} }, file: { file: { path: '" + path_ + "' } } }"), "");
  const TableRequest put{.op = TableRequest::Op::kSet, .key = "k", .text = "v"};
  const TableRequest get{.op = TableRequest::Op::kGet, .key = "k"};
  const auto ask = [&](const PipelineConfig& config, const TableRequest& request) {
    auto store = WorkerResources(shared_, config).Tables("users");
    std::vector<TableReply> replies;
    EXPECT_TRUE(store.value()->Send({&request, 1}).ok());
    EXPECT_TRUE(store.value()->Receive(replies).ok());
    return std::string(replies.at(0).text);
  };
  ask(config_, put);
  EXPECT_EQ(ask(config_, get), "v") << "another worker";
  PipelineConfig other = config_;
  other.name = "other";
  EXPECT_EQ(ask(other, get), "");
  EXPECT_EQ(shared_.store_use.written, std::vector<std::string>{"users"});
}

TEST_F(ResourcesTest, ATableInAFileEndsWithTheProcess) {
  const std::string output = directory_ / "out.ndjson";
  EXPECT_EQ(
      UseStores("{ users: { file: { path: '" + path_ + "', db: 5, output: '" + output + "' } } }"),
      "");
  const TableRequest put{.op = TableRequest::Op::kSet, .key = "k", .text = "new"};
  for (const bool dry : {true, false}) {
    SharedResources shared{clock_, metrics_, config_, NoLog()};
    shared.dry_run = dry;
    auto store = WorkerResources(shared, config_).Tables("users");
    ASSERT_TRUE(store.ok()) << store.error().message;
    std::vector<TableReply> replies;
    ASSERT_TRUE(store.value()->Ping().ok());
    ASSERT_TRUE(store.value()->Send({&put, 1}).ok());
    ASSERT_TRUE(store.value()->Receive(replies).ok());
    store.value().reset();
    EXPECT_EQ(directory_.Read("out.ndjson"), "") << dry;
  }
  EXPECT_THAT(directory_.Read("out.ndjson"),
              HasSubstr(R"("key":"k","type":"string","value":"new")"));
}

TEST_F(ResourcesTest, ADryRunShowsWhatItWouldWriteAndNeedsNoServer) {
  EXPECT_EQ(UseStores("{ users: { redis: { url: 'redis://127.0.0.1:1' } } }"), "");
  const PipelineConfig offline = Offline(config_);
  SeenWrites seen;
  shared_.dry_run = true;
  shared_.observer = &seen;
  auto store = WorkerResources(shared_, offline).Tables("users");
  ASSERT_TRUE(store.ok()) << store.error().message;
  const TableRequest put{.op = TableRequest::Op::kSet, .key = "k", .text = "v"};
  ASSERT_TRUE(store.value()->Send({&put, 1}).ok());
  auto rows = WorkerResources(shared_, offline).Rows("users");
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  const StatementId insert = rows.value()->Prepare("INSERT INTO t");
  const BoundStatement bound{insert, {}};
  const RowRequest request{{&bound, 1}};
  ASSERT_TRUE(rows.value()->Send({&request, 1}).ok());
  EXPECT_EQ(seen.writes, (std::vector<std::string>{"users: SET k v", "users: INSERT INTO t []"}));
}

TEST_F(ResourcesTest, ClaimsInMemoryAreSharedByTheWorkersAndNotByPipelines) {
  EXPECT_EQ(UseStores("{ dedup: { memory: {} } }"), "");
  const auto is_first = [&](const PipelineConfig& config, const std::string& owner) {
    auto store = WorkerResources(shared_, config).Claims("dedup");
    const Claim claim{.key = "k", .owner = owner};
    std::vector<ClaimReply> replies;
    EXPECT_TRUE(store.value()->Send({&claim, 1}, 1h).ok());
    EXPECT_TRUE(store.value()->Receive(replies).ok());
    return replies[0].unique;
  };
  EXPECT_TRUE(is_first(config_, "t/0/1"));
  EXPECT_FALSE(is_first(config_, "t/0/2")) << "another worker";
  PipelineConfig other = config_;
  other.name = "other";
  EXPECT_TRUE(is_first(other, "t/0/2"));
}

TEST_F(ResourcesTest, TheFilesOfTlsReachTheSettings) {
  if (!CheckTlsSupport("").ok()) GTEST_SKIP() << "this build has no TLS";
  ASSERT_EQ(std::system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test "
                        "-keyout key.pem -out cert.pem 2>/dev/null && cp cert.pem ca.pem"),
            0);
  EXPECT_EQ(UseStores("{ s: { redis: { url: 'rediss://h', db: 3, "
                      "tls: { ca: ca.pem, cert: cert.pem, key: key.pem } } } }"),
            "");
  const auto settings = RedisSettingsOf(*config_.stores[0].node);
  ASSERT_TRUE(settings.ok()) << settings.error().message;
  EXPECT_EQ(settings.value().db, 3);
  EXPECT_EQ(settings.value().ca_file, "ca.pem");
  EXPECT_EQ(settings.value().cert_file, "cert.pem");
  EXPECT_EQ(settings.value().key_file, "key.pem");
}

TEST_F(ResourcesTest, FilesOfTlsThatCannotBeUsedAreNamed) {
  if (!CheckTlsSupport("").ok()) GTEST_SKIP() << "this build has no TLS";
  EXPECT_THAT(UseStores("{ s: { redis: { url: 'rediss://h', tls: { ca: none.pem } } } }"),
              AllOf(HasSubstr("p.yaml:6: stores.s.redis.tls: "), HasSubstr("none.pem")));
}

TEST_F(ResourcesTest, FilesOfTlsNeedAUrlThatAsksForIt) {
  EXPECT_THAT(UseStores("{ s: { redis: { url: 'redis://h', tls: { ca: ca.pem } } } }"),
              AllOf(HasSubstr("p.yaml:6: stores.s.redis.tls"), HasSubstr("rediss://")));
}

TEST_F(ResourcesTest, AUrlThatCannotBeReadIsNamed) {
  EXPECT_THAT(UseStores("{ s: { redis: { url: 'http://h' } } }"),
              HasSubstr("p.yaml:6: stores.s.redis.url: "));
}

}  // namespace
}  // namespace sluice
