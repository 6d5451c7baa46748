#include "config/pipeline_config.h"

#include <gmock/gmock.h>

#include "config/guarantee.h"
#include "daemon/builtin_ports.h"
#include "redis/tls.h"
#include "unit/config/config_fixture.h"

namespace sluice {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr const char* kSmall =
    "pipeline: small\n"
    "source: { kafka: { brokers: 'h:9092', group: g, topics: [in] } }\n"
    "stages: [plain]\n"
    "side_outputs: { failed: bad }\n"
    "sink: { kafka: {} }\n";

constexpr const char* kFull = R"(
pipeline: pre-2
topic_prefix: dev.
delivery: at_least_once
workers: 3
source:
  kafka:
    brokers: h:9092
    group: g
    topics: [a, b]
    auto_offset_reset: latest
    instance: i1
    options: { security.protocol: ssl }
batch: { max_events: 7 }
transaction: { max_events: 8, max_bytes: 1MiB, linger: 20ms, timeout: 30s }
stages:
  - plain
  - dedup: { store: claims, ttl: 2h }
  - route: [{ to: x, end: true }]
side_outputs: { failed: bad, duplicate: twice }
sink:
  key: [/dimensions/did, /context/did]
  position_header: false
  max_record_bytes: 64KiB
  kafka: { brokers: "o:9092", options: { compression.type: lz4 } }
stores:
  claims: { redis: { url: "redis://r:6379", db: 7, user: u, password: p, timeout: 2s } }
  local: { memory: { max_keys: 9 } }
admin: { listen: "off" }
log: { level: debug, format: json }
)";

/// "kafka, files or x", as the complaint about an absent port lists the kinds.
std::string Listed(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    list += (i == 0 ? "" : i + 1 < names.size() ? ", " : " or ") + names[i];
  }
  return list;
}

StageSpec Spec(std::string name, std::vector<FieldSpec> fields) {
  StageSpec spec;
  spec.name = std::move(name);
  spec.summary = "Does nothing.";
  spec.fields = std::move(fields);
  return spec;
}

class PipelineConfigTest : public ConfigTest {
 protected:
  PipelineConfigTest() {
    EXPECT_TRUE(registry_.stages.Add(Spec("plain", {})).ok());
    EXPECT_TRUE(
        registry_.stages
            .Add(Spec("dedup",
                      {{.name = "store",
                        .type = FieldType::kStore,
                        .description = "S.",
                        .required = true},
                       {.name = "ttl",
                        .type = FieldType::kDuration,
                        .description = "T.",
                        .default_value = "1h"},
                       {.name = "side_output", .description = "O.", .default_value = "duplicate"}}))
            .ok());
    StageSpec route = Spec(
        "route",
        {{.name = "to", .type = FieldType::kStringList, .description = "To.", .required = true},
         {.name = "end",
          .type = FieldType::kBool,
          .description = "End.",
          .default_value = "false"}});
    route.field_list = true;
    EXPECT_TRUE(registry_.stages.Add(std::move(route)).ok());
    EXPECT_TRUE(RegisterBuiltinPorts(registry_).ok());
  }

  Result<PipelineConfig> Check(const std::string& text,
                               const std::vector<Override>& overrides = {}) {
    auto config = Load(text, overrides);
    if (!config) return std::move(config).error();
    config_ = std::move(config).value();
    return CheckPipeline(*config_, registry_);
  }

  PipelineConfig Checked(const std::string& text, const std::vector<Override>& overrides = {}) {
    auto pipeline = Check(text, overrides);
    if (pipeline) return std::move(pipeline).value();
    ADD_FAILURE() << pipeline.error().message;
    return {};
  }

  std::string Problems(const std::string& text, const std::vector<Override>& overrides = {}) {
    const auto pipeline = Check(text, overrides);
    if (pipeline) return "";
    EXPECT_EQ(pipeline.error().kind, ErrorKind::kInvalidConfig);
    return pipeline.error().message;
  }

  /// What is wrong with the small file where one value is another.
  std::string ProblemsWith(const std::string& key, const std::string& value) {
    return Problems(kSmall, {{key, value}});
  }

  Registry registry_;
  std::unique_ptr<Config> config_;
};

