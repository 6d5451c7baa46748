#include "config/spec_check.h"

#include <gmock/gmock.h>

#include "config_fixture.h"

namespace sluice {
namespace {

using testing::HasSubstr;

/// A stage with one field of each type that matters here.
StageSpec EveryType() {
  StageSpec spec;
  spec.name = "every";
  spec.summary = "Has fields.";
  spec.fields = {
      {.name = "text", .type = FieldType::kString, .description = "A text.", .required = true},
      {.name = "count", .type = FieldType::kInt, .description = "A number.", .default_value = "7"},
      {.name = "on", .type = FieldType::kBool, .description = "A switch."},
      {.name = "ttl", .type = FieldType::kDuration, .description = "A time."},
      {.name = "size", .type = FieldType::kBytes, .description = "A size."},
      {.name = "at", .type = FieldType::kPointer, .description = "A place."},
      {.name = "store", .type = FieldType::kStore, .description = "A store."},
      {.name = "topic", .type = FieldType::kTopic, .description = "A topic."},
      {.name = "names", .type = FieldType::kStringList, .description = "Names."},
      {.name = "labels", .type = FieldType::kMap, .description = "Labels."},
      {.name = "rules",
       .type = FieldType::kList,
       .description = "Rules.",
       .fields = {{.name = "to", .type = FieldType::kTopic, .description = "To.", .required = true},
                  {.name = "end",
                   .type = FieldType::kBool,
                   .description = "End.",
                   .default_value = "false"}}}};
  return spec;
}

class StageCheckTest : public ConfigTest {
 protected:
  /// What is wrong with the text as the configuration of a stage, without "p.yaml:".
  std::string Check(const std::string& text, const StageSpec& spec = EveryType()) {
    config_ = Loaded("stage:\n" + text);
    Problems problems;
    CheckStage(*config_->tree().Member("stage"), spec, {"dedup", "seen"}, problems);
    return problems.ToError().message;
  }
  const ConfigNode& stage() const { return *config_->root().Get("stage"); }

