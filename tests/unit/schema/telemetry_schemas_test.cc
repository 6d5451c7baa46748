#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "schema/schema_directory.h"
#include "schema/validation_error_text.h"
#include "unit/schema/parsed.h"
#include "unit/schema/schema_folder.h"

namespace sluice {
namespace {

constexpr const char* kAccepted = "accepted";
const std::string kDefault(kNoFieldText);
const std::string kNotFound(kNoSchemaText);

std::string Quoted(const std::string& pointer) { return '"' + pointer + '"'; }

/// The minimal valid envelope of telemetry-schemas.md 10.
class E {
 public:
  explicit E(const std::string& eid, const std::string& edata)
      : fields_{{"eid", Quoted(eid)},
                {"ets", "1"},
                {"ver", "\"3.0\""},
                {"mid", "\"m\""},
                {"actor", R"({"id":"","type":""})"},
                {"context", R"({"channel":"c","env":"","pdata":{"id":""}})"},
                {"edata", edata}} {}

  E& With(const std::string& field, const std::string& json) {
    fields_[field] = json;
    return *this;
  }
  E& Without(const std::string& field) {
    fields_.erase(field);
    return *this;
  }
  operator std::string() const { return Text(); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] std::string Text() const {
    std::string text;
    for (const auto& [name, json] : fields_) {
      text += text.empty() ? '{' : ',';
      text += Quoted(name) + ':' + json;
    }
    text += '}';
    return text;
  }

 private:
  std::map<std::string, std::string> fields_;
};

E Start() { return E("START", R"({"type":""})"); }
E StartWith(const std::string& members) { return E("START", R"({"type":"",)" + members + "}"); }
E Context(const std::string& members) {
  return Start().With("context", R"({"channel":"c","env":"","pdata":{"id":""})" + members + "}");
}
E WorkOrder(const std::string& object, const std::string& more) {
  return E("CB_AUDIT",
           R"({"state":"","props":[],"cb_object":{"id":"","ver":"","name":"","org":"")" + object +
               "}" + more + "}")
      .With("object", "{}");
}
E WorkOrder() { return WorkOrder(R"(,"type":"WorkOrder")", R"(,"cb_data":{"data":{}})"); }
E Competency(const std::string& type) {
  return WorkOrder(R"(,"sub_type":"","type":)" + Quoted(type), "");
}

struct Case {
  std::string event;
  std::string expected;
};

class TelemetrySchemasTest : public testing::Test {
 protected:
  /// What becomes of a record: spec pipeline-preprocessor.md 3.1 to 3.3.
  static std::string Verdict(const std::string& text) {
    static const auto kRegistry = LoadTelemetrySchemas();
    const Parsed event(text);
    const Value eid = event.root().Find("eid");
    std::string name = "envelope";
    if (eid.exists() && !eid.IsNull()) {
      if (!eid.IsString()) return kNotFound;
      name = eid.text();
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    }
    const Schema* schema = kRegistry->Find(name);
    if (schema == nullptr) return kNotFound;
    if (schema->Accepts(event.root())) return kAccepted;
    return ValidationErrorText(schema->FirstViolation(event.root()));
  }

