#include "denormalize_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kEndOfDay = "1587427199999";

TEST_F(DenormalizeTest, Row1_AnEventIsEnrichedWithAllThatIsKnown) {
  Enrich(E{});
  for (const char* flag : {"device_denorm", "user_denorm", "content_denorm", "loc_denorm"}) {
    EXPECT_EQ(Flag(flag), "true") << flag;
  }
  for (const char* flag : {"dialcode_denorm", "coll_denorm", "l2_denorm"}) {
    EXPECT_EQ(Flag(flag), "absent") << flag;
  }
  EXPECT_EQ(At("/contentdata"), R"({"name":"N","contenttype":"Course",)"
                                R"("lastupdatedon":1529068016090,"pkgversion":2})");
  EXPECT_EQ(At("/devicedata"),
            R"({"countrycode":"","country":"","statecode":"GA","state":"Goa","city":"",)"
            R"("statecustomcode":"","statecustomname":"","districtcustom":"North Goa",)"
            R"("iso3166statecode":"IN-GA","devicespec":{},"firstaccess":5,)"
            R"("userdeclared":{"state":"","district":""}})");
  EXPECT_EQ(At("/userdata"), R"({"usertype":"teacher","state":"Kerala","district":"Kollam",)"
                             R"("usersignintype":"Anonymous","userlogintype":"NA"})");
  ExpectLocation("Kerala", "Kollam", "user-profile");
  for (const char* kind : {"device", "user", "content"}) EXPECT_EQ(Counts(kind), "1 1 0") << kind;
  EXPECT_EQ(Counts("dialcode"), "0 0 0");
  EXPECT_EQ(CountOf("cache-unreadable"), 0U);
}

TEST_F(DenormalizeTest, WhatIsNotEnrichedStaysAsItCame) {
  Enrich(R"({"n" : 12345678901234567890.50, "s":"\u00e9\/", "eid":"X", "ets":1587300000000})");
  EXPECT_EQ(TextOf(*event_),
            R"({"n" : 12345678901234567890.50, "s":"\u00e9\/", "eid":"X", "ets":1587300000000})");
}

TEST_F(DenormalizeTest, Rows4To6_AnEtsAfterTodayBecomesTheEndOfToday) {
  const auto ets = [this](const std::string& text) {
    E event = Bare();
    event.ets = text;
    Enrich(event);
    return At("/ets");
  };
  EXPECT_EQ(ets("1587427200000"), kEndOfDay);
  EXPECT_EQ(ets(kEndOfDay), kEndOfDay);
  EXPECT_EQ(ets("1.5873E12"), "1.5873E12");
  EXPECT_EQ(ets("1587427199999.9"), "1587427199999.9");
  EXPECT_EQ(ets("1e300"), kEndOfDay);
  resources_.now.now_ms = 1'587'427'199'999;
  EXPECT_EQ(ets("1587427200000"), kEndOfDay);
  resources_.now.now_ms = 1'587'427'200'000;
  EXPECT_EQ(ets("1587427200000"), "1587427200000");
}

TEST_F(DenormalizeTest, Row60_FlagsAreAddedToThoseThatAreThere) {
  Enrich(E{.more = R"(,"flags":{"a":true,"device_denorm":"old"})"});
  EXPECT_EQ(Flag("a"), "true");
  EXPECT_EQ(Flag("device_denorm"), "true");
}

TEST_F(DenormalizeTest, FlagsThatAreNoObjectAreReplaced) {
  for (const char* flags : {"\"x\"", "[1]", "3", "null"}) {
    Enrich(E{.more = std::string(",\"flags\":") + flags});
    EXPECT_EQ(Flag("device_denorm"), "true") << flags;
  }
  // Where no flag is written they stay.
  Enrich(Bare(R"(,"flags":"x")"));
  EXPECT_EQ(At("/flags"), "\"x\"");
}

TEST_F(DenormalizeTest, Row61_NullMembersAreDroppedAndNullElementsStay) {
  Enrich(Bare(R"(,"a":null,"b":{"c":null,"d":[1,null]})"));
  EXPECT_EQ(TextOf(*event_),
            R"({"eid":"INTERACT","mid":"m1","ets":1587300000000,"b":{"d":[1,null]}})");
}

