#include "cli/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "command.h"

namespace sluice {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

/// Files of a test, and the repository as working directory, since paths in the shipped
/// configurations are relative to it.
class CliTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::current_path(SLUICE_SOURCE_DIR);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::string Folder(const std::string& name) const { return folder_ / name; }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("sluice_cli_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(CliTest, WrongCommandLinesEndWith64) {
  EXPECT_EQ(Sluice({}).exit_code, 64);
  EXPECT_EQ(Sluice({"fly"}).exit_code, 64);
  EXPECT_EQ(Sluice({"run"}).exit_code, 64);
  EXPECT_EQ(Sluice({"run", "a.yaml", "--clock", "soon"}).exit_code, 64);
  EXPECT_EQ(Sluice({"run", "a.yaml", "--log-level", "loud"}).exit_code, 64);
  EXPECT_EQ(Sluice({"run", "a.yaml", "--log-format", "xml"}).exit_code, 64);
  EXPECT_EQ(Sluice({"validate", "a.yaml", "b.yaml"}).exit_code, 64);
}

TEST_F(CliTest, AnOverrideWithoutKeyIsAWrongCommandLine) {
  for (const char* text : {"workers", "=2"}) {
    const CommandResult result = Sluice({"validate", "config/quickstart.yaml", "--set", text});
    EXPECT_EQ(result.exit_code, 64);
    EXPECT_THAT(result.err, HasSubstr("is not key=value"));
  }
}

TEST_F(CliTest, HelpShowsExamplesAndEveryExitCode) {
  const CommandResult result = Sluice({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, HasSubstr("sluice run config/"));
  for (const char* code :
       {"\n   0  ", "\n   1  ", "\n  64  ", "\n  69  ", "\n  70  ", "\n  75  ", "\n  78  "}) {
    EXPECT_THAT(result.out, HasSubstr(code));
  }
}

/// A valid event.
std::string EventOf(const std::string& eid, const std::string& edata) {
  return R"({"eid":")" + eid +
         R"(","ets":1735689600175,"ver":"3.0","mid":"m1","syncts":1735689604419,)"
         R"("actor":{"id":"a","type":"User"},"context":{"channel":"c","pdata":{"id":"p"},"env":"e",)"
         R"("sid":"s","did":"d"},"edata":)" +
         edata + "}\n";
}

TEST_F(CliTest, ExplainShowsWhatEachStageDoesToEachRecord) {
  const std::string log = EventOf("LOG", R"({"type":"t","level":"INFO","message":"x"})");
  const std::string input = Write("events.ndjson", log + log + "no JSON\n");
  const CommandResult result = Sluice({"explain", "config/pipeline-preprocessor.yaml", input});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, ContainsRegex("raw/0/0 .* validate_telemetry .*sets /flags"));
  EXPECT_THAT(result.out, ContainsRegex("raw/0/1 .* sends to dev.druid.events.log"));
  EXPECT_THAT(result.out, ContainsRegex("raw/0/2 .* diverts it: invalid_json"));
  EXPECT_THAT(result.out, ContainsRegex("raw/0/2 .* end .* sends to dev.telemetry.failed"));
}

TEST_F(CliTest, ExplainKeepsClaimsToItself) {
  const std::string event = EventOf("IMPRESSION", R"({"type":"t","pageid":"p","uri":"u"})");
  const std::string input = Write("events.ndjson", event + event);
  for (int run = 0; run < 2; ++run) {
    const CommandResult result = Sluice({"explain", "config/pipeline-preprocessor.yaml", input});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, ContainsRegex("raw/0/0 .* sends to dev.telemetry.unique"));
    EXPECT_THAT(result.out, ContainsRegex("raw/0/1 .* diverts it: duplicate_key: first came"));
  }
}

/// An audit event of which update_user makes a write.
std::string AuditOf(const std::string& user, const std::string& pid, const std::string& role) {
  return R"({"object":{"id":")" + user + R"(","type":"User"},"edata":{"state":"Create"},)" +
         R"("context":{"pdata":{"pid":")" + pid + R"("},"cdata":[{"type":"UserRole","id":")" +
         role + "\"}]}}\n";
}