  static void Check(const std::vector<Case>& cases) {
    for (const Case& each : cases) EXPECT_EQ(Verdict(each.event), each.expected) << each.event;
  }
};

const std::string kEdata = Quoted("/allOf/1/properties/edata");
std::string InEdata(const std::string& pointer) {
  return Quoted("/allOf/1/properties/edata" + pointer);
}

TEST_F(TelemetrySchemasTest, AllNamesAreThereAndCompiled) {
  const auto registry = LoadTelemetrySchemas();
  const auto& schemas = dynamic_cast<const SchemaDirectory&>(*registry).schemas();
  EXPECT_EQ(schemas.size(), 40U);
  for (const auto& [name, schema] : schemas) EXPECT_NE(schema.compiled(), nullptr) << name;
  EXPECT_EQ(registry->Find("druid_cb_data"), nullptr);
  EXPECT_EQ(registry->Find(""), nullptr);
  EXPECT_EQ(registry->Find("START"), nullptr);
}

TEST_F(TelemetrySchemasTest, EnvelopeFields) {
  Check({{Start(), kAccepted},
         {Start().With("ver", "\"3.1\""), kAccepted},
         {Start().With("ver", "3.0"), Quoted("/ver")},
         {Start().With("ver", "\"3\""), Quoted("/ver")},
         {Start().With("ver", "null"), Quoted("/ver")},
         {Start().With("ets", "1.5e12"), kAccepted},
         {Start().With("ets", "0"), kAccepted},
         {Start().With("ets", "-1"), kAccepted},
         {Start().With("ets", "1000000000000000000000000000000"), kAccepted},
         {Start().With("ets", "\"1\""), Quoted("/ets")},
         {Start().With("ets", "null"), Quoted("/ets")},
         {Start().With("ets", "true"), Quoted("/ets")},
         {Start().With("ets", "\"2024-01-01T00:00:00Z\""), Quoted("/ets")},
         {Start().With("ets", "{}"), Quoted("/ets")},
         {Start().With("ets", "{\"a\":1}"), Quoted("/ets")},
         {Start().With("ets", "[1]"), Quoted("/ets")},
         {Start().Without("ets"), kDefault},
         {Start().Without("ets").With("ver", "\"9\""), Quoted("/ver")},
         {Start().With("mid", "\"\""), Quoted("/mid")},
         {Start().With("mid", "\" \""), kAccepted},
         {Start().With("mid", "\"\\u0000\""), kAccepted},
         {Start().With("mid", "5"), Quoted("/mid")},
         {Start().With("actor", "{}"), Quoted("/actor")},
         {Start().With("actor", "null"), Quoted("/actor")},
         {Start().With("actor", R"({"id":null,"type":""})"), Quoted("/actor/id")},
         {Start().Without("mid").Without("actor"), kDefault},
         {Start().With("object", "{}"), kAccepted},
         {Start().With("object", "null"), Quoted("/object")},
         {Start().With("object", R"({"rollup":{"l1":1}})"), Quoted("/object/rollup/l1")},
         {Start().With("object", R"({"rollup":{"l5":1}})"), kAccepted},
         {Start().With("tags", R"(["a",1])"), Quoted("/tags/1")},
         {Start().With("tags", R"(["a","b",null])"), Quoted("/tags/2")},
         {Start().With("unknown", "null"), kAccepted},
         {Start().Text() + " junk", kAccepted},
         {Start().Text() + Start().Text(), kAccepted}});
}

TEST_F(TelemetrySchemasTest, ContextFields) {
  Check({{Start().With("context", R"({"channel":"","env":"","pdata":{"id":""}})"),
          Quoted("/context/channel")},
         {Start().With("context", R"({"env":"","pdata":{"id":""}})"), Quoted("/context")},
         {Start().With("context", R"({"channel":" ","env":"","pdata":{"id":""}})"), kAccepted},
         {Start().With("context", R"({"channel":"c","env":""})"), Quoted("/context")},
         {Start().With("context", R"({"channel":"c","env":"","pdata":{}})"),
          Quoted("/context/pdata")},
         {Context(R"(,"sid":null)"), Quoted("/context/sid")},
         {Context(R"(,"did":7)"), Quoted("/context/did")},
         {Context(R"(,"cdata":[{"type":"a","id":"b","c":1}])"), Quoted("/context/cdata/0")},
         {Context(R"(,"cdata":[{"type":"a","id":"b"},{"type":"a","id":1}])"),
          Quoted("/context/cdata/1/id")},
         {Context(R"(,"cdata":[{"type":"a","id":"b"},{"id":5}])"), Quoted("/context/cdata/1")},
         {Context(R"(,"sid":null,"did":1,"cdata":{})"), Quoted("/context/cdata")},
         {Context(R"(,"rollup":5)"), kAccepted}});
}

TEST_F(TelemetrySchemasTest, TheSchemaIsChosenByEid) {
  Check({{Start().With("eid", "\"start\""), Quoted("/allOf/1/properties/eid")},
         {Start().Without("eid"), kDefault},
         {Start().With("eid", "null"), Quoted("/allOf/1/properties/eid")},
         {R"({"eid":null,"ver":"3.0","ets":1,"mid":"a"})", Quoted("/allOf/1/properties/eid")},
         {"{}", kDefault},
         {Start().With("eid", "5"), kNotFound},
         {Start().With("eid", "\"\""), kNotFound},
         {Start().With("eid", "\"START \""), kNotFound},
         {Start().With("eid", "\"SHARE_ITEM\""), kNotFound},
         {Start().With("eid", "\"X\""), kNotFound},
         {Start().With("eid", "\"DRUID_CB_DATA\""), kNotFound},
         {"[]", kDefault},
         {"x", kDefault},
         {"", kDefault},
         {"\xFF", kDefault}});
}

TEST_F(TelemetrySchemasTest, FilesThatAreNoEventTypes) {
  Check({{R"({"eid":"COMMON"})", kAccepted},
         {R"({"eid":"common","mid":""})", kDefault},
         {R"({"eid":"ACTOR","id":"","type":""})", kAccepted},
         {R"({"eid":"actor","id":""})", kDefault},
         {R"({"eid":"CONTEXT","channel":"c","env":"","pdata":{"id":""}})", kAccepted},
         {R"({"eid":"PDATA"})", kDefault},
         {R"({"eid":"PDATA","id":"","pid":"","ver":""})", kAccepted},
         {R"({"eid":"Object","id":5})", kDefault},
         {R"({"eid":"ROLLUP","l4":"","l5":1})", kAccepted},
         {R"({"eid":"PARENT","type":null})", kDefault},
         {R"({"eid":"DSPEC","mem":-1,"cap":[]})", kAccepted},
         {R"({"eid":"UASPEC","raw":{}})", kDefault},
         {R"({"eid":"PLUGIN","id":"a","ver":"1"})", kDefault},
         {R"({"eid":"CDATA"})", kDefault},
         {R"({"eid":"ITEMS"})", kDefault},
         {R"({"eid":"QUESTION","id":""})", kDefault},
         {R"({"eid":"TARGET","id":"","ver":"","type":""})", kDefault},
         {R"({"eid":"INLINEOBJECT","id":"","ver":"","type":""})", kDefault},
         {R"({"eid":"CB_DATA","data":{}})", kDefault},
         {R"({"eid":"EVENT"})", "\"\""},
         {Start().With("eid", "\"EVENT\""), "\"\""},
         {E("ENVELOPE", "null"), kAccepted},
         {E("ENVELOPE", "5"), kAccepted},
         {E("envelope", "5").With("mid", "1"), Quoted("/mid")},
         {E("ENVELOPE", "5").Without("edata"), kDefault}});
}

TEST_F(TelemetrySchemasTest, TheCommonPartComesBeforeEdata) {
  Check({{Start().With("ets", "\"x\"").With("edata", R"({"type":5})"), Quoted("/ets")},
         {Start().With("edata", R"({"type":5})").With("eid", "\"start\""),
          InEdata("/properties/type")},
         {Start().Without("actor").With("ets", "\"x\""), Quoted("/ets")},
         {Start().Without("actor").With("edata", "{}"), kEdata}});
}

TEST_F(TelemetrySchemasTest, StartAndEnd) {
  Check({{E("START", "{}"), kEdata},
         {E("START", "null"), kEdata},
         {E("START", R"({"type":"a","x":1})"), kEdata},
         {E("START", R"({"type":null})"), InEdata("/properties/type")},
         {E("START", R"({"type":5})"), InEdata("/properties/type")},
         {StartWith(R"("dspec":{"mem":-1})"), kAccepted},
         {StartWith(R"("dspec":{"mem":-1.00000000000000000001})"), kAccepted},
         {StartWith(R"("dspec":{"mem":-1.5})"), Quoted("/properties/mem")},
         {StartWith(R"("dspec":{"mem":-2})"), Quoted("/properties/mem")},
         {StartWith(R"("dspec":{"mem":-100000000000000000000000})"), Quoted("/properties/mem")},
         {StartWith(R"("dspec":{"mem":100000000000000000000000})"), kAccepted},
         {StartWith(R"("dspec":{"mem":"4"})"), Quoted("/properties/mem")},
         {StartWith(R"("dspec":{"new":1})"), kAccepted},
         {StartWith(R"("dspec":[])"), "\"\""},
         {StartWith(R"("dspec":{"cap":[1]})"), Quoted("/properties/cap/items")},
         {StartWith(R"("uaspec":{"raw":1})"), Quoted("/properties/raw")},
         {E("END", R"({"type":"","summary":[{}]})"), kAccepted},
         {E("END", R"({"type":"","summary":[1]})"), InEdata("/properties/summary/items")}});
}

TEST_F(TelemetrySchemasTest, ImpressionInteractResponse) {
  const std::string seen = R"({"type":"","pageid":"","uri":"")";
  Check(
      {{E("IMPRESSION", seen + "}"), kAccepted},
       {E("IMPRESSION", R"({"type":"","pageid":""})"), kEdata},
       {E("IMPRESSION", R"({"type":5,"pageid":"p","uri":"u"})"), InEdata("/properties/type")},
       {E("IMPRESSION", seen + R"(,"visits":[{"objid":"a"}]})"),
        InEdata("/properties/visits/items")},
       {E("IMPRESSION", seen + R"(,"visits":[{"objid":"","objtype":"","x":1}]})"),
        InEdata("/properties/visits/items")},
       {E("IMPRESSION",
          seen + R"(,"visits":[{"objid":"","objtype":""},{"objid":1,"objtype":""}]})"),
        InEdata("/properties/visits/items/properties/objid")},
       {E("INTERACT", R"({"type":"","id":"","extra":{}})"), kAccepted},
       {E("INTERACT", R"({"type":"","id":"","extra":[]})"), InEdata("/properties/extra")},
       {E("INTERACT", R"({"type":"","id":"","target":{"id":"a","type":"b"}})"), "\"\""},
       {E("INTERACT", R"({"type":"","id":"","plugin":{"id":"","ver":"","category":1}})"),
        Quoted("/properties/category")},
       {E("RESPONSE",
          R"({"type":"","values":[],"target":{"id":"","ver":"","type":"","parent":{"z":1}}})"),
        kAccepted},
       {E("RESPONSE",
          R"({"type":"","values":[],"target":{"id":"","ver":"","type":"","parent":{"id":null}}})"),
        Quoted("/properties/id")}});
}

TEST_F(TelemetrySchemasTest, AssessFeedbackShareAudit) {
  const std::string assess = R"(,"pass":"","score":1,"resvalues":[],"duration":1})";
  Check({{E("ASSESS", R"({"item":{"id":"q"})" + assess), kAccepted},
         {E("ASSESS", R"({"item":{"id":"q","x":1})" + assess), "\"\""},
         {E("ASSESS", R"({"item":{"id":"q","mc":["a",null]})" + assess),
          Quoted("/properties/mc/items")},
         {E("FEEDBACK", "{}"), kAccepted},
         {E("FEEDBACK", R"({"rating":"5"})"), InEdata("/properties/rating")},
         {E("SHARE", R"({"items":[{}]})"), kAccepted},
         {E("SHARE", R"({"items":[{"obj":{}}]})"), Quoted("/items")},
         {E("SHARE", R"({"items":{}})"), "\"\""},
         {E("SHARE", R"({"items":[{"origin":{"id":1}}]})"),
          Quoted("/items/properties/origin/properties/id")},
         {E("AUDIT", "{}"), kAccepted},
         {E("AUDIT", R"({"props":"a"})"), InEdata("/properties/props")},
         {E("AUDIT", R"({"cb_object":{}})"), kEdata}});
}

TEST_F(TelemetrySchemasTest, TheOtherEventTypes) {
  const std::string error = R"({"err":"","errtype":"","stacktrace":"")";
  Check(
      {{E("ERROR", error + "}"), kAccepted},
       {E("ERROR", error + R"(,"object":{"id":"","type":""}})"), "\"\""},
       {E("HEARTBEAT", R"({"any":null})"), kAccepted},
       {E("HEARTBEAT", "[]"), kEdata},
       {E("LOG", R"({"type":"","level":"","message":"","params":[{}]})"), kAccepted},
       {E("LOG", R"({"type":"","level":"","message":"","params":{}})"),
        InEdata("/properties/params")},
       {E("SEARCH", R"({"query":"","size":1,"topn":[{}],"filters":{}})"), kAccepted},
       {E("SEARCH", R"({"query":"","size":"1","topn":[]})"), InEdata("/properties/size")},
       {E("EXDATA", R"({"data":{}})"), InEdata("/properties/data")},
       {E("SUMMARY",
          R"({"type":"","starttime":1,"endtime":1,"timespent":1,"pageviews":1,"interactions":1})"),
        kAccepted},
       {E("SUMMARY",
          R"({"type":"","starttime":1,"endtime":1,"timespent":1,"pageviews":1,"interactions":1,)"
          R"("envsummary":[]})"),
        kEdata},
       {E("METRICS", R"({"jobs":1})"), kEdata},
       {E("METRICS", R"({"system":"","subsystem":"","metrics":[{"value":1}]})"), kAccepted},
       {E("INTERRUPT", R"({"type":""})"), kAccepted}});
}

TEST_F(TelemetrySchemasTest, CbAudit) {
  Check({{WorkOrder(), kAccepted},
         {WorkOrder().Without("object"), kDefault},
         {WorkOrder(R"(,"type":"WorkOrder")", ""), kEdata},
         {WorkOrder(R"(,"type":"WorkOrder","sub_type":"")", R"(,"cb_data":{"data":{}})"), kEdata},
         {WorkOrder(R"(,"type":"Role")", R"(,"cb_data":{"data":{}})"), kEdata},
         {Competency("Competency"), kAccepted},
         {Competency("Activity"), kAccepted},
         {Competency("Role"), kAccepted},
         {Competency("Position"), kAccepted},
         {Competency("Officer"), kAccepted},
         {Competency("competency"), kEdata},
         {WorkOrder(R"(,"type":"Role")", ""), kEdata},
         {WorkOrder(R"(,"sub_type":"","type":"Role")", R"(,"cb_data":{"data":{}})"), kEdata},
         {WorkOrder().With("edata", "null"), kEdata}});
}

TEST_F(TelemetrySchemasTest, RowsOfThePreprocessorsTable) {
  const auto event = [](const std::string& eid) {
    return E(eid, R"({"type":"view","pageid":"p","uri":"u"})")
        .With("context", R"({"channel":"c1","env":"Learn","pdata":{"id":"p"},"did":"d1"})");
  };
  const auto context = [&](const std::string& json) {
    return event("IMPRESSION").With("context", json);
  };
  const std::string with = R"({"channel":"c1","env":"Learn","pdata":{"id":"p"},)";
  Check(
      {{event("IMPRESSION"), kAccepted},
       {event("impression"), Quoted("/allOf/1/properties/eid")},
       {event("NO_EID"), kNotFound},
       {event("IMPRESSION").With("ver", "2.0"), Quoted("/ver")},
       {event("IMPRESSION").With("mid", "null"), Quoted("/mid")},
       {event("IMPRESSION").With("actor", R"({"type":"User"})"), Quoted("/actor")},
       {event("IMPRESSION").With("object", R"({"id":5})"), Quoted("/object/id")},
       {event("IMPRESSION").With("tags", R"(["a",5])"), Quoted("/tags/1")},
       {context(R"({"channel":"c1","env":"Learn"})"), Quoted("/context")},
       {context(R"({"channel":"","env":"Learn","pdata":{"id":"p"}})"), Quoted("/context/channel")},
       {context(with + R"("did":null})"), Quoted("/context/did")},
       {context(with + R"("cdata":[{"id":"i","type":"t"},{"id":5}]})"), Quoted("/context/cdata/1")},
       {event("IMPRESSION").With("edata", "\"x\""), kEdata},
       {R"({"eid":"object","mid":"o1"})", kAccepted},
       {E("SHARE", R"({"items":[{"id":5}]})"), Quoted("/items/properties/id")},
       {E("SHARE", R"({"items":[{"zz":5}]})"), Quoted("/items")}});
}

TEST_F(TelemetrySchemasTest, ErrorsNameEveryFailedKeyword) {
  const auto registry = LoadTelemetrySchemas();
  const Parsed event(
      Start().Without("actor").With("ver", "3").With("edata", R"({"type":1,"x":2})"));
  const auto errors = registry->Find("start")->Errors(event.root(), 10);
  std::vector<std::string> texts;
  texts.reserve(errors.size());
  for (const SchemaError& error : errors)
    texts.push_back(error.instance_pointer + " " + error.keyword);
  EXPECT_EQ(texts, (std::vector<std::string>{"/ver type", "/ver enum",
                                             "/edata additionalProperties", " required"}));
  EXPECT_EQ(registry->Find("start")->Errors(event.root(), 2).size(), 2U);
}

}  // namespace
}  // namespace sluice