TEST_F(DenormalizeTest, Rows65And66_EventsThatAskTheSameGetTheSameInTheirOrder) {
  for (int i = 0; i < 3; ++i) Add(E{.more = ",\"n\":" + std::to_string(i)}.Text());
  Add(E{.context = R"({"did":"d2"})", .more = ",\"n\":3"}.Text());
  ASSERT_TRUE(Run(*stage_).ok());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(At(batch_.events()[i], "/n"), std::to_string(i));
    EXPECT_EQ(At(batch_.events()[i], "/contentdata"), At(batch_.events()[0], "/contentdata"));
    EXPECT_EQ(At(batch_.events()[i], "/devicedata/state"), "\"Goa\"");
  }
  EXPECT_EQ(At(batch_.events()[3], "/devicedata"), "absent");
  EXPECT_EQ(Counts("device"), "4 3 1");
  EXPECT_EQ(Counts("content"), "4 4 0");
}

TEST_F(DenormalizeTest, OneRecordIsReadDifferentlyAsContentAndAsL2) {
  Enrich(E{.object = R"({"id":"do_1","type":"Content","rollup":{"l1":"do_l","l2":"do_l"}})"});
  EXPECT_EQ(At("/collectiondata"), R"({"name":"L","objecttype":"Content","channel":"x"})");
  EXPECT_EQ(At("/l2data"), R"({"name":"L","channel":"x"})");
}

TEST_F(DenormalizeTest, EachStoreIsAskedByItsOwnKeys) {
  Enrich(E{.object = R"({"id":"do_1","type":"Content","rollup":{"l1":"do_c","l2":"do_l"}})"});
  EXPECT_THAT(Asked("device"), ElementsAre("d1"));
  EXPECT_THAT(Asked("user"), ElementsAre("user:u1"));
  EXPECT_THAT(Asked("content"), ElementsAre("do_1", "do_c", "do_l"));
  EXPECT_THAT(Asked("dialcode"), IsEmpty());
}

TEST_F(DenormalizeTest, TwoBatchesUnderWayGetTheirOwnReplies) {
  Add(E{}.Text());
  Batch second;
  const std::string text = E{.actor = {}, .context = R"({"did":"d2"})", .object = {}}.Text();
  Event& event = AddEvent(second, {Position{"in", 0, 1}, text});
  KnowDevice("d2", {{"state", "Assam"}});
  ASSERT_TRUE(stage_->Start(batch_).ok());
  ASSERT_TRUE(stage_->Start(second).ok());
  ASSERT_TRUE(stage_->Finish(batch_).ok());
  ASSERT_TRUE(stage_->Finish(second).ok());
  EXPECT_EQ(At(batch_.events()[0], "/devicedata/state"), "\"Goa\"");
  EXPECT_EQ(At(event, "/devicedata/state"), "\"Assam\"");
  EXPECT_EQ(At(event, "/userdata"), "absent");
}

TEST_F(DenormalizeTest, Row67_AStoreThatIsAwayFailsTheBatchAndLeavesItsEventsAsTheyAre) {
  for (const char* store : {"content", "device", "user", "dialcode"}) {
    Forget();
    // AUDIT asks for the content beside the dial code.
    const E asks_all{.eid = "AUDIT", .object = R"({"id":"ABC1","type":"DialCode"})"};
    const Event& event = Add(asks_all.Text());
    resources_.last_lookups.at(store)->failures = 1;
    const Status status = stage_->Start(batch_);
    ASSERT_FALSE(status.ok()) << store;
    EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable) << store;
    EXPECT_TRUE(event.active());
    EXPECT_EQ(TextOf(event), asks_all.Text()) << store;
    // Nothing of it is left when it comes again.
    stage_->Cancel();
    Enrich(E{});
    EXPECT_EQ(Flag("content_denorm"), "true") << store;
  }
}

TEST_F(DenormalizeTest, ABatchWithoutActiveEventsAsksNothing) {
  Add(E{}.Text()).Drop("expired");
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_THAT(Asked("content"), IsEmpty());
  EXPECT_EQ(Counts("loc"), "0 0 0");
}

TEST_F(DenormalizeTest, AStoreThatThePipelineDoesNotHaveIsNamed) {
  EXPECT_THAT(
      Problem("denormalize: { content: nope, device: device, user: user, dialcode: dialcode }"),
      HasSubstr("nope"));
  EXPECT_THAT(Problem("denormalize: { content: content, device: device, user: user }"),
              HasSubstr("dialcode"));
}

}  // namespace
}  // namespace sluice
