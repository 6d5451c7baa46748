#include "denormalize_fixture.h"

namespace sluice {
namespace {

/// de-normalization.md 10.2.
class DenormalizeDeviceTest : public DenormalizeTest {
 protected:
  void EnrichFor(const std::string& did) {
    Enrich(E{.actor = {}, .context = R"({"did":")" + did + "\"}", .object = {}});
  }
  /// A member of the devicedata of a device of which only this is known.
  std::string Member(const std::string& member, const std::string& field,
                     const std::string& value) {
    KnowDevice("d2", {{"country", "India"}, {field, value}});
    EnrichFor("d2");
    EXPECT_EQ(Flag("device_denorm"), "true") << value;
    return At("/devicedata/" + member);
  }
  void ExpectNoDevice(const E& event) {
    Enrich(event);
    EXPECT_EQ(Counts("device"), "0 0 0") << event.Text();
    EXPECT_EQ(Flag("device_denorm"), "absent") << event.Text();
    EXPECT_EQ(At("/devicedata"), "absent") << event.Text();
  }
  void ExpectMiss() {
    EXPECT_EQ(Counts("device"), "1 0 1");
    EXPECT_EQ(Flag("device_denorm"), "false");
  }
};

TEST_F(DenormalizeDeviceTest, Rows11And12_WithoutADidThereIsNoDevice) {
  for (const char* context : {"", "{}", R"({"did":null})", R"({"did":""})", R"({"did":5})"}) {
    ExpectNoDevice(E{.context = context});
    ExpectLocation("Kerala", "Kollam", "user-profile");
  }
}

TEST_F(DenormalizeDeviceTest, Row13_AnEmptyDidOfTheDimensionsStandsForNone) {
  ExpectNoDevice(E{.more = R"(,"dimensions":{"did":""})"});
}

TEST_F(DenormalizeDeviceTest, Row14_AMissingOrIllTypedDidOfTheDimensionsDoesNotCount) {
  for (const char* did : {"null", "5", R"({"a":1})", "[]"}) {
    Enrich(E{.more = std::string(R"(,"dimensions":{"did":)") + did + "}"});
    EXPECT_EQ(Flag("device_denorm"), "true") << did;
  }
}

TEST_F(DenormalizeDeviceTest, TheDidOfTheDimensionsGoesFirst) {
  KnowDevice("d2", {{"state", "Assam"}});
  Enrich(E{.more = R"(,"dimensions":{"did":"d2"})"});
  EXPECT_EQ(At("/devicedata/state"), "\"Assam\"");
}

TEST_F(DenormalizeDeviceTest, Row15_AnUnknownDeviceIsAMiss) {
  EnrichFor("d9");
  ExpectMiss();
  EXPECT_EQ(At("/devicedata"), "absent");
  ExpectNoLocation();
}

TEST_F(DenormalizeDeviceTest, Row16_ADeviceOfWhichNothingIsWantedIsAMiss) {
  KnowDevice("d2", {{"uaspec", "{}"}, {"fcm_token", "x"}, {"country", ""}, {"State", "Goa"}});
  EnrichFor("d2");
  ExpectMiss();
}

TEST_F(DenormalizeDeviceTest, Row17_WhatIsNotKnownOfADeviceIsEmpty) {
  KnowDevice("d2", {{"country", "IN"}});
  EnrichFor("d2");
  EXPECT_EQ(At("/devicedata"),
            R"({"countrycode":"","country":"IN","statecode":"","state":"","city":"",)"
            R"("statecustomcode":"","statecustomname":"","districtcustom":"",)"
            R"("iso3166statecode":"","devicespec":{},"firstaccess":0,)"
            R"("userdeclared":{"state":"","district":""}})");
  ExpectLocation("", "", "ip-resolved");
}

TEST_F(DenormalizeDeviceTest, EveryFieldHasItsPlace) {
  EXPECT_EQ(Member("countrycode", "country_code", "x"), "\"x\"");
  EXPECT_EQ(Member("statecode", "state_code", "x"), "\"x\"");
  EXPECT_EQ(Member("iso3166statecode", "state_code", "x"), "\"IN-x\"");
  EXPECT_EQ(Member("state", "state", "x"), "\"x\"");
  EXPECT_EQ(Member("city", "city", "x"), "\"x\"");
  EXPECT_EQ(Member("statecustomcode", "state_code_custom", "x"), "\"x\"");
  EXPECT_EQ(Member("statecustomname", "state_custom", "x"), "\"x\"");
  EXPECT_EQ(Member("districtcustom", "district_custom", "x"), "\"x\"");
  EXPECT_EQ(Member("userdeclared/state", "user_declared_state", "x"), "\"x\"");
  EXPECT_EQ(Member("userdeclared/district", "user_declared_district", "x"), "\"x\"");
}

TEST_F(DenormalizeDeviceTest, AHitReplacesTheDeviceOfTheProducerAndAMissLeavesIt) {
  Enrich(E{.more = R"(,"devicedata":{"x":1})"});
  EXPECT_EQ(At("/devicedata/x"), "absent");
  EXPECT_EQ(At("/devicedata/state"), "\"Goa\"");
  Enrich(E{.context = R"({"did":"d9"})", .more = R"(,"devicedata":{"x":1})"});
  EXPECT_EQ(At("/devicedata"), R"({"x":1})");
}

TEST_F(DenormalizeDeviceTest, Row18_TheDeviceSpecIsAnObject) {
  EXPECT_EQ(Member("devicespec", "devicespec", R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(Member("devicespec", "devicespec", " {a:'x',} "), "{}");
  EXPECT_EQ(Member("devicespec", "devicespec", " {a:'x',\"b\":null,c:[1,null]} "),
            R"({"a":"x","c":[1,null]})");
  EXPECT_EQ(Member("devicespec", "devicespec", "{\"cpu\":\"a\tb\"}"), R"({"cpu":"a\tb"})");
}

TEST_F(DenormalizeDeviceTest, ADeviceSpecThatIsNoObjectIsAnEmptyOne) {
  for (const char* spec : {"x", "[1]", "{bad", "5", "null", " ", R"({"a":1,"a":2})", "{}{}"}) {
    EXPECT_EQ(Member("devicespec", "devicespec", spec), "{}") << spec;
  }
}

TEST_F(DenormalizeDeviceTest, Row19_BackslashesAreTakenOut) {
  EXPECT_EQ(Member("city", "city", R"(a\b)"), "\"ab\"");
  EXPECT_EQ(Member("city", "city", R"(\[x\])"), "\"[x]\"");
  EXPECT_EQ(Member("city", "city", "  x\t"), R"("  x\t")");
  EXPECT_EQ(Member("iso3166statecode", "state_code", R"(G\A)"), "\"IN-GA\"");
}

TEST_F(DenormalizeDeviceTest, Row20_TextThatLooksLikeJsonStaysText) {
  EXPECT_EQ(Member("city", "city", "[x y]"), "\"[x y]\"");
  EXPECT_EQ(Member("city", "city", R"({bad\)"), "\"{bad\"");
  EXPECT_EQ(Member("city", "city", R"([1, "a"])"), R"("[1, \"a\"]")");
  EXPECT_EQ(Member("city", "city", R"({"a":"\\"})"), R"("{\"a\":\"\\\\\"}")");
}

TEST_F(DenormalizeDeviceTest, Row21_TheFirstAccessIsAWholeNumber) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"5", "5"},
      {"-5", "-5"},
      {"+5", "5"},
      {"007", "7"},
      {"9223372036854775807", "9223372036854775807"},
      {"9223372036854775808", "0"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"1.5E12", "0"},
      {"1.0", "0"},
      {" 5", "0"},
      {"5 ", "0"},
      {"x", "0"},
      {"+", "0"},
      {"-", "0"},
      {"+-5", "0"},
      {"++5", "0"},
      {"--5", "0"},
      {"[5]", "0"}};
  for (const auto& [text, number] : cases) {
    EXPECT_EQ(Member("firstaccess", "firstaccess", text), number) << text;
  }
}

TEST_F(DenormalizeDeviceTest, BytesThatAreNoTextBecomeReplacementCharacters) {
  EXPECT_EQ(Member("city", "city",
                   "a\xFF"
                   "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST_F(DenormalizeDeviceTest, AKeyOfTheWrongTypeIsAMissThatIsCounted) {
  resources_.lookups["device"]["d2"] = {"text", {}};
  EnrichFor("d2");
  ExpectMiss();
  EXPECT_EQ(CountOf("cache-unreadable"), 1U);
}

}  // namespace
}  // namespace sluice
