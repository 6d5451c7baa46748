#include <gmock/gmock.h>

#include "stage_fixture.h"

namespace sluice {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Fields = std::map<std::string, std::string>;

class UpdateDeviceTest : public StageTest {
 protected:
  void SetUp() override {
    StageTest::SetUp();
    stage_ = Build("update_device: { store: device, rows: profile, table: dev_device_profile }");
    ASSERT_NE(stage_, nullptr);
  }
  /// A record of a device with the two times that a well-formed one has.
  static std::string Record(const std::string& id, const std::string& members = "") {
    return R"({"device_id":")" + id + R"(","first_access":1568377184000,)" +
           R"("api_last_updated_on":1568379184000)" + (members.empty() ? "" : ",") + members + "}";
  }
  /// Sends one record through, and gives its event.
  Event& Send(const std::optional<std::string>& record) {
    Forget();
    Event& event = Add(record);
    EXPECT_TRUE(Run(*stage_).ok());
    return event;
  }
  void Hold(const std::string& id, std::map<std::string, std::string> fields) {
    MemoryTable::Fields held;
    for (auto& [name, value] : fields) held.emplace(name, std::move(value));
    tables_["device"]->Put(id, std::move(held));
  }
  /// The hash of a device; empty if there is none.
  Fields Hash(const std::string& id) {
    const auto entries = tables_["device"]->Entries();
    const auto at = entries.find(id);
    if (at == entries.end()) return {};
    const auto& fields = std::get<MemoryTable::Fields>(at->second);
    return {fields.begin(), fields.end()};
  }
  Fields Row(const std::string& id) { return profiles_.rows[id]; }
  /// What became of one member: its field in the hash and its column, "-" where it is not there.
  std::pair<std::string, std::string> Stored(const std::string& member, const std::string& value) {
    const std::string id = "device " + std::to_string(++devices_sent_);
    Send(Record(id, "\"" + member + "\":" + value));
    const auto in = [](const Fields& fields, const std::string& name) {
      const auto at = fields.find(name);
      return at == fields.end() ? "-" : at->second;
    };
    return {in(Hash(id), member == "device_spec" ? "devicespec" : member), in(Row(id), member)};
  }
  void ExpectFailed(const Event& event, const std::string& reason) {
    EXPECT_EQ(event.state(), Event::State::kDiverted);
    EXPECT_STREQ(event.reason(), reason.c_str());
    EXPECT_EQ(CountOf("failed-event-count"), 1);
    EXPECT_EQ(CountOf("success-event-count"), 0);
    EXPECT_EQ(event.verbatim(), event.raw());
  }

