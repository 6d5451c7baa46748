#include "cli/spec_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice {
namespace {

using testing::HasSubstr;
using testing::Not;

const Registry& SmallRegistry() {
  static const Registry kRegistry = [] {
    Registry registry;
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
    for (const StageSpec& spec : {pick, stop, send}) {
      EXPECT_TRUE(registry.stages.Add(spec).ok());
    }
    SinkSpec sink;
    sink.name = "wire";
    sink.summary = "Writes to a wire.";
    sink.fields = {{.name = "end",
                    .description = "Which end.",
                    .required = true,
                    .from_source = true,
                    .one_of = {"near", "far"}},
                   {.name = "tls",
                    .type = FieldType::kSection,
                    .description = "Keys.",
                    .fields = {{.name = "ca", .description = "Whom to trust."}}}};
    sink.example = "wire: { end: far }\n";
    EXPECT_TRUE(registry.sinks.Add(sink).ok());
    StoreSpec store;
    store.name = "wire";
    store.summary = "Holds what came by wire.";
    store.example = "wire: {}\n";
    store.lookups = [](const ConfigNode&,
                       const StoreContext&) -> Result<std::unique_ptr<LookupStore>> {
      return std::unique_ptr<LookupStore>();
    };
    EXPECT_TRUE(registry.stores.Add(store).ok());
    return registry;
  }();
  return kRegistry;
}

SpecEntry Stage(std::size_t index) { return EntriesOf(SmallRegistry().stages)[index]; }

TEST(SpecTextTest, TheListAlignsNamesAndSummaries) {
  EXPECT_EQ(SpecList(EntriesOf(SmallRegistry().stages)),
            "pick      Picks events.\n"
            "stop_all  Stops.\n"
            "send      Sends.\n");
}

TEST(SpecTextTest, ASectionHasEveryKeyNestedOnesAndReasons) {
  EXPECT_EQ(SpecSection(Stage(0)),
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

TEST(SpecTextTest, AStageWithoutKeysOrReasonsSaysSo) {
  EXPECT_EQ(SpecSection(Stage(1)),
            "## stop_all\n\nStops.\n\nIt has no keys.\n\n```yaml\nstages:\n  - stop_all\n```\n");
}

TEST(SpecTextTest, AStageWrittenAsAListSaysSo) {
  EXPECT_THAT(SpecSection(Stage(2)), HasSubstr("A list of maps; the keys of each:\n"));
  EXPECT_THAT(SpecText(Stage(2)), HasSubstr("Keys of each element of the list:\n"));
}

TEST(SpecTextTest, ThePageHasEverySectionInOrder) {
  const std::string page = StagePage(SmallRegistry());
  std::size_t last = 0;
  for (const SpecEntry& entry : EntriesOf(SmallRegistry().stages)) {
    const std::size_t at = page.find(SpecSection(entry));
    ASSERT_NE(at, std::string::npos) << entry.spec->name;
    EXPECT_GT(at, last);
    last = at;
  }
}

TEST(SpecTextTest, TheTextForATerminalHasNoMarkup) {
  const std::string text = SpecText(Stage(0));
  EXPECT_THAT(text, HasSubstr("  at (JSON pointer, required)\n      Where the a|b stands.\n"));
  EXPECT_THAT(text, HasSubstr("  rules[].ttl (duration, default 1h)\n"));
  EXPECT_THAT(text, Not(HasSubstr("`")));
}

TEST(SpecTextTest, APortShowsItsChoicesItsSectionsAndWhereItStands) {
  EXPECT_EQ(SpecSection(EntriesOf(SmallRegistry().sinks)[0]),
            "## wire\n\nWrites to a wire.\n\n"
            "| Key | Type | Required | Default | Meaning |\n"
            "| --- | --- | --- | --- | --- |\n"
            "| `end` | string | no |  | Which end. One of `near`, `far`. |\n"
            "| `tls` | map | no |  | Keys. |\n"
            "| `tls.ca` | string | no |  | Whom to trust. |\n"
            "\n```yaml\nsink:\n  wire: { end: far }\n```\n");
}

TEST(SpecTextTest, EverythingOfANameIsFound) {
  const auto found = PortsNamed(SmallRegistry(), "wire");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(SpecText(found[1]), HasSubstr("Holds reference data."));
  EXPECT_THAT(SpecText(found[1]), HasSubstr("stores:\n    my_store:\n      wire: {}\n"));
  EXPECT_TRUE(PortsNamed(SmallRegistry(), "pick").empty());
  EXPECT_THAT(PortList(SmallRegistry()), HasSubstr("Sinks:\n  wire  Writes to a wire.\n"));
}

}  // namespace
}  // namespace sluice
