#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "schema/schema_directory.h"
#include "schema/validation_error_text.h"
#include "unit/schema/parsed.h"
#include "unit/schema/schema_folder.h"

namespace sluice {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDirectory = SLUICE_SOURCE_DIR "/schemas/druid";
constexpr const char* kAccepted = "accepted";

/// A value of every JSON type.
const std::map<std::string, std::string> kSamples = {{"null", "null"},  {"boolean", "true"},
                                                     {"number", "1.5"}, {"string", R"("x")"},
                                                     {"array", "[]"},   {"object", "{}"}};

/// "/a/b" and a value give {"a":{"b":value}}, without the outer braces.
std::string Members(const std::string& pointer, const std::string& value) {
  std::string text;
  std::string closing;
  std::size_t at = 1;
  while (true) {
    const std::size_t end = pointer.find('/', at);
    text.append("\"").append(pointer, at, end - at).append("\":");
    if (end == std::string::npos) return text.append(value).append(closing);
    text += '{';
    closing += '}';
    at = end + 1;
  }
}

std::string Quoted(const std::string& pointer) { return '"' + pointer + '"'; }

class DruidSchemasTest : public testing::Test {
 protected:
  /// "accepted", or what metadata.dv_error would be.
  static std::string Verdict(const std::string& schema, const std::string& text) {
    static const auto kRegistry = Load(kDirectory);
    const Parsed event(text);
    EXPECT_EQ(event.reason, nullptr) << text;
    const Schema* found = kRegistry->Find(schema);
    if (found->Accepts(event.root())) return kAccepted;
    return ValidationErrorText(found->FirstViolation(event.root()));
  }

  /// An event that `schema` accepts, with `members` after the others.
  static std::string Event(const std::string& schema, const std::string& members) {
    static const std::map<std::string, std::string> kBases = {
        {"envelope", R"("eid":"X")"},
        {"search", R"("eid":"SEARCH","ets":1,"ver":"3.0","mid":"m","actor":{},"context":{},)"
                   R"("edata":{"query":"","size":1,"topn":[]})"},
        {"me_workflow_summary", R"("eid":"ME_WORKFLOW_SUMMARY","ets":1,"ver":"1","syncts":1,)"
                                R"("mid":"m","context":{},"edata":{})"}};
    return '{' + kBases.at(schema) + ',' + members + '}';
  }

  /// Each of the members must have one of these types, or is refused where it stands.
  static void ExpectTyped(const std::string& schema, const std::string& parent,
                          const std::set<std::string>& types,
                          const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      std::string pointer = parent;
      pointer.append("/").append(name);
      for (const auto& [type, sample] : kSamples) {
        const std::string text = Event(schema, Members(pointer, sample));
        EXPECT_EQ(Verdict(schema, text), types.contains(type) ? kAccepted : Quoted(pointer))
            << text;
      }
    }
  }

  static void ExpectFree(const std::string& schema, const std::vector<std::string>& pointers) {
    for (const std::string& pointer : pointers) {
      for (const auto& [type, sample] : kSamples) {
        const std::string text = Event(schema, Members(pointer, sample));
        EXPECT_EQ(Verdict(schema, text), kAccepted) << text;
      }
    }
  }
};

const std::vector<std::string> kLocation = {"state", "district", "from"};
const std::vector<std::string> kUaspec = {"agent", "ver", "system", "platform", "raw"};

TEST_F(DruidSchemasTest, AllFilesAreThereAndCompiled) {
  const auto registry = Load(kDirectory);
  ASSERT_NE(registry, nullptr);
  const auto& schemas = dynamic_cast<const SchemaDirectory&>(*registry).schemas();
  EXPECT_EQ(schemas.size(), 15U);
  for (const auto& [name, schema] : schemas) EXPECT_NE(schema.compiled(), nullptr) << name;
}

TEST_F(DruidSchemasTest, NoFileCanBeMissing) {
  const std::set<std::string> roots = {"envelope.json", "search.json", "me_workflow_summary.json"};
  for (const auto& missing : fs::directory_iterator(kDirectory)) {
    const SchemaFolder folder{};
    fs::copy(kDirectory, folder.path());
    fs::remove(folder.path() / missing.path().filename());
    const std::string name = missing.path().filename().string();
    if (roots.contains(name)) continue;  // No other file refers to it: the stage misses it.
    EXPECT_NE(folder.Complaint().find(name), std::string::npos) << folder.Complaint();
  }
}

