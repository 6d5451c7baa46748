#include "denormalize_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// de-normalization.md 9, 10.4 and 10.5.
class DenormalizeContentTest : public DenormalizeTest {
 protected:
  void EnrichObject(const std::string& object, const std::string& more = {}) {
    Enrich(E{.actor = {}, .context = {}, .object = object, .more = more});
  }
  void EnrichRollup(const std::string& rollup) {
    EnrichObject(R"({"id":"do_1","type":"Content","rollup":)" + rollup + "}");
  }
  void EnrichContent(const std::string& cached, const std::string& more = {}) {
    KnowContent("do_2", cached);
    EnrichObject(R"({"id":"do_2","type":"Content"})", more);
  }
  void ExpectMiss(const std::string& what) {
    EXPECT_EQ(Counts("content"), "1 0 1") << what;
    EXPECT_EQ(Flag("content_denorm"), "false") << what;
    EXPECT_EQ(At("/contentdata"), "absent") << what;
  }
};

TEST_F(DenormalizeContentTest, Row35_ADialCodeIsLookedUpInUpperCase) {
  EnrichObject(R"({"id":"abc1","type":"DialCode"})");
  EXPECT_THAT(Asked("dialcode"), ElementsAre("ABC1"));
  EXPECT_THAT(Asked("content"), IsEmpty());
  EXPECT_EQ(At("/dialcodedata"), R"({"identifier":"ABC1","generatedon":1533130913695})");
  EXPECT_EQ(Flag("dialcode_denorm"), "true");
  EXPECT_EQ(Flag("content_denorm"), "absent");
  EXPECT_EQ(At("/object/id"), "\"abc1\"");
  EXPECT_EQ(Counts("dialcode"), "1 1 0");
  EXPECT_EQ(Counts("content"), "0 0 0");
}

TEST_F(DenormalizeContentTest, Row36_AnUnknownDialCodeIsAMiss) {
  EnrichObject(R"({"id":"nope","type":"QR"})", R"(,"dialcodedata":{"x":1})");
  EXPECT_EQ(Flag("dialcode_denorm"), "false");
  EXPECT_EQ(At("/dialcodedata"), R"({"x":1})");
  EXPECT_EQ(Counts("dialcode"), "1 0 1");
}

TEST_F(DenormalizeContentTest, WhatIsKnownOfADialCodeIsRenamedAndReplacesTheProducers) {
  KnowDialcode(
      "ABC2",
      R"({"identifier":"ABC2","channel":"c","batchcode":"b","publisher":"p",)"
      R"("generated_on":1,"published_on":"x","status":"Live","objectType":"o","dialcode_index":1})");
  EnrichObject(R"({"id":"ABC2","type":"dialCODE"})", R"(,"dialcodedata":{"x":1})");
  EXPECT_EQ(At("/dialcodedata"),
            R"({"identifier":"ABC2","channel":"c","batchcode":"b","publisher":"p",)"
            R"("generatedon":1,"publishedon":0,"status":"Live"})");
}

TEST_F(DenormalizeContentTest, Row37_AnAuditOfADialCodeLooksForBoth) {
  Enrich(E{.eid = "AUDIT", .object = R"({"id":"ABC1","type":"qr"})"});
  EXPECT_EQ(Flag("dialcode_denorm"), "true");
  EXPECT_EQ(Flag("content_denorm"), "false");
  EXPECT_THAT(Asked("content"), ElementsAre("ABC1"));
  Enrich(E{.eid = "AUDIT", .object = R"({"id":"abc1","type":"qr"})"});
  EXPECT_THAT(Asked("content"), ElementsAre("ABC1", "abc1"));
}

TEST_F(DenormalizeContentTest, Row38_AUserIsNoContent) {
  for (const char* type : {"user", "User", "USER"}) {
    EnrichObject(std::string(R"({"id":"do_1","type":")") + type +
                 R"(","rollup":{"l1":"do_c","l2":"do_l"}})");
    EXPECT_EQ(Counts("content"), "0 0 0") << type;
    for (const char* flag : {"content_denorm", "coll_denorm", "l2_denorm"})
      EXPECT_EQ(Flag(flag), "absent");
  }
}

TEST_F(DenormalizeContentTest, Row39_AnAuditOfAUserLooksForAContent) {
  Enrich(E{.eid = "AUDIT", .object = R"({"id":"u1","type":"User","rollup":{"l1":"do_c"}})"});
  EXPECT_EQ(Flag("content_denorm"), "false");
  EXPECT_EQ(At("/collectiondata"), R"({"name":"C"})");
  EXPECT_EQ(Flag("coll_denorm"), "true");
  Enrich(E{.eid = "audit", .object = R"({"id":"u1","type":"User","rollup":{"l1":"do_c"}})"});
  EXPECT_EQ(Flag("coll_denorm"), "absent");
}

