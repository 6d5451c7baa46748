#include "cli/stage_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<StageSpec> SmallRegistry() {
  StageSpec pick;
  pick.name = "pick";
  pick.summary = "Picks events.";
  pick.fields = {{.name = "at",
                  .type = FieldType::kPointer,
                  .description = "Where the a|b stands.",
                  .required = true},
                 {.name = "prefix", .description = "What comes first.", .default_value = ""},
                 {.name = "rules",
                  .type = FieldType::kList,
                  .description = "What to pick.",
                  .fields = {{.name = "ttl",
                              .type = FieldType::kDuration,
                              .description = "How long.",
                              .default_value = "1h"}}}};
  pick.example = "pick:\n  at: /mid\n";
  pick.reasons = {"not_picked", "no_place"};
  StageSpec stop;
  stop.name = "stop_all";
  stop.summary = "Stops.";
  stop.example = "stop_all\n";
  StageSpec send;
  send.name = "send";
  send.summary = "Sends.";
  send.field_list = true;
  send.fields = {{.name = "to", .type = FieldType::kStringList, .description = "Topics."}};
  send.example = "send:\n  - { to: a }\n";
  return {pick, stop, send};
}

TEST(StageTextTest, TheListAlignsNamesAndSummaries) {
  EXPECT_EQ(StageList(SmallRegistry()),
            "pick      Picks events.\n"
            "stop_all  Stops.\n"
            "send      Sends.\n");
}

TEST(StageTextTest, ASectionHasEveryKeyNestedOnesAndReasons) {
  EXPECT_EQ(StageSection(SmallRegistry()[0]),
            "## pick\n\nPicks events.\n\n"
            "| Key | Type | Required | Default | Meaning |\n"
            "| --- | --- | --- | --- | --- |\n"
            "| `at` | JSON pointer | yes |  | Where the a\\|b stands. |\n"
            "| `prefix` | string | no | `\"\"` | What comes first. |\n"
            "| `rules` | list of maps | no |  | What to pick. |\n"
            "| `rules[].ttl` | duration | no | `1h` | How long. |\n"
            "\nReasons it diverts or drops with: `not_picked`, `no_place`.\n"
            "\n```yaml\nstages:\n  - pick:\n      at: /mid\n```\n");
}

TEST(StageTextTest, AStageWithoutKeysOrReasonsSaysSo) {
  EXPECT_EQ(StageSection(SmallRegistry()[1]),
            "## stop_all\n\nStops.\n\nIt has no keys.\n\n```yaml\nstages:\n  - stop_all\n```\n");
}

TEST(StageTextTest, AStageWrittenAsAListSaysSo) {
  EXPECT_THAT(StageSection(SmallRegistry()[2]), HasSubstr("A list of maps; the keys of each:\n"));
  EXPECT_THAT(StageText(SmallRegistry()[2]), HasSubstr("Keys of each element of the list:\n"));
}

TEST(StageTextTest, ThePageHasEverySectionInOrder) {
  const std::string page = StagePage(SmallRegistry());
  std::size_t last = 0;
  for (const StageSpec& spec : SmallRegistry()) {
    const std::size_t at = page.find(StageSection(spec));
    ASSERT_NE(at, std::string::npos) << spec.name;
    EXPECT_GT(at, last);
    last = at;
  }
}

TEST(StageTextTest, TheTextForATerminalHasNoMarkup) {
  const std::string text = StageText(SmallRegistry()[0]);
  EXPECT_THAT(text, HasSubstr("  at (JSON pointer, required)\n      Where the a|b stands.\n"));
  EXPECT_THAT(text, HasSubstr("  rules[].ttl (duration, default 1h)\n"));
  EXPECT_THAT(text, Not(HasSubstr("`")));
}

}  // namespace
}  // namespace sluice
