#include "stages/merge_content/merge_content.h"

#include <gmock/gmock.h>

#include "content_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

class MergeContentTest : public ContentTest {
 protected:
  /// The document after one more event with these properties.
  std::string After(const std::string& properties) {
    EXPECT_EQ(FateOf(Update("do_1", properties)), "done");
    return Document();
  }
  std::string Document() {
    const Lines known = Known("content");
    return known.empty() ? "" : known[0].substr(known[0].find(' ') + 1);
  }
};

TEST_F(MergeContentTest, NewValuesArePutOverTheCachedOnes) {
  Know("content", "do_1", R"({"name":"old","kept":[1,{"a":"b"}]})");
  EXPECT_EQ(After(R"("name":{"ov":"x","nv":"new"},"size":{"nv":3})"),
            R"({"kept":[1,{"a":"b"}],"name":"new","size":3})");
  EXPECT_EQ(CountOf("cache-hit-count"), 1U);
  EXPECT_EQ(logs_["content"].sends, (Lines{"GET do_1", "SET do_1"}));
}

TEST_F(MergeContentTest, LenientNumbersKeepTheirText) {
  Know("content", "do_1", R"({"a":12345678901234567890123,"b":1.0,"c":1e2,"d":[0.10],"e":1e999})");
  EXPECT_EQ(After(R"("f":{"nv":9007199254740993})"),
            R"({"a":12345678901234567890123,"b":1.0,"c":1e2,"d":[0.10],"e":1e999,)"
            R"("f":9007199254740993})");
}

TEST_F(MergeContentTest, LenientDocumentsAreRead) {
  Know("content", "do_1", "{'a':1234567890123456789;b=>x /* c */}");
  EXPECT_EQ(After(""), R"({"a":1234567890123456789,"b":"x"})");
}

TEST_F(MergeContentTest, ABrokenListIsWholeAgain) {
  Know("content", "do_1",
       R"({"subject":{"head":"Hindi","tl":{}},"medium":{"head":"a","tl":{},"x":1},)"
       R"("keywords":{"head":5,"tl":{}},"other":{"head":"a","tl":{}}})");
  EXPECT_EQ(After(""), R"({"keywords":{"head":5,"tl":{}},"medium":{"head":"a","tl":{},"x":1},)"
                       R"("other":{"head":"a","tl":{}},"subject":["Hindi"]})");
}

TEST_F(MergeContentTest, EmptyTextsGoAtTheNextUpdateAndNullsAtOnce) {
  Know("content", "do_1", R"({"e":"","n":null,"deep":{"e":"","n":null}})");
  EXPECT_EQ(After(R"("new":{"nv":""},"gone":{"nv":null})"), R"({"deep":{"e":""},"new":""})");
  EXPECT_EQ(After(""), R"({"deep":{"e":""}})");
}

TEST_F(MergeContentTest, ADocumentOfNullsIsWrittenEmpty) {
  Know("content", "do_1", R"({"a":null})");
  EXPECT_EQ(After(""), "{}");
  EXPECT_EQ(CountOf("cache-hit-count"), 1U);
  EXPECT_EQ(After(""), "{}");
  EXPECT_EQ(CountOf("cache-hit-count"), 0U) << "now there is nothing to write";
}

TEST_F(MergeContentTest, EventsOfOneNodeInABatchAreAsOneAfterTheOther) {
  const Lines events = {Update("do_1", R"("a":{"nv":""},"b":{"nv":"1"},"c":{"nv":[1]})"),
                        Update("do_2", R"("a":{"nv":"of another"})"),
                        Update("do_1", R"("b":{"nv":"2"},"d":{"nv":""})"),
                        Update("do_1", R"("c":{"nv":null},"e":{"nv":{"x":null}}))"),
                        Update("do_1", R"("c":{"nv":null},"e":{"nv":{"x":null}})")};
  const Lines good = {events[0], events[1], events[2], events[4]};
  RunEach(good);
  const Lines one_by_one = Known("content");
  EXPECT_EQ(one_by_one, (Lines{R"(do_1 {"b":"2","c":[1],"e":{}})", R"(do_2 {"a":"of another"})"}));

  for (const char* key : {"do_1", "do_2"}) Know("content", key, "");
  logs_["content"].sends.clear();
  EXPECT_EQ(RunAll(events), "");
  EXPECT_EQ(Known("content"), one_by_one);
  EXPECT_EQ(Fate(3), "dropped invalid_json");
  EXPECT_EQ(CountOf("cache-hit-count"), 4U);
  ASSERT_EQ(logs_["content"].sends.size(), 2U) << "a round trip to read, and one to write";
  EXPECT_EQ(logs_["content"].sends[0], "GET do_1, GET do_2") << "each key once";
}

