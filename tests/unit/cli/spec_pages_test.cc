#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "command.h"
#include "stages/builtin.h"

namespace sluice {
namespace {

using testing::HasSubstr;

TEST(SpecPagesTest, TheDocumentationIsWhatTheProgramSays) {
  std::ifstream file(SLUICE_SOURCE_DIR "/docs/stages.md");
  std::ostringstream page;
  page << file.rdbuf();
  EXPECT_EQ(page.str(), Sluice({"stages", "--markdown"}).out)
      << "write it again: sluice stages --markdown > docs/stages.md";
}

TEST(SpecPagesTest, ThePageOfThePortsIsWhatTheProgramSays) {
  std::ifstream file(SLUICE_SOURCE_DIR "/docs/ports.md");
  std::ostringstream page;
  page << file.rdbuf();
  EXPECT_EQ(page.str(), Sluice({"ports", "--markdown"}).out)
      << "write it again: sluice ports --markdown > docs/ports.md";
}

TEST(SpecPagesTest, AllPortsOfANameAreDescribed) {
  const CommandResult files = Sluice({"ports", "files"});
  EXPECT_EQ(files.exit_code, 0);
  EXPECT_THAT(files.out, HasSubstr("source:\n"));
  EXPECT_THAT(files.out, HasSubstr("sink:\n"));
  EXPECT_THAT(Sluice({"ports"}).out, HasSubstr("redis   Holds claims"));
  const CommandResult none = Sluice({"ports", "nope"});
  EXPECT_EQ(none.exit_code, 64);
  EXPECT_THAT(none.err, HasSubstr("\"nope\""));
}

TEST(SpecPagesTest, EveryStageIsListedAndDescribedWithAllItsKeysAndReasons) {
  StageRegistry registry;
  ASSERT_TRUE(RegisterBuiltinStages(registry).ok());
  const std::string list = Sluice({"stages"}).out;
  for (const StageSpec& spec : registry.specs()) {
    EXPECT_THAT(list, HasSubstr(spec.name + " "));
    const CommandResult text = Sluice({"stages", spec.name});
    EXPECT_EQ(text.exit_code, 0);
    EXPECT_THAT(text.out, HasSubstr(spec.summary));
    EXPECT_THAT(text.out, HasSubstr("- " + spec.name));
    for (const FieldSpec& field : spec.fields) {
      EXPECT_THAT(text.out, HasSubstr(field.name + " ("));
      EXPECT_THAT(text.out, HasSubstr(field.description));
    }
    for (const std::string& reason : spec.reasons) EXPECT_THAT(text.out, HasSubstr(reason));
  }
}

TEST(SpecPagesTest, AKeyShowsItsTypeItsDefaultAndWhetherItIsRequired) {
  const std::string text = Sluice({"stages", "deduplicate"}).out;
  EXPECT_THAT(text, HasSubstr("key (JSON pointer, required)"));
  EXPECT_THAT(text, HasSubstr("ttl (duration, default 1h)"));
}

TEST(SpecPagesTest, OneStageInMarkdownIsItsSectionOfThePage) {
  const std::string section = Sluice({"stages", "route", "--markdown"}).out;
  EXPECT_THAT(section, testing::StartsWith("## route\n"));
  EXPECT_THAT(Sluice({"stages", "--markdown"}).out, HasSubstr(section));
}

TEST(SpecPagesTest, AnUnknownStageIsAWrongCommandLine) {
  const CommandResult result = Sluice({"stages", "nope"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.err, HasSubstr("\"nope\""));
}

}  // namespace
}  // namespace sluice
