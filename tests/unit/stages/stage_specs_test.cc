#include <gmock/gmock.h>

#include <regex>
#include <sstream>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::MatchesRegex;

/// What the configuration, the documentation and the metrics take for granted of every stage.
class StageSpecsTest : public StageTest {
 protected:
  static bool IsSentence(const std::string& text) {
    return std::regex_match(text, std::regex("[A-Z][^\\n]*[^ .]\\."));
  }
  static void ExpectFieldIsDescribed(const std::string& owner, const FieldSpec& field) {
    const std::string name = owner + "." + field.name;
    EXPECT_THAT(field.name, MatchesRegex("[a-z][a-z0-9_]*")) << name;
    EXPECT_TRUE(IsSentence(field.description)) << name << ": " << field.description;
    EXPECT_FALSE(field.required && field.default_value) << name;
    EXPECT_EQ(field.type == FieldType::kList, !field.fields.empty()) << name;
    for (const FieldSpec& inner : field.fields) ExpectFieldIsDescribed(name, inner);
  }
};

TEST_F(StageSpecsTest, EveryStageIsNamedAndDescribed) {
  ASSERT_FALSE(registry_.stages.specs().empty());
  for (const StageSpec& spec : registry_.stages.specs()) {
    EXPECT_THAT(spec.name, MatchesRegex("[a-z][a-z0-9_]*"));
    EXPECT_TRUE(IsSentence(spec.summary)) << spec.name << ": " << spec.summary;
    for (const FieldSpec& field : spec.fields) ExpectFieldIsDescribed(spec.name, field);
    EXPECT_NE(spec.build, nullptr) << spec.name;
  }
}

TEST_F(StageSpecsTest, ReasonsAreBoundedCodesAndNoneStandsTwice) {
  for (const StageSpec& spec : registry_.stages.specs()) {
    std::set<std::string> seen;
    for (const std::string& reason : spec.reasons) {
      EXPECT_THAT(reason, MatchesRegex("[a-z][a-z0-9_]*")) << spec.name;
      EXPECT_TRUE(seen.insert(reason).second) << spec.name << " " << reason;
    }
  }
}

TEST_F(StageSpecsTest, EveryExampleIsValidAndCanBeBuilt) {
  for (const StageSpec& spec : registry_.stages.specs()) {
    // An example is an entry without its dash: its later lines move to the right.
    std::string entry;
    std::istringstream lines(spec.example);
    for (std::string line; std::getline(lines, line);)
      entry += (entry.empty() ? "" : "\n    ") + line;
    EXPECT_TRUE(entry.starts_with(spec.name)) << spec.example;
    EXPECT_EQ(Problem(entry), "") << spec.example;
    EXPECT_NE(Build(entry), nullptr) << spec.example;
  }
}

TEST_F(StageSpecsTest, EveryKeyOfAnotherNameIsRefused) {
  for (const StageSpec& spec : registry_.stages.specs()) {
    const std::string entry =
        spec.name + (spec.field_list ? ": [ { nonsense: 1 } ]" : ": { nonsense: 1 }");
    EXPECT_THAT(Problem(entry), ::testing::HasSubstr("nonsense")) << spec.name;
  }
}

TEST_F(StageSpecsTest, AnEmptyBatchIsNoMatterToAnyStage) {
  for (const StageSpec& spec : registry_.stages.specs()) {
    if (spec.field_list) continue;
    const auto stage = Build(spec.example.substr(0, spec.example.find('\n')));
    ASSERT_NE(stage, nullptr);
    EXPECT_TRUE(Run(*stage).ok()) << spec.name;
  }
}

TEST_F(StageSpecsTest, TwoStagesOfOneNameAreRefused) {
  EXPECT_FALSE(RegisterBuiltinStages(registry_.stages).ok());
}

}  // namespace
}  // namespace sluice
