#include "stages/cache_dial_codes/cache_dial_codes.h"

#include "content_fixture.h"

namespace sluice {
namespace {

class CacheDialCodesTest : public ContentTest {
 protected:
  /// The counters as "total, cache hits, API hits, API misses".
  std::string Counts() {
    std::string text;
    for (const char* counter : {"total-dial-code-count", "dial-codes-cache-hit-count",
                                "dial-codes-api-hit-count", "dial-codes-api-miss-count"}) {
      if (!text.empty()) text += ", ";
      text += std::to_string(CountOf(counter) - std::exchange(before_[counter], CountOf(counter)));
    }
    return text;
  }
  std::string CountsOf(const std::string& codes) {
    before_.clear();
    EXPECT_EQ(FateOf(Codes(codes)), "done") << codes;
    return Counts();
  }

  std::map<std::string, std::uint64_t> before_;
};

TEST_F(CacheDialCodesTest, WhatTheCacheDoesNotHaveComesFromTheApi) {
  Answer("OK1", R"({"result":{"dialcode":{"identifier":"OK1","publisher":null,"n":123,"x":""}}})");
  Answer("MISS", R"({"result":{"status":"x"}})");
  EXPECT_EQ(RunAll({Update("do_1", R"("dialcodes":{"nv":["OK1","OK1",""]},)"
                                   R"("reservedDialCodes":{"nv":["MISS"]})")}),
            "");
  EXPECT_EQ(Counts(), "3, 2, 1, 1");
  EXPECT_EQ(Known("dialcode"), Lines{R"(OK1 {"identifier":"OK1","n":123,"x":""})"});
  EXPECT_EQ(AskedApi(), (Lines{"MISS", "OK1"}));
  EXPECT_EQ(logs_["dialcode"].sends.size(), 2U);
  EXPECT_EQ(CountsOf(R"(["OK1"])"), "1, 1, 0, 0");
  EXPECT_EQ(AskedApi(), Lines{});
}

TEST_F(CacheDialCodesTest, ACachedEntryCountsIfOneOfItsFieldsDoes) {
  const auto is_cached = [&](const std::string& text) {
    Know("dialcode", "C", text);
    return CountsOf(R"(["C"])") == "1, 1, 0, 0";
  };
  EXPECT_TRUE(is_cached(R"({"identifier":"C","channel":""})"));
  EXPECT_TRUE(is_cached(R"({"metadata":null,"x":1})"));
  EXPECT_TRUE(is_cached("{'status':Draft}"));
  for (const char* text : {R"({"x":1})", R"({"identifier":"","status":""})", "{}", "[]", "null",
                           "not json", "{bad", "\"text\"", ""}) {
    EXPECT_FALSE(is_cached(text)) << text;
  }
}

TEST_F(CacheDialCodesTest, WhatTheApiAnswersWithoutADialCodeIsAMiss) {
  for (const char* body :
       {R"({"result":{}})", R"({"result":{"dialcode":null}})", R"({"result":{"dialcode":"x"}})",
        R"({"result":{"dialcode":[]}})", R"({"result":null})", R"({"result":[1]})", R"({"id":"x"})",
        "<html>", "", "null", "[1]"}) {
    Answer("A", body);
    EXPECT_EQ(CountsOf(R"(["A"])"), "1, 0, 0, 1") << body;
  }
  resources_.lookups["dialcode_api"]["A"].unanswered = true;
  EXPECT_EQ(CountsOf(R"(["A"])"), "1, 0, 0, 1");
  EXPECT_EQ(Known("dialcode"), Lines{});
  EXPECT_EQ(CountOf("failed-event-count"), 0U);
}

TEST_F(CacheDialCodesTest, LineBreaksOfABodyAreLost) {
  Answer("A", "{\"result\":\r\n{\"dialcode\":{\n\"identifier\":\"A\nB\"}}}\n");
  EXPECT_EQ(CountsOf(R"(["A"])"), "1, 1, 1, 0");
  EXPECT_EQ(Known("dialcode"), Lines{R"(A {"identifier":"AB"})"});
}

TEST_F(CacheDialCodesTest, AnAnswerWithoutAFieldIsCachedButAskedForAgain) {
  Answer("A", R"({"result":{"dialcode":{"x":12345678901234567890}}})");
  EXPECT_EQ(CountsOf(R"(["A","A"])"), "2, 2, 2, 0") << "the second does not find it either";
  EXPECT_EQ(AskedApi(), Lines{"A"}) << "but is asked for in the same breath";
  EXPECT_EQ(Known("dialcode"), Lines{R"(A {"x":12345678901234567890})"});
  EXPECT_EQ(CountsOf(R"(["A"])"), "1, 1, 1, 0");
}

TEST_F(CacheDialCodesTest, EventsOfOneBatchAreCountedAsOneAfterTheOther) {
  const Lines events = {Codes(R"(["A","B"])"), Codes(R"(["B","C"])"),
                        Update("do_2", R"("name":{"nv":"x"})"), Codes(R"(["A"])")};
  Answer("A", R"({"result":{"dialcode":{"identifier":"A"}}})");
  Answer("B", R"({"result":{"dialcode":{"status":"","batchCode":"b"}}})");
  EXPECT_EQ(RunAll(events), "");
  EXPECT_EQ(Counts(), "5, 4, 2, 1");
  EXPECT_EQ(AskedApi(), (Lines{"A", "B", "C"}));
  EXPECT_EQ(logs_["dialcode"].sends.size(), 2U);
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(Fate(i), "done");

  const Lines once = Known("dialcode");
  EXPECT_EQ(once.size(), 2U);
  EXPECT_EQ(RunAll(events), "");
  EXPECT_EQ(Known("dialcode"), once) << "a replay changes nothing";
}

TEST_F(CacheDialCodesTest, OnlyListsHoldCodes) {
  for (const char* codes : {"\"[]\"", "5", "{\"A\":1}", "[]", "[\"\"]"}) {
    EXPECT_EQ(CountsOf(codes), "0, 0, 0, 0") << codes;
  }
  EXPECT_EQ(FateOf(Update("do_1", R"("dialcodes":{"ov":["A"]})")), "done");
  EXPECT_EQ(logs_["dialcode"].sends, Lines{});
}

TEST_F(CacheDialCodesTest, ACodeThatIsNoStringIsLeftOut) {
  Know("dialcode", "A", R"({"status":"x"})");
  for (const char* bad : {"5", "null", "[\"B\"]", "true"}) {
    EXPECT_EQ(FateOf(Codes("[" + std::string(bad) + ",\"A\"]")),
              "bad_dial_code: dialcodes has an element that is not a string");
    EXPECT_EQ(CountOf("dial-codes-cache-hit-count"), 1U) << bad;
    EXPECT_EQ(CountOf("failed-event-count"), 1U) << bad;
  }
}

TEST_F(CacheDialCodesTest, AKeyOfAnotherTypeStaysAsItIs) {
  tables_["dialcode"]->Put("A", MemoryTable::Members{"x"});
  EXPECT_EQ(FateOf(Codes(R"(["A"])")),
            "wrong_type: A is a key of another type, which stays as it is");
  EXPECT_EQ(AskedApi(), Lines{});
  EXPECT_EQ(Known("dialcode"), Lines{"A (another type)"});
}

TEST_F(CacheDialCodesTest, WhatTheStageBeforeCouldNotUseCountsOnceForBoth) {
  Know("dialcode", "A", R"({"status":"x"})");
  EXPECT_EQ(FateOf(Update("do_1", R"("name":"x","dialcodes":{"nv":["A",5]},"b":{"nv":1})")),
            "bad_property: name is not an object, and 1 more");
  EXPECT_EQ(CountOf("failed-event-count"), 1U);
  EXPECT_EQ(CountOf("dial-codes-cache-hit-count"), 1U) << "the rest is applied";
  EXPECT_EQ(Known("content"), Lines{R"(do_1 {"b":1,"dialcodes":["A",5]})"});
}

TEST_F(CacheDialCodesTest, AnEventCantPretendToHaveFailed) {
  std::string event = Codes(R"(["A"])");
  event.insert(1, R"("sluiceDefects":{"reason":"bad_property","detail":"x","more":1},)");
  EXPECT_EQ(FateOf(event), "done");
}

TEST_F(CacheDialCodesTest, AStoreThatIsAwayIsAnErrorAndTheBatchCanBeRunAgain) {
  Answer("A", R"({"result":{"dialcode":{"identifier":"A"}}})");
  logs_["dialcode"].failures_of_reads = 1;
  EXPECT_EQ(RunAll({Codes(R"(["A"])")}), "redis: connection refused");
  resources_.last_lookups["dialcode_api"]->failures = 1;
  EXPECT_EQ(RunAll({Codes(R"(["A"])")}), "redis: connection refused");
  logs_["dialcode"].failures_of_writes = 1;
  EXPECT_EQ(RunAll({Codes(R"(["A"])")}), "redis: connection refused");
  EXPECT_EQ(Known("dialcode"), Lines{});
  EXPECT_EQ(RunAll({Codes(R"(["A"])")}), "");
  EXPECT_EQ(Known("dialcode"), Lines{R"(A {"identifier":"A"})"});
}

TEST_F(CacheDialCodesTest, ProbeAsksBothStores) {
  EXPECT_TRUE(cache_->Probe().ok());
  EXPECT_EQ(logs_["dialcode"].pings, 1);
}

TEST_F(CacheDialCodesTest, RecordsThatAreNotReadableAreLeftToTheEngine) {
  Forget();
  Add("zz");
  ASSERT_TRUE(Run(*cache_).ok());
  EXPECT_TRUE(batch_.events()[0].active());
}

}  // namespace
}  // namespace sluice
