#include "config/override.h"

#include <gmock/gmock.h>

#include "config_fixture.h"

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using OverrideTest = ConfigTest;

constexpr const char* kText =
    "workers: 1\n"
    "source: { kafka: { brokers: a, topics: [t1, t2], options: { client.id: x } } }\n"
    "stages:\n"
    "  - first\n"
    "  - second: { ttl: 1h }\n"
    "  - route:\n"
    "      - { to: a }\n"
    "      - { to: b }\n";

TEST_F(OverrideTest, AValueIsReplacedInPlace) {
  const auto config = Loaded(kText, {{"workers", "4"}, {"source.kafka.brokers", "b:9092"}});
  EXPECT_EQ(config->root().Int("workers"), 4);
  const ConfigNode* kafka = config->root().Get("source")->Get("kafka");
  EXPECT_EQ(kafka->String("brokers"), "b:9092");
  EXPECT_THAT(kafka->Strings("topics"), ElementsAre("t1", "t2"));
}

TEST_F(OverrideTest, TheLastOneOfAKeyHolds) {
  EXPECT_EQ(Loaded(kText, {{"workers", "2"}, {"workers", "3"}})->root().Int("workers"), 3);
}

TEST_F(OverrideTest, AnElementOfAListIsNamedByItsIndexInEitherForm) {
  for (const char* key : {"stages[1].second.ttl", "stages.1.second.ttl"}) {
    const auto config = Loaded(kText, {{key, "6h"}});
    EXPECT_EQ(config->root().Get("stages")->items()[1]->Get("second")->String("ttl"), "6h") << key;
  }
  for (const char* key : {"stages[2].route[1].to", "stages.2.route.1.to"}) {
    const auto config = Loaded(kText, {{key, "c"}});
    const auto rules = config->root().Get("stages")->items()[2]->Get("route")->items();
    EXPECT_EQ(rules[0]->String("to"), "a") << key;
    EXPECT_EQ(rules[1]->String("to"), "c") << key;
  }
  const auto config = Loaded(kText, {{"source.kafka.topics[1]", "t3"}});
  EXPECT_THAT(config->root().Get("source")->Get("kafka")->Strings("topics"),
              ElementsAre("t1", "t3"));
}

TEST_F(OverrideTest, AStageWrittenAsItsNameAloneGetsKeys) {
  const auto config = Loaded(kText, {{"stages[0].first.flag", "x"}});
  EXPECT_EQ(config->root().Get("stages")->items()[0]->Get("first")->String("flag"), "x");
}

TEST_F(OverrideTest, MapsThatAreNotThereAreMade) {
  const auto config = Loaded(kText, {{"stores.dedup.redis.db", "3"}});
  EXPECT_EQ(config->root().Get("stores")->Get("dedup")->Get("redis")->Int("db"), 3);
}

TEST_F(OverrideTest, WhatFollowsOptionsIsOneKey) {
  const auto config = Loaded(kText, {{"source.kafka.options.client.id", "y"},
                                     {"source.kafka.options.sasl.username", "u"}});
  const ConfigNode* options = config->root().Get("source")->Get("kafka")->Get("options");
  EXPECT_EQ(options->String("client.id"), "y");
  EXPECT_EQ(options->String("sasl.username"), "u");
}

TEST_F(OverrideTest, TheValueIsYaml) {
  const auto config = Loaded(
      kText, {{"source.kafka.topics", "[x, y]"}, {"admin", "{listen: 'off'}"}, {"prefix", "a=b"}});
  EXPECT_THAT(config->root().Get("source")->Get("kafka")->Strings("topics"), ElementsAre("x", "y"));
  EXPECT_EQ(config->root().Get("admin")->String("listen"), "off");
  EXPECT_EQ(config->root().String("prefix"), "a=b");
}

TEST_F(OverrideTest, AnEmptyValueIsTheEmptyString) {
  const auto config = Loaded(kText, {{"source.kafka.brokers", ""}});
  const ConfigNode* brokers = config->root().Get("source")->Get("kafka")->Get("brokers");
  EXPECT_EQ(brokers->kind(), ConfigNode::Kind::kScalar);
  EXPECT_EQ(brokers->text(), "");
}

TEST_F(OverrideTest, AVariableIsResolvedInTheValueToo) {
  variables_["N"] = "8";
  EXPECT_EQ(Loaded(kText, {{"workers", "${N}"}})->root().Int("workers"), 8);
}

TEST_F(OverrideTest, AVariableNeedNotBeSetWhereItsValueIsReplaced) {
  EXPECT_EQ(Problem("a: ${X}\n"),
            "p.yaml:1: a: the environment variable X is not set: set it, or write ${X:-default}");
  EXPECT_EQ(Loaded("a: ${X}\n", {{"a", "1"}})->root().String("a"), "1");
}

TEST_F(OverrideTest, AComplaintAboutItNamesTheOverride) {
  const auto config = Loaded(kText, {{"workers", "[x]"}});
  EXPECT_EQ(config->root().Get("workers")->where(), "--set workers");
  EXPECT_THAT(Problem(kText, {{"workers", "${N}"}}), HasSubstr("--set workers: the environment"));
  EXPECT_THAT(Problem(kText, {{"workers", "[1"}}), HasSubstr("--set workers: not YAML: "));
}

TEST_F(OverrideTest, AnElementThatIsNotThereIsRefused) {
  for (const char* key : {"stages[9].x", "stages[9]", "stages.x.y", "stages.x", "stages[x].y",
                          "stages[1", "stages[-1]", "workers[0]", "workers[0].x", "[0]"}) {
    EXPECT_EQ(Problem(kText, {{key, "v"}}),
              std::string("--set ") + key + ": there is no such element in the list");
  }
}

TEST_F(OverrideTest, WhatIsNoKeyIsRefused) {
  for (const char* key : {"", ".", "a..b", "a.", ".a"}) {
    EXPECT_THAT(Problem(kText, {{key, "v"}}), HasSubstr("not a key: write --set a.b=value")) << key;
  }
}

}  // namespace
}  // namespace sluice
