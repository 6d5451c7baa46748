#include "config/config.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>

#include "config_fixture.h"

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Kind = ConfigNode::Kind;

TEST_F(ConfigTest, EveryNodeKnowsItsFileLineAndPath) {
  const auto config = Loaded("a: 1\nb:\n  - x\n  - c:\n      d: 2\n");
  const ConfigNode& root = config->root();
  EXPECT_EQ(root.Get("a")->where(), "p.yaml:1: a");
  EXPECT_EQ(root.Get("b")->where(), "p.yaml:2: b");
  const auto items = root.Get("b")->items();
  EXPECT_EQ(items[0]->where(), "p.yaml:3: b[0]");
  EXPECT_EQ(items[1]->Get("c")->where(), "p.yaml:4: b[1].c");
  EXPECT_EQ(items[1]->Get("c")->Get("d")->where(), "p.yaml:5: b[1].c.d");
}

TEST_F(ConfigTest, NodesHaveTheKindsOfYaml) {
  const auto config = Loaded("s: x\nl: [1]\nm: {a: 1}\nn:\ne: ''\nq: 'null'\n");
  const ConfigNode& root = config->root();
  EXPECT_EQ(root.Get("s")->kind(), Kind::kScalar);
  EXPECT_EQ(root.Get("l")->kind(), Kind::kList);
  EXPECT_EQ(root.Get("m")->kind(), Kind::kMap);
  EXPECT_EQ(root.Get("n")->kind(), Kind::kNull);
  EXPECT_EQ(root.Get("e")->kind(), Kind::kScalar);
  EXPECT_EQ(root.Get("q")->text(), "null");
  EXPECT_EQ(root.Get("x"), nullptr);
}

TEST_F(ConfigTest, TypedGettersReadTheTextAndFallBackWhereThereIsNone) {
  const auto config = Loaded("i: -7\nb: true\nd: 90s\nz: 2MiB\none: x\nmany: [x, y]\nnone:\n");
  const ConfigNode& root = config->root();
  EXPECT_EQ(root.Int("i"), -7);
  EXPECT_EQ(root.Int("x", 3), 3);
  EXPECT_TRUE(root.Bool("b"));
  EXPECT_TRUE(root.Bool("x", true));
  EXPECT_EQ(root.Duration("d"), std::chrono::seconds(90));
  EXPECT_EQ(root.Duration("x", std::chrono::milliseconds(4)), std::chrono::milliseconds(4));
  EXPECT_EQ(root.Bytes("z"), 2U << 20U);
  EXPECT_EQ(root.Bytes("x", 9), 9U);
  EXPECT_EQ(root.String("one"), "x");
  EXPECT_EQ(root.String("none", "f"), "f");
  EXPECT_THAT(root.Strings("one"), ElementsAre("x"));
  EXPECT_THAT(root.Strings("many"), ElementsAre("x", "y"));
  EXPECT_THAT(root.Strings("none"), ElementsAre());
}

TEST_F(ConfigTest, AComplaintBeginsWithTheNodesPlace) {
  const auto config = Loaded("\n\na: 1\n");
  const Error error = config->root().Get("a")->Complain("is wrong");
  EXPECT_EQ(error.kind, ErrorKind::kInvalidConfig);
  EXPECT_EQ(error.message, "p.yaml:3: a: is wrong");
}

TEST_F(ConfigTest, AKeyThatStandsTwiceIsNamedWithItsSecondPlace) {
  EXPECT_EQ(Problem("a:\n  b: 1\n  c: 2\n  b: 3\n"),
            "p.yaml:4: a.b: the key stands twice in this map: remove one of the two");
}

TEST_F(ConfigTest, AVariableIsResolvedInScalarsOnly) {
  variables_["X"] = "1, b: 2";
  const auto config = Loaded("a: ${X}\n${X}: y\nl: ['${X}']\n");
  EXPECT_EQ(config->root().String("a"), "1, b: 2");
  EXPECT_EQ(config->root().Get("b"), nullptr);
  EXPECT_TRUE(config->root().Has("${X}"));
  EXPECT_THAT(config->root().Strings("l"), ElementsAre("1, b: 2"));
}

TEST_F(ConfigTest, AValueOfAVariableBringsInNoStructure) {
  variables_["X"] = "[1, {a: b}]\nc: d";
  const auto config = Loaded("a: ${X}\n");
  EXPECT_EQ(config->root().Get("a")->kind(), Kind::kScalar);
  EXPECT_EQ(config->root().String("a"), variables_["X"]);
}