TEST_F(PipelineConfigTest, ASmallFileHasTheDocumentedDefaults) {
  const PipelineConfig pipeline = Checked(kSmall);
  EXPECT_EQ(pipeline.name, "small");
  EXPECT_EQ(pipeline.topic_prefix, "");
  EXPECT_TRUE(pipeline.exactly_once);
  EXPECT_EQ(pipeline.workers, 1);
  ASSERT_EQ(pipeline.source.spec->name, "kafka");
  EXPECT_EQ(pipeline.source.node->String("auto_offset_reset"), "earliest");
  EXPECT_EQ(pipeline.source.node->String("instance"), "");
  EXPECT_EQ(pipeline.batch_max_events, 128U);
  EXPECT_EQ(pipeline.transaction.max_events, 5000U);
  EXPECT_EQ(pipeline.transaction.max_bytes, 32U << 20U);
  EXPECT_EQ(pipeline.transaction.linger, milliseconds(5));
  EXPECT_EQ(pipeline.transaction.timeout, milliseconds(60'000));
  EXPECT_TRUE(pipeline.sink.position_header);
  EXPECT_EQ(pipeline.sink.max_record_bytes, 1572864U);
  EXPECT_TRUE(pipeline.sink.key.empty());
  EXPECT_EQ(pipeline.sink.node->String("brokers"), "h:9092");
  EXPECT_EQ(pipeline.admin.listen, "127.0.0.1:9400");
  EXPECT_EQ(pipeline.log.level, "info");
  EXPECT_EQ(pipeline.log.format, "text");
}

TEST_F(PipelineConfigTest, EveryKeyReachesItsSetting) {
  const PipelineConfig pipeline = Checked(kFull);
  EXPECT_EQ(pipeline.topic_prefix, "dev.");
  EXPECT_FALSE(pipeline.exactly_once);
  EXPECT_EQ(pipeline.workers, 3);
  EXPECT_THAT(pipeline.source.traits.topics, ElementsAre("a", "b"));
  EXPECT_EQ(pipeline.source.traits.member, "g.i1");
  EXPECT_EQ(pipeline.source.traits.description, "group g at h:9092");
  EXPECT_EQ(pipeline.source.node->String("auto_offset_reset"), "latest");
  EXPECT_EQ(pipeline.source.node->Get("options")->String("security.protocol"), "ssl");
  EXPECT_EQ(pipeline.batch_max_events, 7U);
  EXPECT_EQ(pipeline.transaction.max_events, 8U);
  EXPECT_EQ(pipeline.transaction.max_bytes, 1U << 20U);
  EXPECT_EQ(pipeline.transaction.linger, milliseconds(20));
  EXPECT_EQ(pipeline.transaction.timeout, milliseconds(30'000));
  EXPECT_THAT(pipeline.side_outputs,
              ElementsAre(Pair("failed", "bad"), Pair("duplicate", "twice")));
  EXPECT_THAT(pipeline.sink.key, ElementsAre("/dimensions/did", "/context/did"));
  EXPECT_FALSE(pipeline.sink.position_header);
  EXPECT_EQ(pipeline.sink.max_record_bytes, 64U << 10U);
  EXPECT_EQ(pipeline.sink.traits.description, "o:9092");
  EXPECT_EQ(pipeline.sink.node->Get("options")->String("compression.type"), "lz4");
  ASSERT_EQ(pipeline.stores.size(), 2U);
  EXPECT_EQ(pipeline.stores[0].name, "claims");
  EXPECT_EQ(pipeline.stores[0].spec->name, "redis");
  EXPECT_EQ(pipeline.stores[0].node->String("url"), "redis://r:6379");
  EXPECT_EQ(pipeline.stores[0].node->Int("db"), 7);
  EXPECT_EQ(pipeline.stores[0].node->String("user"), "u");
  EXPECT_EQ(pipeline.stores[0].node->String("password"), "p");
  EXPECT_EQ(pipeline.stores[0].node->Duration("timeout"), milliseconds(2000));
  EXPECT_EQ(pipeline.stores[1].spec->name, "memory");
  EXPECT_EQ(pipeline.stores[1].node->Int("max_keys"), 9);
  EXPECT_EQ(pipeline.admin.listen, "");
  EXPECT_EQ(pipeline.log.level, "debug");
  EXPECT_EQ(pipeline.log.format, "json");
}

TEST_F(PipelineConfigTest, StagesKeepTheirOrderTheirSpecAndTheirDefaults) {
  const PipelineConfig pipeline =
      Checked(kSmall, {{"stages", "[{dedup: {store: s}}, plain, {route: [{to: a}]}, plain: {}]"},
                       {"side_outputs.duplicate", "twice"},
                       {"stores.s.memory", "{}"}});
  ASSERT_EQ(pipeline.stages.size(), 4U);
  EXPECT_EQ(pipeline.stages[0].spec->name, "dedup");
  EXPECT_EQ(pipeline.stages[0].node->String("ttl"), "1h");
  EXPECT_EQ(pipeline.stages[0].node->String("side_output"), "duplicate");
  EXPECT_EQ(pipeline.stages[1].spec->name, "plain");
  EXPECT_EQ(pipeline.stages[2].node->items()[0]->String("end"), "false");
}

TEST_F(PipelineConfigTest, FilesGoToFiles) {
  const PipelineConfig pipeline = Checked(
      "pipeline: p\nsource: { files: { paths: in.ndjson, topic: t } }\nstages: [plain]\n"
      "side_outputs: { failed: f }\nsink: { files: { directory: out, envelope: true } }\n");
  EXPECT_EQ(pipeline.source.spec->name, "files");
  EXPECT_THAT(pipeline.source.node->Strings("paths"), ElementsAre("in.ndjson"));
  EXPECT_THAT(pipeline.source.traits.topics, ElementsAre("t"));
  EXPECT_EQ(pipeline.sink.node->String("directory"), "out");
  EXPECT_TRUE(pipeline.sink.node->Bool("envelope"));
  EXPECT_EQ(GuaranteeOf(pipeline, {}), "exactly once");
}

TEST_F(PipelineConfigTest, AnUnknownKeyNamesFileLinePathAndTheNearestKey) {
  EXPECT_EQ(Problems(std::string(kSmall) + "wrokers: 2\n"),
            "p.yaml:6: wrokers: unknown key `wrokers`, did you mean `workers`?");
  EXPECT_EQ(Problems(std::string(kSmall) + "transaction:\n  lingr: 5ms\n"),
            "p.yaml:7: transaction.lingr: unknown key `lingr`, did you mean `linger`?");
  EXPECT_EQ(ProblemsWith("source.kafka.topic", "x"),
            "--set source.kafka.topic: unknown key `topic`, did you mean `topics`?");
}

TEST_F(PipelineConfigTest, AnUnknownStageNamesTheNearestOne) {
  EXPECT_EQ(ProblemsWith("stages", "[dedpu]"),
            "--set stages: [0]: there is no stage `dedpu`, did you mean `dedup`? "
            "(`sluice stages` lists them)");
}

TEST_F(PipelineConfigTest, EveryProblemOfTheFileIsReportedAtOnce) {
  EXPECT_EQ(
      Problems("pipeline: Up\n"                                                  // 1
               "delivery: twice\n"                                               // 2
               "workers: 0\n"                                                    // 3
               "source: { kafka: { brokers: '${B}', group: g, topics: [] } }\n"  // 4
               "stages:\n"                                                       // 5
               "  - dedup: { store: none, ttl: soon }\n"                         // 6
               "  - { plain: {}, route: [] }\n"                                  // 7
               "sink: { key: did, kafka: {} }\n"                                 // 8
               "sink: {}\n"                                                      // 9
               "log: { level: loud }\n"),                                        // 10
      "p.yaml:9: sink: the key stands twice in this map: remove one of the two\n"
      "p.yaml:4: source.kafka.brokers: the environment variable B is not set: set it, or write "
      "${B:-default}\n"
      "p.yaml:1: pipeline: must be lower-case letters, digits and `-`, not `Up`\n"
      "p.yaml:2: delivery: must be one of exactly_once, at_least_once, not `twice`\n"
      "p.yaml:3: workers: must be between 1 and 256, not `0`\n"
      "p.yaml:4: source.kafka.topics: must not be empty: Topics to read, without `topic_prefix`.\n"
      "p.yaml:8: sink.key: must be a JSON pointer such as /context/did, not `did`\n"
      "p.yaml:10: log.level: must be one of debug, info, warning, error, not `loud`\n"
      "p.yaml:1: side_outputs: `failed` is missing: it takes what can't be read or written "
      "elsewhere\n"
      "p.yaml:6: stages[0].dedup.store: there is no store `none` under `stores`\n"
      "p.yaml:6: stages[0].dedup.ttl: must be a duration such as 250ms, 10s, 5m or 24h, not "
      "`soon`\n"
      "p.yaml:6: stages[0].dedup.side_output: there is no side output `duplicate` under "
      "`side_outputs`\n"
      "p.yaml:7: stages[1]: must be a stage's name, or a map with the stage's name as its one "
      "key");
}

TEST_F(PipelineConfigTest, AnEmptyFileNamesEverythingThatItNeedsAndNothingElse) {
  EXPECT_EQ(
      Problems("{}\n"),
      "p.yaml:1: `pipeline` is missing: the pipeline's name.\n"
      "p.yaml:1: `source` is missing: where records come from: " +
          Listed(registry_.sources.names()) +
          ".\n"
          "p.yaml:1: `stages` is missing: the stages, in order.\n"
          "p.yaml:1: `sink` is missing: where records go: " +
          Listed(registry_.sinks.names()) +
          ".\n"
          "p.yaml:1: side_outputs: `failed` is missing: it takes what can't be read or written "
          "elsewhere");
}

TEST_F(PipelineConfigTest, AValueLostToAnUnsetVariableIsOneProblem) {
  EXPECT_EQ(ProblemsWith("workers", "${N}"),
            "--set workers: the environment variable N is not set: set it, or write "
            "${N:-default}");
}

TEST_F(PipelineConfigTest, ANameIsLowerCaseLettersDigitsAndHyphens) {
  for (const char* name : {"Up", "a_b", "a.b", "a b", "\u00e9"}) {
    EXPECT_THAT(ProblemsWith("pipeline", name), HasSubstr("pipeline: must be lower-case letters"));
  }
  EXPECT_THAT(ProblemsWith("pipeline", ""), HasSubstr("pipeline: must not be empty"));
}

TEST_F(PipelineConfigTest, NumbersHaveARange) {
  for (const char* workers : {"0", "-1", "257", "99999999999"}) {
    EXPECT_EQ(ProblemsWith("workers", workers),
              std::string("--set workers: must be between 1 and 256, not `") + workers + "`");
  }
  EXPECT_THAT(ProblemsWith("batch.max_events", "0"), HasSubstr("between 1 and 1000000"));
  EXPECT_THAT(ProblemsWith("transaction.max_events", "0"), HasSubstr("between 1 and 10000000"));
  EXPECT_THAT(ProblemsWith("transaction.max_bytes", "0"), HasSubstr("must be at least 1"));
  EXPECT_THAT(ProblemsWith("transaction.timeout", "999ms"), HasSubstr("between 1s and 24h"));
  EXPECT_THAT(ProblemsWith("transaction.linger", "60s"), HasSubstr("shorter than `timeout`"));
  EXPECT_THAT(ProblemsWith("sink.max_record_bytes", "0"), HasSubstr("between 1 and 1000000000"));
  EXPECT_THAT(ProblemsWith("stores.s.memory.max_keys", "0"), HasSubstr("between 1 and"));
  const std::string redis = "{url: 'redis://h', db: -1, timeout: 0s}";
  EXPECT_THAT(ProblemsWith("stores.s.redis", redis),
              AllOf(HasSubstr("timeout: must be at least 1ms"),
                    HasSubstr("db: must be between 0 and 2147483647, not `-1`")));
}

TEST_F(PipelineConfigTest, AWrongFormIsOneProblem) {
  EXPECT_EQ(ProblemsWith("workers", "many"), "--set workers: must be an integer, not `many`");
  EXPECT_EQ(ProblemsWith("delivery", "[x]"), "--set delivery: must be a string");
  EXPECT_EQ(ProblemsWith("transaction", "5"),
            "--set transaction: must be a map of keys and values");
  EXPECT_EQ(ProblemsWith("source", "files"), "--set source: must be a map of keys and values");
  EXPECT_EQ(ProblemsWith("source.kafka", "x"),
            "--set source.kafka: must be a map of keys and values");
  EXPECT_EQ(ProblemsWith("sink.kafka", "[x]"),
            "--set sink.kafka: must be a map of keys and values");
  EXPECT_EQ(ProblemsWith("stores", "[x]"), "--set stores: must be a map of names and stores");
  EXPECT_EQ(ProblemsWith("side_outputs", "[x]"),
            "--set side_outputs: must be a map of names and topics");
  EXPECT_EQ(ProblemsWith("stages", "plain"), "--set stages: must be a list of at least one stage");
  EXPECT_EQ(ProblemsWith("source.kafka.options", "{a: {b: c}}"),
            "--set source.kafka.options: a: must be a string");
}

TEST_F(PipelineConfigTest, SourceAndSinkAreOneOfTheKindsThatThereAre) {
  EXPECT_THAT(ProblemsWith("source", "{}"), HasSubstr("--set source: must have "));
  EXPECT_THAT(ProblemsWith("source.files", "{paths: a, topic: t}"),
              AllOf(HasSubstr("source: has 2 of `kafka`"), HasSubstr(": keep one")));
  EXPECT_THAT(
      ProblemsWith("sink", "{files: {directory: out}}"),
      HasSubstr("--set sink: files: can't commit the progress of the source (kafka, group g at "
                "h:9092) in one step with its outputs, so set `delivery: at_least_once`"));
  EXPECT_THAT(ProblemsWith("source", "{files: {paths: a, topic: t}}"),
              HasSubstr("sink.kafka: `brokers` is missing"));
  EXPECT_THAT(ProblemsWith("source.kafak", "{}"),
              HasSubstr("unknown key `kafak`, did you mean `kafka`?"));
  EXPECT_THAT(ProblemsWith("stores.s", "{}"), HasSubstr("must have one of `redis`, `cassandra`, "));
}

TEST_F(PipelineConfigTest, AStoreMayBeAFile) {
  const PipelineConfig pipeline =
      Checked(kSmall, {{"stores", "{a: {file: {path: f.gz, db: 5}}, b: {file: {path: g}}}"}});
  ASSERT_EQ(pipeline.stores.size(), 2U);
  EXPECT_EQ(pipeline.stores[0].node->String("path"), "f.gz");
  EXPECT_EQ(pipeline.stores[0].node->Int("db"), 5);
  EXPECT_EQ(pipeline.stores[1].node->Int("db"), 0);
  EXPECT_THAT(ProblemsWith("stores.s.file", "{db: -1}"),
              AllOf(HasSubstr("`path` is missing"), HasSubstr("db: must be between 0 and")));
}

TEST_F(PipelineConfigTest, ACacheStandsBesideRedisAndHasDefaults) {
  const PipelineConfig pipeline = Checked(
      kSmall, {{"stores.a", "{redis: {url: 'redis://h'}, cache: {}}"},
               {"stores.b", "{redis: {url: 'redis://h'}}"},
               {"stores.c",
                "{redis: {url: 'redis://h'}, cache: {max_keys: 5, ttl: 5m, missing_ttl: 0s}}"}});
  EXPECT_EQ(pipeline.stores[0].cache->max_keys, 100'000U);
  EXPECT_EQ(pipeline.stores[0].cache->ttl, milliseconds(60'000));
  EXPECT_EQ(pipeline.stores[0].cache->missing_ttl, milliseconds(10'000));
  EXPECT_FALSE(pipeline.stores[1].cache);
  EXPECT_EQ(pipeline.stores[2].cache->max_keys, 5U);
  EXPECT_EQ(pipeline.stores[2].cache->ttl, milliseconds(300'000));
  EXPECT_EQ(pipeline.stores[2].cache->missing_ttl, milliseconds(0));
  EXPECT_THAT(ProblemsWith("stores.s", "{memory: {}, cache: {}}"),
              HasSubstr("cache: only stands beside `redis`"));
  EXPECT_THAT(
      ProblemsWith("stores.s", "{redis: {url: 'redis://h'}, cache: {ttl: 0s, max_keys: 0}}"),
      AllOf(HasSubstr("ttl: must be at least 1ms"), HasSubstr("max_keys: must be between")));
}

TEST_F(PipelineConfigTest, TheFilesOfTlsAreReadAndAClientHasBoth) {
  EXPECT_THAT(ProblemsWith("stores.s.redis", "{url: 'rediss://h', tls: {cert: c.pem}}"),
              HasSubstr("tls: must have both `cert` and `key`"));
  if (!CheckTlsSupport("").ok()) GTEST_SKIP() << "this build has no TLS";
  const PipelineConfig pipeline = Checked(
      kSmall,
      {{"stores.s.redis", "{url: 'rediss://h', tls: {ca: a.pem, cert: c.pem, key: k.pem}}"}});
  const ConfigNode* tls = pipeline.stores[0].node->Get("tls");
  ASSERT_NE(tls, nullptr);
  EXPECT_EQ(tls->String("ca"), "a.pem");
  EXPECT_EQ(tls->String("cert"), "c.pem");
  EXPECT_EQ(tls->String("key"), "k.pem");
}

TEST_F(PipelineConfigTest, ATransactionDoesNotSpanTwoClusters) {
  const Override other{"sink.kafka.brokers", "o:9092"};
  EXPECT_THAT(ProblemsWith(other.key, other.value), HasSubstr("set `delivery: at_least_once`"));
  EXPECT_TRUE(CommitsJointly(Checked(kSmall, {{"sink.kafka.brokers", "h:9092"}})));
  const PipelineConfig two = Checked(kSmall, {other, {"delivery", "at_least_once"}});
  EXPECT_EQ(two.sink.traits.description, "o:9092");
  EXPECT_FALSE(CommitsJointly(two));
}

TEST_F(PipelineConfigTest, TheGuaranteeFollowsFromThePortsTheStoresAndTheDelivery) {
  EXPECT_EQ(GuaranteeOf(Checked(kSmall), {}), "exactly once");
  const Override often{"delivery", "at_least_once"};
  EXPECT_EQ(GuaranteeOf(Checked(kSmall, {often}), {}),
            "at least once, deduplicated downstream by the header sluice-position");
  EXPECT_EQ(GuaranteeOf(Checked(kSmall, {often, {"sink.position_header", "false"}}), {}),
            "at least once");
  const Override store{"stores.dedup.memory", "{}"};
  EXPECT_EQ(GuaranteeOf(Checked(kSmall, {store}), {}), "exactly once");
  EXPECT_EQ(GuaranteeOf(Checked(kSmall, {store}), {.claimed = {"dedup"}}),
            "exactly once; the claims of store dedup are gone after a restart");
  EXPECT_EQ(GuaranteeOf(Checked(kSmall, {{"stores.dedup.redis.url", "redis://h"}}),
                        {.claimed = {"dedup"}}),
            "exactly once");
}

TEST_F(PipelineConfigTest, AnySourceGoesWithAnySinkAtLeastOnce) {
  const Override often{"delivery", "at_least_once"};
  const PipelineConfig out = Checked(kSmall, {often, {"sink", "{files: {directory: out}}"}});
  EXPECT_FALSE(CommitsJointly(out));
  EXPECT_FALSE(IsOneSystem(out));
  const PipelineConfig in = Checked(
      kSmall,
      {often, {"source", "{files: {paths: a, topic: t}}"}, {"sink.kafka.brokers", "h:9092"}});
  EXPECT_EQ(in.sink.traits.description, "h:9092");
}

TEST_F(PipelineConfigTest, FilesAreReadByOneWorker) {
  const Override files{"source", "{files: {paths: a, topic: t}}"};
  EXPECT_THAT(Problems(kSmall, {files, {"sink", "{files: {directory: o}}"}, {"workers", "2"}}),
              HasSubstr("--set source: files: is read by at most 1 worker(s): set `workers: 1`"));
}

TEST_F(PipelineConfigTest, ASinkThatKeepsTheCheckpointDoesSoWhateverWasAskedFor) {
  const PipelineConfig pipeline = Checked(kSmall, {{"delivery", "at_least_once"},
                                                   {"source", "{files: {paths: a, topic: t}}"},
                                                   {"sink", "{files: {directory: o}}"}});
  EXPECT_TRUE(CommitsJointly(pipeline));
  EXPECT_EQ(GuaranteeOf(pipeline, {}), "exactly once");
}

TEST_F(PipelineConfigTest, TheGuaranteeNamesNoHeaderThatIsNotWrittenAndSaysWhatStartsOver) {
  const Override often{"delivery", "at_least_once"};
  EXPECT_EQ(GuaranteeOf(Checked(kSmall, {often, {"sink", "{files: {directory: o}}"}}), {}),
            "at least once");
  const PipelineConfig again = Checked(
      kSmall,
      {often, {"source", "{files: {paths: a, topic: t}}"}, {"sink.kafka.brokers", "h:9092"}});
  EXPECT_EQ(
      GuaranteeOf(again, {}),
      "at least once, deduplicated downstream by the header sluice-position; each start reads "
      "the source from its beginning");
}

TEST_F(PipelineConfigTest, NamesThatTheClientLibraryCanNotReadBackAreRefused) {
  EXPECT_THAT(ProblemsWith("source.kafka.group", "gr\u00f6\u00dfe"),
              HasSubstr("must be printable ASCII"));
  EXPECT_THAT(ProblemsWith("source.kafka.options", "{group.instance.id: \u00e9}"),
              HasSubstr("must be printable ASCII"));
}

TEST_F(PipelineConfigTest, AnUnsetVariableIsOneProblemForChecksOverSeveralKeysToo) {
  EXPECT_EQ(ProblemsWith("stores.s.redis.url", "${R}"),
            "--set stores.s.redis.url: the environment variable R is not set: set it, or write "
            "${R:-default}");
}

TEST_F(PipelineConfigTest, WhatIsSecretIsNotDescribed) {
  variables_["BROKER_KEY"] = "hush";
  const PipelineConfig pipeline = Checked(kSmall, {{"source.kafka.brokers", "${BROKER_KEY}"}});
  EXPECT_THAT(pipeline.source.traits.description + pipeline.sink.traits.description,
              AllOf(HasSubstr("[redacted]"), Not(HasSubstr("hush"))));
}

TEST_F(PipelineConfigTest, TheExampleOfEveryPortIsValid) {
  const auto check = [&](const std::string& key, const std::string& example,
                         std::vector<Override> more) {
    more.push_back({key, example});
    EXPECT_EQ(Problems(kSmall, more), "") << example;
  };
  const Override often{"delivery", "at_least_once"};
  for (const SourceSpec& spec : registry_.sources.specs()) {
    check("source", spec.example, {often, {"sink", "{kafka: {brokers: 'h:1'}}"}});
  }
  for (const SinkSpec& spec : registry_.sinks.specs()) check("sink", spec.example, {often});
  for (const StoreSpec& spec : registry_.stores.specs()) check("stores.s", spec.example, {});
}

TEST_F(PipelineConfigTest, AFileSourceWithACheckpointOfItsOwnCommitsAlone) {
  const std::string files = "{files: {paths: a, topic: t, checkpoint: a.checkpoint}}";
  EXPECT_THAT(Problems(kSmall, {{"source", files}, {"sink", "{files: {directory: o}}"}}),
              HasSubstr("set `delivery: at_least_once`"));
}

TEST_F(PipelineConfigTest, PropertiesThatSluiceOwnsAreRefusedWithTheirPlace) {
  EXPECT_THAT(ProblemsWith("source.kafka.options", "{group.id: x, what.is.this: y}"),
              AllOf(HasSubstr("--set source.kafka.options: group.id can't be set"),
                    HasSubstr("\n--set source.kafka.options: librdkafka ")));
  EXPECT_THAT(ProblemsWith("sink.kafka.options", "{acks: 1}"),
              HasSubstr("--set sink.kafka.options: acks can't be set"));
  EXPECT_THAT(ProblemsWith("source.kafka.auto_offset_reset", "earlyest"),
              HasSubstr("must be one of earliest, latest, error, not `earlyest`, did you mean "
                        "`earliest`?"));
}

TEST_F(PipelineConfigTest, TopicsAreNamesThatKafkaTakesWithTheirPrefix) {
  EXPECT_THAT(ProblemsWith("source.kafka.topics", "[ok, 'no good']"),
              HasSubstr("--set source.kafka.topics: [1]: must be a topic name"));
  EXPECT_THAT(ProblemsWith("side_outputs.failed", "a/b"), HasSubstr("must be a topic name"));
  EXPECT_EQ(ProblemsWith("topic_prefix", "a/"),
            "--set topic_prefix: must be letters, digits, `.`, `_` and `-`, not `a/`"
            "\np.yaml:2: source.kafka.topics[0]: must be " +
                std::string("a topic name: up to 249 letters, digits, `.`, `_` and `-`, not "
                            "`a/in`") +
                "\np.yaml:4: side_outputs.failed: must be a topic name: up to 249 letters, digits, "
                "`.`, `_` and `-`, not `a/bad`");
  EXPECT_THAT(
      Problems(kSmall, {{"topic_prefix", "p."}, {"side_outputs.failed", std::string(248, 'a')}}),
      HasSubstr("up to 249"));
}

TEST_F(PipelineConfigTest, TheAdminAddressIsHostAndPortOrOff) {
  for (const char* listen : {"", "off"}) {
    EXPECT_EQ(Checked(kSmall, {{"admin.listen", listen}}).admin.listen, "");
  }
  for (const char* listen : {"127.0.0.1:0", "[::1]:9400", ":80", "*:80", "host_1.example:80"}) {
    EXPECT_EQ(Checked(kSmall, {{"admin.listen", "'" + std::string(listen) + "'"}}).admin.listen,
              listen);
  }
  for (const char* listen : {"9400", "localhost", "a:b", "a:65536", "a:-1", "::1:9400", "a b:9400",
                             "http://127.0.0.1:9400", "[::1:9400", "256.0.0.1:9400"}) {
    EXPECT_EQ(Problems(kSmall, {{"admin.listen", "'" + std::string(listen) + "'"}}),
              std::string("--set admin.listen: must be host:port such as 127.0.0.1:9400 or "
                          "[::1]:9400, or off, not `") +
                  listen + "`");
  }
}

TEST_F(PipelineConfigTest, TheAdminServerMayHaveATokenAndTls) {
  EXPECT_EQ(Checked(kSmall).admin.token, "");
  EXPECT_FALSE(Checked(kSmall).admin.only_probes);
  const AdminConfig admin =
      Checked(kSmall, {{"admin", "{ token: s3cret, open: probes, tls: { cert: c, key: k } }"}})
          .admin;
  EXPECT_EQ(admin.token, "s3cret");
  EXPECT_TRUE(admin.only_probes);
  EXPECT_EQ(admin.tls_cert, "c");
  EXPECT_EQ(admin.tls_key, "k");
  EXPECT_THAT(ProblemsWith("admin.token", "'two words'"),
              AllOf(HasSubstr("admin.token: must be printable ASCII"), Not(HasSubstr("two"))));
  EXPECT_THAT(ProblemsWith("admin.open", "none"), HasSubstr("one of all, probes"));
  EXPECT_THAT(ProblemsWith("admin.tls", "{ cert: c }"), HasSubstr("the PEM file of its key"));
}

TEST_F(PipelineConfigTest, ASideOutputThatAStageNamesMustBeThere) {
  EXPECT_EQ(Problems(kSmall, {{"stages", "[{dedup: {store: s, side_output: faild}}]"},
                              {"stores.s.memory", "{}"}}),
            "--set stages: [0].dedup.side_output: there is no side output `faild` under "
            "`side_outputs`, did you mean `failed`?");
}

TEST_F(PipelineConfigTest, TheEffectiveConfigurationHasDefaultsAndNoSecrets) {
  variables_["BROKER_KEY"] = "hush";
  Checked(kSmall, {{"source.kafka.brokers", "${BROKER_KEY}"},
                   {"stores.s.redis", "{url: 'redis://u:hush@h', password: hush}"}});
  EXPECT_THAT(config_->Redacted(),
              AllOf(HasSubstr("max_bytes: 32MiB"), HasSubstr("redis://[redacted]@h"),
                    HasSubstr("delivery: exactly_once"), Not(HasSubstr("hush"))));
}

TEST_F(PipelineConfigTest, TheEffectiveConfigurationIsAConfiguration) {
  Checked(kSmall);
  const std::string first = config_->Redacted();
  Checked(first);
  EXPECT_EQ(config_->Redacted(), first);
}

constexpr const char* kSeveral =
    "pipeline: all\n"
    "pipelines: [a.yaml, b.yaml]\n"
    "source: { kafka: { brokers: 'h:9092', group: g } }\n"
    "sink: { kafka: {} }\n";

class SeveralPipelinesTest : public PipelineConfigTest {
 protected:
  static void Write(const std::string& name, const std::string& more = "") {
    std::ofstream(name + ".yaml") << "pipeline: " + name + "\n" + more +
                                         "source: { kafka: { brokers: 'x:1', group: y, topics: [" +
                                         name +
                                         ".in] } }\n"
                                         "stages: [plain]\n"
                                         "side_outputs: { failed: bad }\n"
                                         "sink: { max_record_bytes: 2MiB, kafka: {} }\n";
  }
};

TEST_F(SeveralPipelinesTest, EachIsReadFromItsOwnFile) {
  Write("a", "records: batches\n");
  Write("b");
  const PipelineConfig all = Checked(kSeveral);
  ASSERT_EQ(all.parts.size(), 2U);
  EXPECT_EQ(all.parts[0].name, "a");
  EXPECT_EQ(all.parts[0].records, "batches");
  EXPECT_EQ(all.parts[1].records, "events");
  EXPECT_THAT(all.parts[1].source.traits.topics, ElementsAre("b.in"));
  EXPECT_EQ(all.sink.max_record_bytes, 2U << 20);
  EXPECT_TRUE(all.keep.empty());
  EXPECT_FALSE(all.keep_all);
  EXPECT_THAT(config_->Redacted(), AllOf(HasSubstr("# a.yaml"), HasSubstr("# b.yaml")));
}

TEST_F(SeveralPipelinesTest, TopicsBetweenThemCanBeKept) {
  Write("a");
  Write("b");
  EXPECT_TRUE(Checked(kSeveral, {{"keep", "all"}}).keep_all);
  EXPECT_EQ(Checked(kSeveral, {{"keep", "[x, y]"}}).keep, (std::vector<std::string>{"x", "y"}));
  EXPECT_THAT(Problems(kSeveral, {{"keep", "a/b"}}), HasSubstr("must be a topic name"));
}

TEST_F(SeveralPipelinesTest, WhatIsWrongWithAFileIsSaidWithItsName) {
  Write("a", "recrods: batches\n");
  EXPECT_THAT(Problems(kSeveral), AllOf(HasSubstr("a.yaml:2: recrods: unknown key `recrods`"),
                                        HasSubstr("b.yaml (in the folder ")));
}

TEST_F(SeveralPipelinesTest, AFileCannotListItselfNorAnythingTwice) {
  Write("a");
  EXPECT_THAT(Problems(kSeveral, {{"pipelines", "p.yaml"}}), HasSubstr("lists pipelines itself"));
  EXPECT_THAT(Problems(kSeveral, {{"pipelines", "[a.yaml, a.yaml]"}}), HasSubstr("listed twice"));
}

TEST_F(SeveralPipelinesTest, KeysOfOnePipelineAreUnknownThere) {
  Write("a");
  Write("b");
  EXPECT_THAT(Problems(kSeveral, {{"stages", "[plain]"}}), HasSubstr("unknown key `stages`"));
  EXPECT_THAT(Problems(kSeveral, {{"sink.key", "/mid"}}), HasSubstr("unknown key `key`"));
}

TEST_F(SeveralPipelinesTest, WhatDoesNotCountOfAListedFileIsNotHeldAgainstIt) {
  Write("a", "stores: { dedup: { redis: { url: not-a-url } } }\nworkers: 3\n");
  Write("b");
  EXPECT_THAT(Problems(kSeveral), HasSubstr("stores.dedup.redis.url"));
  EXPECT_EQ(Problems(kSeveral, {{"stores.dedup.memory", "{}"}}), "");
}

TEST_F(SeveralPipelinesTest, AStoreOfTheFileTakesThePlaceOfThatOfItsParts) {
  const std::string stores = "stores: { dedup: { redis: { url: 'redis://h' } } }\n";
  Write("a", stores);
  Write("b", stores);
  const PipelineConfig all = Checked(kSeveral, {{"stores.dedup.memory", "{}"}});
  for (const PipelineConfig& part : all.parts) {
    EXPECT_EQ(part.stores[0].spec->name, "memory");
  }
  EXPECT_THAT(Problems(kSeveral, {{"stores.dedub.memory", "{}"}}),
              HasSubstr("no listed pipeline has a store `dedub`, did you mean `dedup`?"));
}

}  // namespace
}  // namespace sluice