TEST_F(DruidSchemasTest, PartsOfTelemetryHaveTheirTypes) {
  for (const std::string schema : {"envelope", "search"}) {
    ExpectTyped(schema, "", {"object"},
                {"devicedata", "contentdata", "collectiondata", "userdata", "derivedlocationdata"});
    ExpectTyped(schema, "", {"object", "array"}, {"dialcodedata"});
    ExpectTyped(schema, "", {"string"}, {"ver"});
    ExpectTyped(schema, "/derivedlocationdata", {"string"}, kLocation);
    ExpectTyped(schema, "/userdata", {"array"}, {"gradelist", "languagelist", "subjectlist"});
    ExpectTyped(schema, "/userdata", {"string"},
                {"usertype", "usersignintype", "userlogintype", "state", "district"});
    ExpectTyped(schema, "/dialcodedata", {"string"},
                {"channel", "identifier", "batchcode", "publisher", "objecttype"});
    ExpectTyped(schema, "/dialcodedata", {"number"}, {"generatedon", "publishedon"});
    ExpectFree(schema, {"/l2data", "/flags", "/tags", "/object", "/metadata", "/devicedata/x",
                        "/devicedata/devicespec", "/dialcodedata/status", "/userdata/subject",
                        "/userdata/grade", "/userdata/language", "/derivedlocationdata/x"});
  }
  ExpectFree("envelope", {"/ets", "/mid", "/actor", "/context", "/edata", "/syncts"});
}

TEST_F(DruidSchemasTest, DevicesAndContentsAreTheSameInTelemetryAndSummaries) {
  for (const std::string schema : {"envelope", "search", "me_workflow_summary"}) {
    ExpectTyped(schema, "/devicedata", {"object"}, {"uaspec", "userdeclared"});
    ExpectTyped(schema, "/devicedata", {"number"}, {"firstaccess"});
    ExpectTyped(schema, "/devicedata", {"string"},
                {"state", "statecode", "city", "countrycode", "country", "os", "make", "id", "mem",
                 "idisk", "edisk", "scrn", "camera", "cpu", "sims", "iso3166statecode",
                 "statecustomcode", "statecustomname", "districtcustom"});
    ExpectTyped(schema, "/devicedata/userdeclared", {"string"}, {"state", "district"});
    ExpectTyped(schema, "/devicedata/uaspec", {"string"}, kUaspec);
    for (const std::string part : {"/contentdata", "/collectiondata"}) {
      ExpectTyped(schema, part, {"string"},
                  {"name", "objecttype", "contenttype", "mediatype", "mimetype", "createdby",
                   "framework", "board", "status"});
      ExpectTyped(schema, part, {"array"},
                  {"language", "medium", "gradelevel", "subject", "createdfor"});
      ExpectTyped(schema, part, {"number"},
                  {"pkgversion", "lastsubmittedon", "lastpublishedon", "lastupdatedon"});
      ExpectFree(schema, {part + "/channel", part + "/keywords"});
    }
  }
}