TEST_F(MergeContentTest, TheSameBatchOverWhatItWroteChangesNothing) {
  Know("content", "do_1", R"({"e":"","z":1.50,"n":null})");
  const Lines events = {
      Update("do_1", R"("a":{"nv":""},"createdOn":{"nv":"2020-04-01T08:25:24Z"})"),
      Update("do_1", R"("b":{"nv":"x"},"subject":{"nv":"Hindi"})"),
      Update("do_2", R"("a":{"nv":""})")};
  EXPECT_EQ(RunAll(events), "");
  const Lines once = Known("content");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(RunAll(events), "");
    EXPECT_EQ(Known("content"), once);
  }
  // Where the process died after a part of it.
  EXPECT_EQ(RunAll({events[0]}), "");
  EXPECT_NE(Known("content"), once);
  EXPECT_EQ(RunAll(events), "");
  EXPECT_EQ(Known("content"), once);
}

TEST_F(MergeContentTest, AStoreThatIsAwayIsAnErrorAndTheBatchCanBeRunAgain) {
  const Lines events = {Update("do_1", R"("a":{"nv":1})"), Update("do_1", R"("a":{"nv":2})")};
  logs_["content"].failures_of_reads = 1;
  EXPECT_EQ(RunAll(events), "redis: connection refused");
  logs_["content"].failures_of_writes = 1;
  EXPECT_EQ(RunAll(events), "redis: connection refused");
  EXPECT_EQ(Known("content"), Lines{});
  EXPECT_EQ(RunAll(events), "");
  EXPECT_EQ(Known("content"), Lines{R"(do_1 {"a":2})"});
}

TEST_F(MergeContentTest, ProbeAsksForASignOfLife) {
  EXPECT_TRUE(merge_->Probe().ok());
  EXPECT_EQ(logs_["content"].pings, 1);
}

TEST_F(MergeContentTest, WhatHasNoIdIsSkippedAndCounted) {
  for (const char* event : {R"({"transactionData":{"properties":{"a":{"nv":1}}}})", "{}",
                            R"({"nodeUniqueId":null})", R"({"nodeUniqueId":""})"}) {
    EXPECT_EQ(FateOf(event), "dropped no_id") << event;
    EXPECT_EQ(CountOf("skipped-event-count"), 1U) << event;
  }
  EXPECT_EQ(FateOf("null"), "dropped not_an_object");
  EXPECT_EQ(FateOf("zz"), "dropped invalid_json");
  EXPECT_EQ(CountOf("skipped-event-count"), 1U);
  EXPECT_EQ(logs_["content"].sends, Lines{}) << "nothing is asked for nothing";
}

TEST_F(MergeContentTest, UnreadableRecordsAreKeptWhereThatIsAskedFor) {
  merge_ = Build("merge_content: { store: content, keep_unreadable: true }");
  EXPECT_EQ(FateOf("zz"), "invalid_json: ");
  EXPECT_EQ(CountOf("skipped-event-count"), 1U);
  EXPECT_EQ(FateOf("{}"), "dropped no_id");
  Forget();
  Add(std::nullopt);
  ASSERT_TRUE(Run(*merge_).ok());
  EXPECT_EQ(batch_.events()[0].state(), Event::State::kDiverted);
}