TEST_F(CliTest, ExplainShowsWhatWouldBeWrittenWithoutAServer) {
  const std::string input = Write("events.ndjson", AuditOf("u", "app", "teacher"));
  const CommandResult result = Sluice({"explain", "config/user-cache-updater.yaml", input});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, ContainsRegex("audit/0/0 .* update_user  *writes to user: HSET user:u "
                                        "userlogintype=\"teacher\""));
}

TEST_F(CliTest, ExplainWritesToNoStoreAndFindsWhatItWouldHaveWritten) {
  const std::string users =
      Write("users.ndjson", R"({"key":"user:u","type":"hash","value":{"state":"S","block":"B"}})"
                            "\n");
  const std::string api = Write(
      "api.ndjson",
      R"({"key":"u","type":"string","value":"{\"responseCode\":\"OK\",\"result\":{\"response\":)"
      R"({\"rootOrgId\":\"RO\",\"userLocations\":[{\"type\":\"state\",\"name\":\"T\"}]}}}"})"
      "\n");
  const std::string input = Write(
      "events.ndjson", AuditOf("u", "learner-service", "a") + AuditOf("u", "learner-service", "b"));
  const std::string config =
      Write("writes.yaml",
            "pipeline: p\nsource: { files: { paths: [" + input + "], topic: audit } }\n" +
                "sink: { files: { directory: out } }\nside_outputs: { failed: bad }\n" +
                "stages: [ update_user: { store: user, api: user_read } ]\n" +
                "stores: { user: { file: { path: " + users + ", output: " + Folder("after.ndjson") +
                " } }, user_read: { file: { path: " + api + " } } }\n");
  for (int run = 0; run < 2; ++run) {
    const CommandResult result = Sluice({"explain", config, input});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, ContainsRegex("audit/0/0 .* writes to user: HDEL user:u block"));
    EXPECT_THAT(result.out, ContainsRegex("audit/0/0 .* writes to user: HSET user:u .*"
                                          "state=\"T\""));
    EXPECT_THAT(result.out, ContainsRegex("audit/0/0 .* writes to user: HINCRBY "
                                          "mdo_registered_officer_count RO 1"));
    EXPECT_THAT(result.out, ContainsRegex("audit/0/1 .* writes to user: HINCRBY"));
    EXPECT_EQ(result.out.find("HDEL", result.out.find("HDEL") + 1), std::string::npos)
        << "the second event finds what the first one did";
  }
  EXPECT_FALSE(std::filesystem::exists(Folder("after.ndjson")));
}

TEST_F(CliTest, ExplainNamesTheTopicsThatThePipelineReads) {
  const std::string input = Write("events.ndjson", "{}\n");
  const CommandResult result =
      Sluice({"explain", "config/telemetry-pipeline.yaml", input, "--topic", "elsewhere"});
  EXPECT_EQ(result.exit_code, 78);
  EXPECT_THAT(result.err, HasSubstr("does not read elsewhere, but dev.telemetry.ingest"));
  EXPECT_EQ(Sluice({"explain", "config/quickstart.yaml", Folder("missing")}).exit_code, 64);
}