TEST_F(DenormalizeContentTest, ThePermittedEidsAreAsConfigured) {
  stage_ = Build(
      "denormalize: { content: content, device: device, user: user, dialcode: dialcode, permit: "
      "[LOG] }");
  Enrich(E{.eid = "AUDIT", .object = R"({"id":"do_1","type":"User"})"});
  EXPECT_EQ(Flag("content_denorm"), "absent");
  Enrich(E{.eid = "LOG", .object = R"({"id":"do_1","type":"User"})"});
  EXPECT_EQ(Flag("content_denorm"), "true");
}

TEST_F(DenormalizeContentTest, Row40_AnObjectWithoutIdOrTypeIsNone) {
  for (const char* object :
       {R"({"id":"do_1","type":""})", R"({"id":"","type":"Content"})", R"({"id":"","type":"qr"})",
        R"({"id":"do_1"})", R"({"type":"Content"})", R"({"id":5,"type":"Content"})",
        R"({"id":"do_1","type":true})", R"({"id":null,"type":"Content"})", "{}", "[]", ""}) {
    Enrich(E{.eid = "AUDIT", .actor = {}, .context = {}, .object = object});
    EXPECT_EQ(Counts("content"), "0 0 0") << object;
    EXPECT_EQ(Counts("dialcode"), "0 0 0") << object;
    EXPECT_EQ(At("/flags"), "absent") << object;
  }
}

TEST_F(DenormalizeContentTest, Row41_AnUnknownContentIsAMiss) {
  EnrichObject(R"({"id":"do_9","type":"Content"})");
  ExpectMiss("unknown");
  EnrichObject(R"({"id":"do_9","type":"Content"})", R"(,"contentdata":{"x":1})");
  EXPECT_EQ(At("/contentdata"), R"({"x":1})");
}

TEST_F(DenormalizeContentTest, Row42_AContentOfWhichNothingIsWantedIsAMiss) {
  for (const char* cached :
       {R"({"name":""})", "{}", "", R"({"x":1})", R"({"Name":"N"})", "[]", "[[\"x\",1]]"}) {
    EnrichContent(cached);
    ExpectMiss(cached);
    EXPECT_EQ(CountOf("cache-unreadable"), 0U) << cached;
  }
}

TEST_F(DenormalizeContentTest, Rows43And44_DatesThatAreTextBecomeNumbers) {
  EnrichContent(
      R"({"lastUpdatedOn":"x","lastSubmittedOn":1571999041881,)"
      R"("lastPublishedOn":"2018-06-15T13:06:56.090+05:30","name":"2018-06-15T13:06:56.090Z"})");
  EXPECT_EQ(At("/contentdata"),
            R"({"lastupdatedon":0,"lastsubmittedon":1571999041881,)"
            R"("lastpublishedon":1529048216090,"name":"2018-06-15T13:06:56.090Z"})");
}

TEST_F(DenormalizeContentTest, Row45_TextThatIsNoRecordIsAMissThatIsCounted) {
  for (const char* cached :
       {"{bad", "null", "[1]", "5", "\"x\"", "true", "   ", "{\"name\":\"N\"} x",
        "{\"name\":\"N\"}{}", R"({"name":"N","name":"M"})", R"({"x":1,"x":2,"name":"N"})",
        R"({"name":"N",})", "text", "# x", "{\"name\" \"N\"}"}) {
    EnrichContent(cached);
    ExpectMiss(cached);
    EXPECT_EQ(CountOf("cache-unreadable"), 1U) << cached;
  }
}

TEST_F(DenormalizeContentTest, ABrokenRecordIsCountedOnceABatch) {
  KnowContent("do_2", "{bad");
  for (int i = 0; i < 3; ++i) Add(E{.object = R"({"id":"do_2","type":"Content"})"}.Text());
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(CountOf("cache-unreadable"), 1U);
  EXPECT_EQ(Counts("content"), "3 0 3");
}

TEST_F(DenormalizeContentTest, ACollectionOrL2ThatCanNotBeReadIsAnEmptyOne) {
  KnowContent("bad", "{bad");
  EnrichRollup(R"({"l1":"bad","l2":"bad"})");
  EXPECT_EQ(At("/collectiondata"), "{}");
  EXPECT_EQ(At("/l2data"), "{}");
  EXPECT_EQ(Flag("coll_denorm"), "true");
  EXPECT_EQ(Flag("l2_denorm"), "true");
}

TEST_F(DenormalizeContentTest, AKeyOfTheWrongTypeIsAMissThatIsCounted) {
  resources_.lookups["content"]["do_2"] = {std::nullopt, {{"name", "N"}}};
  EnrichObject(R"({"id":"do_2","type":"Content"})");
  ExpectMiss("hash");
  EXPECT_EQ(CountOf("cache-unreadable"), 1U);
  resources_.lookups["dialcode"]["X"] = {std::nullopt, {{"identifier", "N"}}};
  EnrichObject(R"({"id":"x","type":"qr"})");
  EXPECT_EQ(Flag("dialcode_denorm"), "false");
  EXPECT_EQ(CountOf("cache-unreadable"), 1U);
}