TEST_F(MergeContentTest, APartThatCantBeUsedIsLeftOutAndTheRestApplied) {
  const auto check = [&](const std::string& bad, const std::string& fate) {
    Know("content", "do_1", "");
    EXPECT_EQ(FateOf(Update("do_1", bad + R"(,"good":{"nv":1})")), fate) << bad;
    EXPECT_EQ(Document(), R"({"good":1})") << bad;
    EXPECT_EQ(CountOf("failed-event-count"), 1U) << bad;
    EXPECT_EQ(CountOf("cache-hit-count"), 1U) << bad;
  };
  const std::string list = "bad_property: subject is not a list or a string";
  check(R"("subject":{"nv":5})", list);
  check(R"("subject":{"nv":{}})", list);
  check(R"("subject":{"ov":"x"})", list);
  const std::string date = "bad_property: createdOn is not a date";
  check(R"("createdOn":{"nv":"xyz"})", date);
  check(R"("createdOn":{"nv":"2020-04-01"})", date);
  check(R"("createdOn":{"nv":1585729524896})", date);
  check(R"("createdOn":{"ov":1})", date);
  check(R"("name":"x")", "bad_property: name is not an object");
  check(R"("name":null)", "bad_property: name is not an object");
  check(R"("a":1,"b":[2],"subject":{"nv":true})", "bad_property: a is not an object, and 2 more");
  check(R"("dialcodes":5)", "bad_property: dialcodes is not an object");
}

TEST_F(MergeContentTest, ALongNameIsCutInTheDetail) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "é";
  const std::string fate = FateOf(Update("do_1", "\"x" + name + "\":1"));
  EXPECT_LT(fate.size(), 150U);
  EXPECT_THAT(fate, HasSubstr("é... is not an object")) << "no half of a character";
}

TEST_F(MergeContentTest, WhatIsWrongWithTheWholeEventIsDiverted) {
  EXPECT_EQ(FateOf(R"({"nodeUniqueId":5,"transactionData":{"properties":{"a":{"nv":1}}}})"),
            "bad_id: nodeUniqueId is not a string");
  EXPECT_EQ(Known("content"), Lines{});
  EXPECT_EQ(CountOf("failed-event-count"), 1U);
  const std::string fate = "bad_properties: transactionData.properties is not an object";
  for (const char* properties : {"\"x\"", "[]", "5", "false"}) {
    EXPECT_EQ(FateOf(R"({"nodeUniqueId":"do_1","transactionData":{"properties":)" +
                     std::string(properties) + "}}"),
              fate);
  }
}

TEST_F(MergeContentTest, AKeyOfAnotherTypeStaysAsItIs) {
  tables_["content"]->Put("do_1", MemoryTable::Members{"a"});
  EXPECT_EQ(RunAll({Update("do_1", R"("a":{"nv":1})"), Update("do_2", R"("a":{"nv":1})"),
                    Update("do_1", R"("a":{"nv":2})")}),
            "");
  EXPECT_EQ(Fate(0), "wrong_type: do_1 is a key of another type, which stays as it is");
  EXPECT_EQ(Fate(1), "done");
  EXPECT_EQ(Fate(2), Fate(0));
  EXPECT_EQ(CountOf("failed-event-count"), 2U);
  EXPECT_EQ(Known("content"), (Lines{"do_1 (another type)", R"(do_2 {"a":1})"}));
}

TEST_F(MergeContentTest, OnlyEventsWithDialCodesGoOn) {
  const auto goes_on = [&](const std::string& properties) {
    Forget();
    Add(Update("do_1", properties));
    EXPECT_TRUE(Run(*merge_).ok());
    return batch_.events()[0].active();
  };
  EXPECT_TRUE(goes_on(R"("dialcodes":{"nv":["A"]})"));
  EXPECT_TRUE(goes_on(R"("reservedDialCodes":{"nv":"[]"})"));
  EXPECT_TRUE(goes_on(R"("dialcodes":{"ov":1})"));
  EXPECT_FALSE(goes_on(R"("dialcodes":{"nv":null})"));
  EXPECT_FALSE(goes_on(R"("reservedDialcodes":{"nv":["A"]},"DialCodes":{"nv":["A"]})"));
  EXPECT_FALSE(goes_on(""));
}

}  // namespace
}  // namespace sluice