  std::unique_ptr<Stage> stage_;
  int devices_sent_ = 0;
};

using Pair = std::pair<std::string, std::string>;

TEST_F(UpdateDeviceTest, ADeviceIsAHashAndARow) {
  const Event& event = Send(Record("d2"));
  EXPECT_EQ(event.state(), Event::State::kEmitted);
  EXPECT_EQ(Hash("d2"),
            (Fields{{"firstaccess", "1568377184000"}, {"api_last_updated_on", "1568379184000"}}));
  EXPECT_EQ(Row("d2"), (Fields{{"device_id", "d2"},
                               {"first_access", "1568377184000"},
                               {"api_last_updated_on", "1568379184000"},
                               {"updated_date", std::to_string(FakeResources::kNow)}}));
  for (const char* counter :
       {"success-event-count", "device-cache-update-count", "device-db-update-count"}) {
    EXPECT_EQ(CountOf(counter), 1) << counter;
  }
  EXPECT_EQ(CountOf("failed-event-count"), 0);
}

TEST_F(UpdateDeviceTest, MembersAreTextInBothStores) {
  for (const char* member :
       {"city", "country", "country_code", "district_custom", "state", "state_code", "state_custom",
        "user_declared_district", "user_declared_state"}) {
    EXPECT_EQ(Stored(member, R"("a'b")"), Pair("a'b", "a'b")) << member;
    EXPECT_EQ(Stored(member, R"(" ")"), Pair(" ", " ")) << member;
    EXPECT_EQ(Stored(member, "5"), Pair("5", "5")) << member;
    EXPECT_EQ(Stored(member, "29.0"), Pair("29.0", "29.0")) << member;
    EXPECT_EQ(Stored(member, "1.50"), Pair("1.5", "1.5")) << member;
    EXPECT_EQ(Stored(member, "true"), Pair("true", "true")) << member;
    for (const char* absent : {R"("")", R"("{}")", "null", "[1]", R"({"a":1})"}) {
      EXPECT_EQ(Stored(member, absent), Pair("-", "-")) << member << " " << absent;
    }
  }
}

TEST_F(UpdateDeviceTest, TextsThatAreStrictlyAnObjectAreCompactInTheTable) {
  EXPECT_EQ(Stored("city", R"("{ \"b\" : 2, \"a\" : [1.0, null, \"<'>\"] }")"),
            Pair(R"({ "b" : 2, "a" : [1.0, null, "<'>"] })", R"({"b":2,"a":[1.0,null,"<'>"]})"));
  for (const char* text : {"{a=b;c:d}", "{'a':'b'}", "[1, 2]", "[x", "plain {not}", "{} x"}) {
    EXPECT_EQ(Stored("city", "\"" + std::string(text) + "\""), Pair(text, text));
  }
}

TEST_F(UpdateDeviceTest, MembersOfTheTableAloneMayBeObjects) {
  for (const char* member : {"fcm_token", "producer_id"}) {
    EXPECT_EQ(Stored(member, R"({"a": 1, "b": null})"), Pair("-", R"({"a":1,"b":null})"));
    EXPECT_EQ(Stored(member, R"([1, "x", {"a":null}])"), Pair("-", "[1, x, {a=null}]"));
    EXPECT_EQ(Stored(member, "true"), Pair("-", "true"));
    EXPECT_EQ(Stored(member, "null"), Pair("-", "-"));
  }
}

TEST_F(UpdateDeviceTest, TheCustomCodeOfAStateHasAnyType) {
  EXPECT_EQ(Stored("state_code_custom", "29"), Pair("29", "29"));
  EXPECT_EQ(Stored("state_code_custom", "29.0"), Pair("29.0", "29.0"));
  EXPECT_EQ(Stored("state_code_custom", "null"), Pair("-", "-"));
  EXPECT_EQ(Stored("state_code_custom", R"({"a":1})"), Pair("{a=1}", R"({"a":1})"));
}

TEST_F(UpdateDeviceTest, SpecsAreObjectsOrLenientTextsOfSuch) {
  for (const char* member : {"uaspec", "device_spec"}) {
    EXPECT_EQ(Stored(member, R"("{'agent':'Chrome','ver':76.0,'x':null,'e':'a=b<c'}")"),
              Pair(R"({"agent":"Chrome","ver":"76.0","e":"a=b<c"})",
                   R"({"agent":"Chrome","ver":76.0,"x":null,"e":"a=b<c"})"));
    EXPECT_EQ(Stored(member, R"("{os:Android,ver:9}")"),
              Pair(R"({"os":"Android","ver":"9"})", R"({"os":"Android","ver":9})"));
    EXPECT_EQ(Stored(member, R"({"a": "b"})"), Pair(R"({"a":"b"})", R"({"a":"b"})"));
    EXPECT_EQ(Stored(member, R"("{\"a\":{\"b\":1}}")"),
              Pair(R"({"a":"{\"b\":1}"})", R"({"a":{"b":1}})"));
    EXPECT_EQ(Stored(member, R"("{\"b\":true,\"n\":1.50,\"big\":12345678901234567890}")"),
              Pair(R"({"b":"true","n":"1.50","big":"12345678901234567890"})",
                   R"({"b":true,"n":1.50,"big":12345678901234567890})"));
    EXPECT_EQ(Stored(member, R"("{\"a\":null}")"), Pair("-", R"({"a":null})"));
    for (const char* absent : {R"("garbage")", R"("[1]")", R"("null")", R"("{\"a\":1,\"a\":2}")",
                               R"("{}")", R"("")", "5", "[1]", "null"}) {
      EXPECT_EQ(Stored(member, absent), Pair("-", "-")) << absent;
    }
  }
}

TEST_F(UpdateDeviceTest, NumbersAreTyped) {
  EXPECT_EQ(Stored("avg_ts", "1.5").second, "1.500000");
  EXPECT_EQ(Stored("total_ts", R"("2.25")").second, "2.250000");
  EXPECT_EQ(Stored("total_launches", "3").second, "3");
  EXPECT_EQ(Stored("total_launches", "3.9").second, "3");
  EXPECT_EQ(Stored("last_access", "1568377184000").second, "1568377184000");
  EXPECT_EQ(Stored("avg_ts", R"("x")"), Pair("-", "-"));
  EXPECT_EQ(Stored("total_launches", "99999999999999999999"), Pair("-", "-"));
  EXPECT_EQ(Stored("last_access", "1e300"), Pair("-", "-"));
  EXPECT_EQ(Stored("total_launches", "{}"), Pair("-", "-"));
}

TEST_F(UpdateDeviceTest, NamesThatAreNoColumnsAreIgnored) {
  for (const char* member : {"foo", "city) VALUES (1); --", "user_declared_on"}) {
    EXPECT_EQ(Stored(member, "1"), Pair("-", "-")) << member;
  }
  EXPECT_EQ(Stored("updated_date", R"("x")").second, std::to_string(FakeResources::kNow));
}

TEST_F(UpdateDeviceTest, ADeclarationHasATime) {
  Send(Record("d", R"("user_declared_state":"KS")"));
  EXPECT_EQ(Hash("d")["user_declared_on"], "1568379184000");
  Send(R"({"device_id":"d","user_declared_state":"TN","first_access":1600000000000,)"
       R"("api_last_updated_on":1600000002000})");
  EXPECT_EQ(Hash("d")["user_declared_on"], "1600000002000") << "the last";
  EXPECT_EQ(Row("d")["user_declared_on"], "1568379184000") << "the first";
  EXPECT_EQ(Row("d")["user_declared_state"], "TN");
}

TEST_F(UpdateDeviceTest, WhatARecordDoesNotNameStaysAsItIs) {
  Send(Record("d", R"("city":"A","state":"S")"));
  Send(R"({"device_id":"d","city":"X","first_access":1600000000000,)"
       R"("api_last_updated_on":1600000001000})");
  EXPECT_EQ(Hash("d"), (Fields{{"city", "X"},
                               {"state", "S"},
                               {"firstaccess", "1568377184000"},
                               {"api_last_updated_on", "1600000001000"}}));
  EXPECT_EQ(Row("d")["state"], "S");
  EXPECT_EQ(Row("d")["first_access"], "1568377184000");
  EXPECT_EQ(Row("d")["api_last_updated_on"], "1600000001000");
}

struct FirstAccessCase {
  const char* member;  ///< `first_access` of the record.
  const char* held;    ///< `firstaccess` of the hash; nullptr: none.
  const char* field;   ///< What is there then.
  const char* column;
};

TEST_F(UpdateDeviceTest, TheFirstAccessIsTheOlderOneThatIsKnown) {
  const FirstAccessCase cases[] = {{"200", nullptr, "200", "200"},
                                   {"200", "", "200", "200"},
                                   {"200", "0", "200", "200"},
                                   {"200", "100", "100", "100"},
                                   {"200", "300", "300", "200"},
                                   {"200", "x", "x", "200"},
                                   {"\"156\"", nullptr, "156", "156"},
                                   {"1.568377184000E12", nullptr, "1568377184000", "1568377184000"},
                                   {"0", nullptr, "0", "-"},
                                   {"-5", nullptr, "0", "-"},
                                   {"null", nullptr, "0", "-"},
                                   {"null", "100", "100", "-"},
                                   {"\"x\"", "0", "0", "-"},
                                   {"1e300", nullptr, "0", "-"},
                                   {"99999999999999999999", nullptr, "0", "-"}};
  int number = 0;
  for (const FirstAccessCase& expected : cases) {
    const std::string id = "device " + std::to_string(++number);
    if (expected.held != nullptr) Hold(id, {{"firstaccess", expected.held}});
    Send(R"({"device_id":")" + id + R"(","first_access":)" + expected.member + "}");
    EXPECT_EQ(Hash(id)["firstaccess"], expected.field) << number;
    const std::string column = expected.column;
    EXPECT_EQ(Row(id).contains("first_access") ? Row(id)["first_access"] : "-", column) << number;
  }
}

TEST_F(UpdateDeviceTest, ATimeThatIsMissingOrInvalidIsNow) {
  const std::string now = std::to_string(FakeResources::kNow);
  for (const auto& [member, expected] :
       std::map<std::string, std::string>{{"1568377184000.9", "1568377184000"},
                                          {"\"17\"", "17"},
                                          {"0", "0"},
                                          {"null", now},
                                          {"\"x\"", now},
                                          {"true", now},
                                          {"1e300", now}}) {
    Send(R"({"device_id":"d","api_last_updated_on":)" + member + "}");
    EXPECT_EQ(Hash("d")["api_last_updated_on"], expected) << member;
    EXPECT_EQ(Row("d")["api_last_updated_on"], expected) << member;
  }
}

TEST_F(UpdateDeviceTest, WithoutAnIdNothingIsStored) {
  for (const char* record : {R"({"city":"x"})", R"({"device_id":null})", R"({"device_id":""})",
                             R"({"device_id":5})", R"({"device_id":["x"]})", "{}"}) {
    ExpectFailed(Send(record), "no_device_id");
  }
  EXPECT_EQ(tables_["device"]->size(), 0);
  EXPECT_THAT(profiles_.rows, IsEmpty());
}

TEST_F(UpdateDeviceTest, WhatIsNoObjectFailsAndNullIsSkipped) {
  for (const char* record : {"zz", "[1]", "\"x\"", "5", "", "nullx", "{\"device_id\":\"\xFF\"}"}) {
    const Event& event = Send(record);
    ASSERT_FALSE(event.readable()) << record;
    ExpectFailed(event, event.unreadable_reason());
  }
  ExpectFailed(Send(std::nullopt), "null_record");
  for (const char* null : {"null", " null\n", "null trailing"}) {
    const Event& event = Send(null);
    EXPECT_EQ(event.state(), Event::State::kDropped) << null;
    EXPECT_EQ(CountOf("failed-event-count"), 0) << null;
  }
}

TEST_F(UpdateDeviceTest, AKeyOfAnotherTypeStaysAndItsRecordFails) {
  tables_["device"]->Put("d", std::string("a text"));
  ExpectFailed(Send(Record("d")), "device_is_no_hash");
  EXPECT_THAT(profiles_.rows, IsEmpty());
  EXPECT_EQ(std::get<std::string>(tables_["device"]->Entries().at("d")), "a text");
}

TEST_F(UpdateDeviceTest, ARowThatIsRefusedTakesNoOtherAlong) {
  Add(Record("a", R"("city":"A")"));
  Event& refused = Add(Record("b", R"("city":"a\u0000b")"));
  Add(Record("c", R"("city":"C")"));
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_STREQ(refused.reason(), "row_refused");
  EXPECT_EQ(refused.note().detail, "22021 column city: invalid byte sequence");
  EXPECT_EQ(Row("a")["city"], "A");
  EXPECT_EQ(Row("c")["city"], "C");
  EXPECT_FALSE(profiles_.rows.contains("b"));
  EXPECT_EQ(CountOf("failed-event-count"), 1);
  EXPECT_EQ(CountOf("success-event-count"), 2);
}

TEST_F(UpdateDeviceTest, OneRoundTripEachWhateverTheSizeOfTheBatch) {
  for (int i = 0; i < 100; ++i) Add(Record("d" + std::to_string(i % 10)));
  ASSERT_TRUE(Run(*stage_).ok());
  EXPECT_EQ(profiles_.sends, 1);
  EXPECT_EQ(CountOf("success-event-count"), 100);
  EXPECT_EQ(tables_["device"]->size(), 10);
}

TEST_F(UpdateDeviceTest, TheTableIsNamedByAnIdentifier) {
  const auto problem = [&](const std::string& table) {
    return Problem("update_device: { store: device, rows: profile, table: '" + table + "' }");
  };
  for (const char* good : {"device_profile", "Dev_device_profile", "public.t$1", "_t"}) {
    EXPECT_EQ(problem(good), "") << good;
  }
  for (const char* bad : {"a-b", "t; DROP TABLE x", "a.b.c", ".t", "t.", "1t", "a\"b", "naïve"}) {
    EXPECT_THAT(problem(bad), HasSubstr("must be the name of a table")) << bad;
  }
  EXPECT_THAT(problem(std::string(64, 't')), HasSubstr("63 at most"));
}

TEST_F(UpdateDeviceTest, TheStatementQuotesWhatItNames) {
  Build("update_device: { store: device, rows: profile, table: Public.Dev_profile }");
  const std::string& statement = profiles_.statements.back();
  EXPECT_THAT(statement,
              AllOf(HasSubstr(R"(INSERT INTO "public"."dev_profile" AS held ("device_id", "city")"),
                    HasSubstr(R"("city" = COALESCE(EXCLUDED."city", held."city"))"),
                    HasSubstr(R"("first_access" = COALESCE(held."first_access", EXCLUDED.)"),
                    HasSubstr(R"(ON CONFLICT ("device_id") DO UPDATE SET)"),
                    Not(HasSubstr(R"("device_id" = )"))));
}

}  // namespace
}  // namespace sluice
