#include "denormalize_fixture.h"

namespace sluice {
namespace {

/// de-normalization.md 10.6.
class DenormalizeLocationTest : public DenormalizeTest {
 protected:
  /// An event of a known device, and of a user of whom this is known.
  void EnrichFor(Fields user, const std::string& did = "d1") {
    KnowUser("u2", std::move(user));
    Enrich(E{.actor = R"({"id":"u2","type":"User"})",
             .context = R"({"did":")" + did + "\"}",
             .object = {}});
  }
};

TEST_F(DenormalizeLocationTest, Row54_WhatTheUserOfTheDeviceDeclaredGoesBeforeItsAddress) {
  KnowDevice(
      "d2",
      {{"user_declared_state", "Punjab"}, {"user_declared_district", "Moga"}, {"state", "Goa"}});
  EnrichFor({}, "d2");
  ExpectLocation("Punjab", "Moga", "user-declared");
}

TEST_F(DenormalizeLocationTest, Row55_ElseItIsTheDevicesAddress) {
  EnrichFor({});
  ExpectLocation("Goa", "North Goa", "ip-resolved");
}

TEST_F(DenormalizeLocationTest, Row56_ADistrictThatIsNotKnownIsLeftOut) {
  EnrichFor({{"state", "Kerala"}});
  EXPECT_EQ(At("/derivedlocationdata"), R"({"state":"Kerala","from":"user-profile"})");
  EXPECT_EQ(Flag("loc_denorm"), "true");
}

TEST_F(DenormalizeLocationTest, Row57_WithoutUserAndDeviceThereIsNone) {
  Enrich(Bare());
  ExpectNoLocation();
  Enrich(Bare(R"(,"derivedlocationdata":{"x":1})"));
  EXPECT_EQ(At("/derivedlocationdata"), R"({"x":1})");
}

TEST_F(DenormalizeLocationTest, Row58_ADeviceOfTheProducerWithoutAStateHasNoLocation) {
  for (const char* device : {"{}", "\"x\"", "[]", R"({"userdeclared":"x"})",
                             R"({"state":1,"userdeclared":{}})", R"({"userdeclared":{"state":5}})",
                             R"({"userdeclared":{"state":""}})", R"({"state":null})"}) {
    Enrich(E{.actor = {},
             .context = R"({"did":"d9"})",
             .object = {},
             .more = std::string(",\"devicedata\":") + device});
    ExpectNoLocation();
    EXPECT_EQ(Flag("device_denorm"), "false") << device;
  }
}

TEST_F(DenormalizeLocationTest, ADeviceOfTheProducerCountsWhereNoneIsKnown) {
  Enrich(
      Bare(R"(,"devicedata":{"state":"Goa","districtcustom":[],"userdeclared":{"district":"x"}})"));
  EXPECT_EQ(At("/derivedlocationdata"), R"({"state":"Goa","from":"ip-resolved"})");
  // The declared district is taken over whatever it is.
  Enrich(Bare(R"(,"devicedata":{"userdeclared":{"state":"Goa","district":{"a":[1]}}})"));
  EXPECT_EQ(At("/derivedlocationdata"),
            R"({"state":"Goa","district":{"a":[1]},"from":"user-declared"})");
  Enrich(Bare(R"(,"devicedata":{"userdeclared":{"state":"Goa","district":null}})"));
  EXPECT_EQ(At("/derivedlocationdata"), R"({"state":"Goa","from":"user-declared"})");
}

TEST_F(DenormalizeLocationTest, Row59_AnEmptyStateOfTheProducersUserIsOne) {
  Enrich(Bare(R"(,"userdata":{"state":""},"devicedata":{"state":"Goa"})"));
  EXPECT_EQ(At("/derivedlocationdata"), R"({"state":"","from":"user-profile"})");
}

TEST_F(DenormalizeLocationTest, AUsersStateOrDistrictThatIsNoTextDoesNotCount) {
  EnrichFor({{"state", R"(["Kerala"])"}, {"district", "Kollam"}});
  EXPECT_EQ(At("/userdata/state"), R"(["Kerala"])");
  ExpectLocation("Goa", "North Goa", "ip-resolved");
  EnrichFor({{"state", "Kerala"}, {"district", R"({"a":1})"}});
  EXPECT_EQ(At("/userdata/district"), R"({"a":1})");
  EXPECT_EQ(At("/derivedlocationdata"), R"({"state":"Kerala","from":"user-profile"})");
  Enrich(Bare(R"(,"userdata":{"state":1})"));
  ExpectNoLocation();
}

TEST_F(DenormalizeLocationTest, AUserdataThatIsNoObjectDoesNotCount) {
  for (const char* userdata : {"\"x\"", "[]", "null"}) {
    Enrich(Bare(std::string(R"(,"devicedata":{"state":"Goa"},"userdata":)") + userdata));
    EXPECT_EQ(At("/derivedlocationdata/from"), "\"ip-resolved\"") << userdata;
  }
}

TEST_F(DenormalizeLocationTest, ItReplacesTheProducers) {
  Enrich(E{.more = R"(,"derivedlocationdata":{"x":1})"});
  ExpectLocation("Kerala", "Kollam", "user-profile");
}

TEST_F(DenormalizeLocationTest, TextIsWrittenAsJson) {
  EnrichFor({{"state", "a\"b\n"}, {"district", "\xC3\xA9"}});
  EXPECT_EQ(At("/derivedlocationdata"),
            "{\"state\":\"a\\\"b\\n\",\"district\":\"\xC3\xA9\",\"from\":\"user-profile\"}");
}

}  // namespace
}  // namespace sluice