TEST_F(ConfigTest, EveryUnsetVariableIsNamedWithFileLineAndKey) {
  EXPECT_EQ(Problem("a: ${X}\nb:\n  - ${Y:?which one}\n"),
            "p.yaml:1: a: the environment variable X is not set: set it, or write ${X:-default}\n"
            "p.yaml:3: b[0]: the environment variable Y is not set: which one");
}

TEST_F(ConfigTest, TheProcessesVariablesAreRead) {
  ASSERT_EQ(setenv("SLUICE_CONFIG_TEST", "v", 1), 0);
  EXPECT_EQ(ProcessEnvironment()("SLUICE_CONFIG_TEST"), "v");
  ASSERT_EQ(unsetenv("SLUICE_CONFIG_TEST"), 0);
  EXPECT_EQ(ProcessEnvironment()("SLUICE_CONFIG_TEST"), std::nullopt);
}

TEST_F(ConfigTest, WhatIsNoYamlIsNamedWithItsLine) {
  EXPECT_THAT(Problem("a: 1\nb: [1, 2\nc: 3\n"), StartsWith("p.yaml:3: not YAML: "));
  EXPECT_THAT(Problem("a: 1\n\tb: 2\n"), StartsWith("p.yaml:2: not YAML: "));
}

TEST_F(ConfigTest, BytesThatAreNoUtf8AreRefusedWhereTheyStand) {
  const std::string what = "holds bytes that are no UTF-8: save the file as UTF-8";
  EXPECT_EQ(Problem("a: 1\nb: caf\xe9\n"), "p.yaml:2: b: " + what);
  EXPECT_THAT(Problem("a:\n  caf\xe9: 1\n"), StartsWith("p.yaml:1: a: " + what));
  EXPECT_EQ(Problem("a: caf\xc3\xa9\n"), "");
  variables_["V"] = "caf\xe9";
  EXPECT_EQ(Problem("a: ${V}\n"),
            "p.yaml:1: a: the environment variable V holds bytes that are no UTF-8");
}

TEST_F(ConfigTest, AFileThatIsNoMapIsRefused) {
  for (const char* text : {"", "# nothing\n", "- a\n", "text\n"}) {
    EXPECT_THAT(Problem(text), HasSubstr("must be a map that begins with `pipeline: <name>`"));
  }
}

TEST_F(ConfigTest, ASecondDocumentIsNotSilentlyLeftOut) {
  EXPECT_THAT(Problem("a: 1\n---\nb: 2\n"),
              HasSubstr("a second YAML document begins here: a file holds one pipeline"));
}

TEST_F(ConfigTest, AKeyThatIsNoNameIsRefused) {
  EXPECT_THAT(Problem("a:\n  [1, 2]: x\n"), HasSubstr("a key must be a name"));
}

TEST_F(ConfigTest, AnAliasStandsForWhatItNames) {
  const auto config = Loaded("a: &x {k: 1}\nb: *x\n");
  EXPECT_EQ(config->root().Get("b")->Int("k"), 1);
}

TEST_F(ConfigTest, AnAliasThatHoldsItselfOrGrowsWithoutEndIsRefused) {
  EXPECT_THAT(Problem("a: &x [*x, *x]\n"), HasSubstr("nested too deeply or too large"));
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string below = ", *a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [x";
    for (int n = 0; n < 10; ++n) text += below;
    text += "]\n";
  }
  EXPECT_THAT(Problem(text), HasSubstr("nested too deeply or too large"));
}

TEST_F(ConfigTest, DeepNestingIsRefused) {
  const std::string deep = "a: " + std::string(5000, '[') + std::string(5000, ']') + "\n";
  EXPECT_THAT(Problem(deep), StartsWith("p.yaml:1"));
}

TEST_F(ConfigTest, AFileThatCanNotBeReadIsNamedWithTheReason) {
  const auto none = LoadConfig("none.yaml", {}, ProcessEnvironment());
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kind, ErrorKind::kInvalidConfig);
  const std::string here = " (in the folder " + std::filesystem::current_path().string() + ")";
  EXPECT_EQ(none.error().message,
            "none.yaml" + here + ": can't read the configuration file: No such file or directory");

  const auto folder = LoadConfig(".", {}, ProcessEnvironment());
  ASSERT_FALSE(folder.ok());
  EXPECT_EQ(folder.error().message,
            "." + here + ": can't read the configuration file: Is a directory");
}

}  // namespace
}  // namespace sluice