TEST_F(DenormalizeContentTest, Row46_ANullIsAHitThatIsNotWritten) {
  EnrichContent(R"({"name":null,"status":"Live"})");
  EXPECT_EQ(At("/contentdata"), R"({"status":"Live"})");
  EnrichContent(R"({"name":null})");
  EXPECT_EQ(At("/contentdata"), "{}");
  EXPECT_EQ(Flag("content_denorm"), "true");
  EnrichContent(R"({"name":null})", R"(,"contentdata":{"name":"old","x":1})");
  EXPECT_EQ(At("/contentdata"), R"({"x":1})");
}

TEST_F(DenormalizeContentTest, Row47_TheContentOfTheProducerIsMergedWithWhatIsKnown) {
  EnrichObject(R"({"id":"do_1","type":"Content"})",
               R"(,"contentdata":{"x":1,"name":"old","pkgversion":null})");
  EXPECT_EQ(At("/contentdata/x"), "1");
  EXPECT_EQ(At("/contentdata/name"), "\"N\"");
  EXPECT_EQ(At("/contentdata/pkgversion"), "2");
}

TEST_F(DenormalizeContentTest, AContentdataThatIsNoObjectIsReplaced) {
  for (const char* contentdata : {"\"x\"", "[1]", "null", "5"}) {
    EnrichContent(R"({"name":"N"})", std::string(",\"contentdata\":") + contentdata);
    EXPECT_EQ(At("/contentdata"), R"({"name":"N"})") << contentdata;
  }
}

TEST_F(DenormalizeContentTest, EveryWantedFieldIsInLowerCaseAndKeepsItsType) {
  EnrichContent(
      R"({"objectType":"a","contentType":"b","mediaType":"c","mimeType":"d","createdBy":"e",)"
      R"("createdFor":["f"],"gradeLevel":[],"keywords":{"k":[null,{"z":null}]},"framework":1.5,)"
      R"("status":true,"channel":" ","appIcon":"no"})");
  EXPECT_EQ(At("/contentdata"),
            R"({"objecttype":"a","contenttype":"b","mediatype":"c","mimetype":"d","createdby":"e",)"
            R"("createdfor":["f"],"gradelevel":[],"keywords":{"k":[null,{}]},"framework":1.5,)"
            R"("status":true,"channel":" "})");
}

TEST_F(DenormalizeContentTest, Row48_AnObjectThatIsItsOwnL1HasNoCollectionAndNoL2) {
  EnrichRollup(R"({"l1":"do_1","l2":"do_l"})");
  EXPECT_EQ(Flag("content_denorm"), "true");
  EXPECT_EQ(Flag("coll_denorm"), "absent");
  EXPECT_EQ(Flag("l2_denorm"), "absent");
  EXPECT_THAT(Asked("content"), ElementsAre("do_1"));
}

TEST_F(DenormalizeContentTest, Row49_CollectionAndL2AreLookedUp) {
  EnrichRollup(R"({"l1":"do_c","l2":"do_l"})");
  EXPECT_EQ(At("/collectiondata"), R"({"name":"C"})");
  EXPECT_EQ(At("/l2data"), R"({"name":"L","channel":"x"})");
  EXPECT_EQ(Flag("coll_denorm"), "true");
  EXPECT_EQ(Flag("l2_denorm"), "true");
  EXPECT_EQ(Counts("content"), "1 1 0");
}

TEST_F(DenormalizeContentTest, Row50_AnObjectThatIsItsOwnL2HasOne) {
  EnrichRollup(R"({"l1":"do_c","l2":"do_1"})");
  EXPECT_EQ(At("/l2data"), R"({"name":"N","contenttype":"Course"})");
}

TEST_F(DenormalizeContentTest, Rows51And53_WithoutAnL1ThereIsOnlyTheL2) {
  for (const char* l1 : {"", R"("l1":null,)", R"("l1":"",)", R"("l1":5,)"}) {
    EnrichRollup(std::string("{") + l1 + R"("l2":"do_l"})");
    EXPECT_EQ(At("/collectiondata"), "absent") << l1;
    EXPECT_EQ(Flag("coll_denorm"), "absent") << l1;
    EXPECT_EQ(At("/l2data"), R"({"name":"L","channel":"x"})") << l1;
  }
}

TEST_F(DenormalizeContentTest, AnL2ThatIsNoIdIsNone) {
  for (const char* l2 : {"null", "\"\"", "{}", "5"}) {
    EnrichRollup(std::string(R"({"l1":"do_c","l2":)") + l2 + "}");
    EXPECT_EQ(Flag("coll_denorm"), "true") << l2;
    EXPECT_EQ(Flag("l2_denorm"), "absent") << l2;
  }
}

TEST_F(DenormalizeContentTest, Row52_UnknownCollectionsAreEmptyObjects) {
  EnrichObject(R"({"id":"do_9","type":"Content","rollup":{"l1":"do_8","l2":"do_7"}})",
               R"(,"collectiondata":{"x":1},"l2data":{"x":1})");
  EXPECT_EQ(At("/collectiondata"), "{}");
  EXPECT_EQ(At("/l2data"), "{}");
  EXPECT_EQ(Flag("coll_denorm"), "true");
  EXPECT_EQ(Flag("l2_denorm"), "true");
  EXPECT_EQ(Flag("content_denorm"), "false");
}

}  // namespace
}  // namespace sluice