TEST_F(CliTest, VersionIsOneLine) {
  const CommandResult result = Sluice({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, MatchesRegex("sluice [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(CliTest, AGoodFileIsOneLine) {
  const CommandResult result = Sluice({"validate", "config/pipeline-preprocessor.yaml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out,
              MatchesRegex("OK: config/pipeline-preprocessor.yaml: "
                           "pipeline pipeline-preprocessor, [0-9]+ stages; exactly once\n"));
}

TEST_F(CliTest, EveryShippedConfigurationIsGood) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("config")) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    const CommandResult result = Sluice({"validate", entry.path().string()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_GE(files, 2);
}

TEST_F(CliTest, PrintConfigShowsNoSecret) {
  const CommandResult result = Sluice({"run", "config/pipeline-preprocessor.yaml", "--print-config",
                                       "--set", "stores.dedup.redis.url=redis://me:hush@h:1",
                                       "--set", "stores.dedup.redis.password=hush", "--set",
                                       "source.kafka.options.sasl.password=hush"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("hush")));
  EXPECT_THAT(result.out, HasSubstr("url: redis://[redacted]@h:1\n"));
}

TEST_F(CliTest, EveryProblemOfAFileIsNamedAndEndsWith78) {
  const std::string path = Write("bad.yaml", "pipeline: p\nwurkers: 2\ncolour: red\n");
  for (const char* verb : {"validate", "run"}) {
    const CommandResult result = Sluice({verb, path});
    EXPECT_EQ(result.exit_code, 78);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr(path + ":2: "));
    EXPECT_THAT(result.err, HasSubstr("`workers`"));
    EXPECT_THAT(result.err, HasSubstr(path + ":3: "));
  }
}

TEST_F(CliTest, AFileThatIsNotThereEndsWith78) {
  const CommandResult result = Sluice({"validate", Folder("none.yaml")});
  EXPECT_EQ(result.exit_code, 78);
  EXPECT_THAT(result.err, StartsWith(Folder("none.yaml") + ": "));
}

TEST_F(CliTest, OverridesMayBeRepeatedAndAreChecked) {
  const CommandResult result = Sluice(
      {"validate", "config/quickstart.yaml", "--set", "workers=none", "--set", "log.level=loud"});
  EXPECT_EQ(result.exit_code, 78);
  EXPECT_THAT(result.err, HasSubstr("workers"));
  EXPECT_THAT(result.err, HasSubstr("log.level"));
}

TEST_F(CliTest, AValueMayHoldAnEqualsSign) {
  const CommandResult result = Sluice(
      {"run", "config/quickstart.yaml", "--set", "sink.files.directory=a=b", "--print-config"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("directory: a=b\n"));
}

TEST_F(CliTest, PrintConfigShowsTheEffectiveConfigurationAndRunsNothing) {
  const CommandResult result = Sluice({"run", "config/quickstart.yaml", "--print-config", "--set",
                                       "sink.files.directory=" + Folder("out")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("directory: " + Folder("out")));
  EXPECT_FALSE(std::filesystem::exists(Folder("out")));
}

TEST_F(CliTest, ARunOverFilesWritesThemLogsToStandardErrorAndEndsWith0) {
  const CommandResult result =
      Sluice({"run", "config/quickstart.yaml", "--log-format", "json", "--set",
              "sink.files.directory=" + Folder("out"), "--set", "admin.listen=127.0.0.1:0"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, StartsWith("{\"ts\":\""));
  EXPECT_FALSE(std::filesystem::is_empty(Folder("out")));
}

TEST_F(CliTest, LogLevelOverridesTheFile) {
  const CommandResult result = Sluice({"run", "config/quickstart.yaml", "--log-level", "error",
                                       "--set", "sink.files.directory=" + Folder("out")});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
}

TEST_F(CliTest, AWordThatIsNoVerbIsNamed) {
  const CommandResult misspelt = Sluice({"vaildate", "config/quickstart.yaml"});
  EXPECT_EQ(misspelt.exit_code, 64);
  EXPECT_THAT(misspelt.err, HasSubstr("`vaildate`, did you mean `validate`?"));
  const CommandResult file = Sluice({"config/quickstart.yaml"});
  EXPECT_EQ(file.exit_code, 64);
  EXPECT_THAT(file.err, HasSubstr("sluice run config/quickstart.yaml"));
}

TEST_F(CliTest, ExplainSaysThatItsArgumentsAreTheOtherWayRound) {
  const std::string input = Write("event.json", "{}\n");
  const CommandResult result = Sluice({"explain", input, "config/quickstart.yaml"});
  EXPECT_EQ(result.exit_code, 64);
  EXPECT_THAT(result.err, HasSubstr("sluice explain config/quickstart.yaml " + input));
}

TEST_F(CliTest, ExplainRefusesAnEventOverSeveralLines) {
  const std::string input = Write("event.json", "{\n  \"eid\": \"LOG\"\n}\n");
  const CommandResult result = Sluice({"explain", "config/quickstart.yaml", input});
  EXPECT_EQ(result.exit_code, 78);
  EXPECT_THAT(result.err, HasSubstr("one record a line"));
}

TEST_F(CliTest, ExplainReadsGzipAndKeepsTwoBatchesApart) {
  const CommandResult zipped =
      Sluice({"explain", "config/quickstart.yaml", "config/samples/telemetry.ndjson.gz"});
  EXPECT_EQ(zipped.exit_code, 0) << zipped.err;
  EXPECT_THAT(zipped.out, HasSubstr("telemetry.raw/0/0 "));
  EXPECT_THAT(zipped.out, HasSubstr("sends to telemetry.unique"));
  // 300 events go from pipeline to pipeline in three batches, two of which are under way.
  std::string batch = R"({"params":{"msgid":"b"},"events":[)";
  for (int i = 0; i < 300; ++i) {
    std::string event = EventOf("IMPRESSION", R"({"type":"t","pageid":"p","uri":"u"})");
    event.pop_back();
    event.replace(event.find("m1"), 2, "m" + std::to_string(i));
    batch += (i > 0 ? "," : "") + event;
  }
  const CommandResult many =
      Sluice({"explain", "config/quickstart-pipeline.yaml", Write("many.ndjson", batch + "]}\n")});
  EXPECT_EQ(many.exit_code, 0) << many.err;
  for (const char* event : {"0", "127", "128", "255", "256", "299"}) {
    const std::string at = "telemetry.ingest/0/0/" + std::string(event) + " ";
    EXPECT_THAT(many.out, ContainsRegex(at + "[^\n]*pipeline-preprocessor [^\n]*set_hub "));
    EXPECT_THAT(many.out, Not(ContainsRegex(at + "[^\n]*pipeline-preprocessor [^\n]*made here")));
  }
}

TEST_F(CliTest, WhereARelativePathWasLookedForIsSaid) {
  std::filesystem::current_path(Folder(""));
  const CommandResult result =
      Sluice({"validate", std::string(SLUICE_SOURCE_DIR) + "/config/pipeline-preprocessor.yaml"});
  EXPECT_EQ(result.exit_code, 78);
  EXPECT_THAT(result.err, HasSubstr("schemas/telemetry/3.0 (in the folder " +
                                    std::filesystem::current_path().string() + ")"));
}

TEST_F(CliTest, ValidateRefusesWhatRunWouldRefuseWithoutAnyServer) {
  const auto refused = [](const std::string& set) {
    const CommandResult result =
        Sluice({"validate", "config/pipeline-preprocessor.yaml", "--set",
                "source.kafka.options={security.protocol: SASL_SSL, sasl.mechanism: PLAIN, "
                "sasl.username: u, sasl.password: p}",
                "--set", set});
    EXPECT_EQ(result.exit_code, 78) << set;
    return result.err;
  };
  EXPECT_THAT(refused("source.kafka.brokers=kafka://h:9092"), HasSubstr("source.kafka.brokers"));
  EXPECT_THAT(refused("source.kafka.options.sasl.mechanism=SCRAM-SHA-1024"),
              HasSubstr("source.kafka.options"));
  EXPECT_THAT(refused("source.kafka.options.ssl.ca.location=/no/ca.pem"), HasSubstr("/no/ca.pem"));
  EXPECT_THAT(refused("source.kafka.options.ssl.ca.location=README.md"),
              HasSubstr("ssl.ca.location"));
  EXPECT_THAT(refused("sink.kafka.options.message.timeout.ms=600000"),
              HasSubstr("sink.kafka.options"));
  EXPECT_THAT(refused("topic_prefix=" + std::string(235, 'p')), HasSubstr("stages["));
  const CommandResult file = Sluice(
      {"validate", "config/quickstart.yaml", "--set", "source.files.paths=[missing.ndjson]"});
  EXPECT_EQ(file.exit_code, 78);
  EXPECT_THAT(file.err, HasSubstr("missing.ndjson"));
}

TEST_F(CliTest, PrintConfigShowsNoPassphraseAndNoTokenConfiguration) {
  const CommandResult result =
      Sluice({"run", "config/pipeline-preprocessor.yaml", "--print-config", "--set",
              "source.kafka.options.sasl.oauthbearer.config=principal=hush", "--set",
              "sink.kafka.options.sasl.oauthbearer.config=principal=hush"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace sluice