TEST_F(DruidSchemasTest, PartsOfASummaryHaveTheirTypes) {
  const std::string schema = "me_workflow_summary";
  ExpectTyped(schema, "", {"number"}, {"ets"});
  ExpectTyped(schema, "", {"string"}, {"ver", "mid"});
  ExpectTyped(schema, "", {"array"}, {"tags"});
  ExpectTyped(schema, "", {"object"},
              {"context", "object", "dimensions", "devicedata", "userdata", "contentdata",
               "collectiondata", "derivedlocationdata"});
  ExpectTyped(schema, "/object", {"string"}, {"id", "type", "ver"});
  ExpectTyped(schema, "/object", {"object"}, {"rollup"});
  ExpectTyped(schema, "/object/rollup", {"string"}, {"l1", "l2", "l3", "l4"});
  ExpectTyped(schema, "/context", {"string"}, {"granularity", "did"});
  ExpectTyped(schema, "/context", {"object"}, {"date_range", "rollup"});
  ExpectTyped(schema, "/context", {"array"}, {"cdata"});
  ExpectTyped(schema, "/context/date_range", {"number"}, {"from", "to"});
  ExpectTyped(schema, "/context/rollup", {"string"}, {"l1", "l2", "l3", "l4"});
  ExpectTyped(schema, "/dimensions", {"string"}, {"channel", "sid", "did", "type", "mode"});
  ExpectTyped(schema, "/userdata", {"array"}, {"gradelist", "languagelist", "subjectlist"});
  ExpectTyped(schema, "/userdata", {"string"}, {"usertype", "state", "district"});
  ExpectTyped(schema, "/derivedlocationdata", {"string"}, kLocation);
  ExpectFree(schema, {"/uid", "/dialcodedata", "/l2data", "/syncts", "/flags", "/actor",
                      "/userdata/usersignintype", "/userdata/userlogintype", "/context/x",
                      "/context/rollup/l5", "/object/x", "/edata/x", "/dimensions/x"});
}

TEST_F(DruidSchemasTest, TheProducerOfASummaryNeedsAnId) {
  const auto verdict = [](const std::string& members) {
    return Verdict("me_workflow_summary", Event("me_workflow_summary", members));
  };
  for (const std::string parent : {"context", "dimensions"}) {
    const auto pdata = [&](const std::string& value) {
      return verdict(Quoted(parent) + R"(:{"pdata":)" + value + "}");
    };
    EXPECT_EQ(pdata(R"({"id":""})"), kAccepted);
    EXPECT_EQ(pdata(R"({"id":"","x":1})"), kAccepted);
    EXPECT_EQ(pdata("{}"), Quoted('/' + parent + "/pdata"));
    EXPECT_EQ(pdata("[]"), Quoted('/' + parent + "/pdata"));
    EXPECT_EQ(pdata(R"({"id":null})"), Quoted('/' + parent + "/pdata/id"));
    EXPECT_EQ(pdata(R"({"id":"","ver":1})"), Quoted('/' + parent + "/pdata/ver"));
  }
  EXPECT_EQ(verdict(R"("context":{"pdata":{"id":"","model":1}})"), Quoted("/context/pdata/model"));
  EXPECT_EQ(verdict(R"("context":{"pdata":{"id":"","pid":1}})"), kAccepted);
  EXPECT_EQ(verdict(R"("dimensions":{"pdata":{"id":"","pid":1}})"),
            Quoted("/dimensions/pdata/pid"));
  EXPECT_EQ(verdict(R"("dimensions":{"pdata":{"id":"","model":1}})"), kAccepted);
}

TEST_F(DruidSchemasTest, WhatIsRequiredOnlyHasToBeThere) {
  const auto without = [](const std::string& schema, const std::string& name) {
    static const std::map<std::string, std::string> kMembers = {
        {"eid", ""},        {"ets", "1"},      {"ver", R"("1")"},
        {"syncts", "null"}, {"mid", R"("m")"}, {"actor", "null"}};
    std::string text =
        schema == "search" ? R"("edata":{"query":"","size":1,"topn":[]})" : R"("edata":{})";
    if (name == "edata") text = R"("x":0)";
    if (name != "context") text += R"(,"context":{})";
    for (const auto& [member, value] : kMembers) {
      const std::string eid = schema == "search" ? R"("SEARCH")" : R"("ME_WORKFLOW_SUMMARY")";
      if (member != name) text += ",\"" + member + "\":" + (member == "eid" ? eid : value);
    }
    return Verdict(schema, '{' + text + '}');
  };
  for (const std::string name : {"eid", "ets", "ver", "mid", "actor", "context", "edata"})
    EXPECT_EQ(without("search", name), kNoFieldText) << name;
  for (const std::string name : {"eid", "ets", "ver", "syncts", "mid", "context", "edata"})
    EXPECT_EQ(without("me_workflow_summary", name), kNoFieldText) << name;
  EXPECT_EQ(without("search", "syncts"), kAccepted);
  EXPECT_EQ(without("me_workflow_summary", "actor"), kAccepted);
}

}  // namespace
}  // namespace sluice