 private:
  std::unique_ptr<Config> config_;
};

TEST_F(StageCheckTest, AListMayBeADefault) {
  StageSpec spec = EveryType();
  spec.fields = {
      {.name = "many",
       .type = FieldType::kStringList,
       .description = "Many.",
       .default_value = "[a b, c]"},
      {.name = "none",
       .type = FieldType::kStringList,
       .description = "None.",
       .default_value = "[]"},
      {.name = "one", .type = FieldType::kStringList, .description = "One.", .default_value = "x"}};
  EXPECT_EQ(Check("", spec), "");
  EXPECT_EQ(stage().Strings("many"), (std::vector<std::string>{"a b", "c"}));
  EXPECT_EQ(stage().Strings("none"), std::vector<std::string>());
  EXPECT_EQ(stage().Strings("one"), std::vector<std::string>{"x"});
  EXPECT_THAT(stage().Get("many")->items()[1]->where(), HasSubstr("p.yaml:1: stage.many[1]"));
}

TEST_F(StageCheckTest, EveryFormOfAGoodValueIsTaken) {
  EXPECT_EQ(Check("  text: x\n  count: -1\n  on: true\n  ttl: 24h\n  size: 64KiB\n  at: /a/b\n"
                  "  store: dedup\n  topic: a.b-c_1\n  names: [x, y]\n  labels: {a: b}\n"
                  "  rules: [{to: t, end: true}]\n"),
            "");
  EXPECT_EQ(Check("  text: x\n  names: one\n  labels:\n  rules: []\n"), "");
}

TEST_F(StageCheckTest, AbsentKeysGetTheirDefaults) {
  ASSERT_EQ(Check("  text: x\n  rules:\n    - to: t\n"), "");
  EXPECT_EQ(stage().Int("count"), 7);
  EXPECT_FALSE(stage().Has("ttl"));
  EXPECT_EQ(stage().Get("rules")->items()[0]->String("end"), "false");
}

TEST_F(StageCheckTest, AnUnknownKeyNamesItsLineAndTheNearestKey) {
  EXPECT_EQ(Check("  text: x\n  tll: 1h\n"),
            "p.yaml:3: stage.tll: unknown key `tll`, did you mean `ttl`?");
  EXPECT_EQ(Check("  text: x\n  stroe:\n    a: b\n"),
            "p.yaml:3: stage.stroe: unknown key `stroe`, did you mean `store`?");
  EXPECT_EQ(Check("  text: x\n  xylophone: 1h\n"),
            "p.yaml:3: stage.xylophone: unknown key `xylophone`");
}

TEST_F(StageCheckTest, AMissingKeyIsNamedWithWhatItIsFor) {
  EXPECT_EQ(Check("  count: 1\n"), "p.yaml:1: stage: `text` is missing: A text.");
  EXPECT_EQ(Check("  text: x\n  rules:\n    - end: true\n"),
            "p.yaml:4: stage.rules[0]: `to` is missing: To.");
}

TEST_F(StageCheckTest, ARequiredKeyMustSaySomething) {
  EXPECT_EQ(Check("  text: ''\n"), "p.yaml:2: stage.text: must not be empty: A text.");
}

TEST_F(StageCheckTest, AValueOfTheWrongFormIsNamedWithTheRightOne) {
  const auto bad = [&](const std::string& line) { return Check("  text: x\n  " + line + "\n"); };
  EXPECT_EQ(bad("count: 1.5"), "p.yaml:3: stage.count: must be an integer, not `1.5`");
  EXPECT_EQ(bad("count: [1]"), "p.yaml:3: stage.count: must be an integer");
  EXPECT_EQ(bad("count:"), "p.yaml:3: stage.count: must be an integer");
  EXPECT_EQ(bad("on: yes"), "p.yaml:3: stage.on: must be true or false, not `yes`");
  EXPECT_EQ(bad("ttl: 60"),
            "p.yaml:3: stage.ttl: must be a duration such as 250ms, 10s, 5m or 24h, not `60`");
  EXPECT_EQ(bad("size: 1MB"),
            "p.yaml:3: stage.size: must be a size such as 1572864, 64KiB or 1MiB, not `1MB`");
  EXPECT_EQ(bad("at: mid"),
            "p.yaml:3: stage.at: must be a JSON pointer such as /context/did, not `mid`");
  EXPECT_THAT(bad("topic: a b"), HasSubstr("stage.topic: must be a topic name"));
  EXPECT_EQ(bad("names: {a: b}"), "p.yaml:3: stage.names: must be a string or a list of strings");
  EXPECT_EQ(bad("names: [[a]]"), "p.yaml:3: stage.names: must be a string or a list of strings");
  EXPECT_EQ(bad("labels: [a]"), "p.yaml:3: stage.labels: must be a map of strings");
  EXPECT_EQ(bad("labels: {a: [b]}"), "p.yaml:3: stage.labels.a: must be a string");
  EXPECT_EQ(bad("rules: x"), "p.yaml:3: stage.rules: must be a list, not `x`");
  EXPECT_EQ(bad("rules: [x]"), "p.yaml:3: stage.rules[0]: must be a map of keys and values");
}

TEST_F(StageCheckTest, ASecretIsNotShownInAComplaint) {
  variables_["TOKEN"] = "hush";
  EXPECT_EQ(Check("  text: x\n  count: ${TOKEN}\n"),
            "p.yaml:3: stage.count: must be an integer, not `[redacted]`");
}

TEST_F(StageCheckTest, AStoreThatIsNotThereIsNamedWithTheNearestOne) {
  EXPECT_EQ(Check("  text: x\n  store: dedpu\n"),
            "p.yaml:3: stage.store: there is no store `dedpu` under `stores`, did you mean "
            "`dedup`?");
}

TEST_F(StageCheckTest, EveryProblemOfAStageIsReported) {
  EXPECT_EQ(Check("  cuont: 1\n  on: maybe\n"),
            "p.yaml:2: stage.cuont: unknown key `cuont`, did you mean `count`?\n"
            "p.yaml:1: stage: `text` is missing: A text.\n"
            "p.yaml:3: stage.on: must be true or false, not `maybe`");
}

TEST_F(StageCheckTest, AStageOfAListHasItsElementsChecked) {
  StageSpec route;
  route.name = "route";
  route.field_list = true;
  route.fields = {
      {.name = "to", .type = FieldType::kStringList, .description = "To.", .required = true},
      {.name = "end", .type = FieldType::kBool, .description = "End.", .default_value = "false"}};
  EXPECT_EQ(Check("  - { to: a }\n  - { to: [a, b], end: true }\n", route), "");
  EXPECT_EQ(stage().items()[0]->String("end"), "false");
  EXPECT_EQ(Check("  - { to: a }\n  - { ot: b }\n", route),
            "p.yaml:3: stage[1].ot: unknown key `ot`, did you mean `to`?\n"
            "p.yaml:3: stage[1]: `to` is missing: To.");
  EXPECT_EQ(Check("  - { to: [] }\n  - { to: [a, ''] }\n", route),
            "p.yaml:2: stage[0].to: must not be empty: To.\n"
            "p.yaml:3: stage[1].to[1]: must not be empty: To.");
  EXPECT_EQ(Check("  to: a\n", route), "p.yaml:1: stage: must be a list of maps");
}

TEST_F(StageCheckTest, TheStagesOwnCheckRunsOnGoodFormsOnly) {
  StageSpec spec = EveryType();
  int calls = 0;
  spec.validate = [&calls](const ConfigNode& node) -> Status {
    ++calls;
    return node.Int("count") > 0 ? Ok() : node.Complain("count must be positive");
  };
  EXPECT_EQ(Check("  text: x\n", spec), "");
  EXPECT_EQ(Check("  text: x\n  count: 0\n", spec), "p.yaml:1: stage: count must be positive");
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(Check("  text: x\n  count: none\n", spec),
            "p.yaml:3: stage.count: must be an integer, not `none`");
  EXPECT_EQ(calls, 2);
}

TEST(TopicNameTest, FollowsKafkasRules) {
  EXPECT_TRUE(IsTopicName("dev.telemetry_raw-1"));
  EXPECT_TRUE(IsTopicName(std::string(249, 'a')));
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a b"), std::string("a/b"),
        std::string("\u00e9"), std::string(250, 'a')}) {
    EXPECT_FALSE(IsTopicName(name)) << name;
  }
}

TEST(StageRegistryTest, ANameIsTakenOnce) {
  StageRegistry registry;
  EXPECT_TRUE(registry.Add(EveryType()).ok());
  const Status again = registry.Add(EveryType());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().kind, ErrorKind::kFatal);
  EXPECT_EQ(registry.specs().size(), 1U);
  EXPECT_EQ(registry.Find("every"), &registry.specs()[0]);
  EXPECT_EQ(registry.Find("none"), nullptr);
}

TEST(ProblemsTest, TheFirstTwentyAreShown) {
  Problems problems;
  for (int i = 1; i <= 23; ++i) problems.Add("problem " + std::to_string(i));
  problems.Add("problem 1");
  const std::string text = problems.ToError().message;
  EXPECT_THAT(text, HasSubstr("problem 20\nand 3 more"));
  EXPECT_THAT(text, testing::Not(HasSubstr("problem 21")));
}

}  // namespace
}  // namespace sluice
