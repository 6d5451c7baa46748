#include "cli/operations_cli.h"

#include <string>

namespace sluice {
namespace {

void AddJson(CLI::App& verb, bool& json) {
  verb.add_flag("--json", json, "Prints one JSON object instead of a table");
}

}  // namespace

void AddOverrides(CLI::App& verb, std::vector<std::string>& overrides) {
  verb.add_option("--set", overrides,
                  "Replaces one value, such as source.kafka.brokers=localhost:9092")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check([](const std::string& text) -> std::string {
        const auto equals = text.find('=');
        const bool key = equals != std::string::npos && equals > 0;
        return key ? "" : "\"" + text + "\" is not key=value";
      });
}

void AddConfigOptions(CLI::App& verb, ConfigArguments& arguments) {
  verb.add_option("CONFIG", arguments.path, "The pipeline's YAML file; - is the standard input")
      ->required();
  AddOverrides(verb, arguments.overrides);
}

OperationsCli::OperationsCli(CLI::App& app) {
  AddDoctor(app);
  AddTopics(app);
  AddLag(app);
  AddOffsets(app);
}

std::optional<int> OperationsCli::Run() const {
  for (const Verb& verb : verbs_) {
    if (verb.app->parsed()) return verb.run();
  }
  return std::nullopt;
}

void OperationsCli::AddDoctor(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "doctor", "Checks everything that a run needs against the real servers; changes nothing");
  AddConfigOptions(*verb, doctor_.config);
  AddJson(*verb, doctor_.json);
  verb->footer(
      "Example:\n  sluice doctor config/pipeline-preprocessor.yaml\n\n"
      "Exit codes: 0 all is well, 1 warnings, 78 errors: a run would not start, or would wait");
  verbs_.push_back({verb, [this] { return DoctorVerb(doctor_); }});
}

void OperationsCli::AddTopics(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "topics", "Shows the topics that the files need, and which are missing or fall short");
  verb->add_option("CONFIG", topics_.paths, "YAML files of pipelines")->required();
  AddOverrides(*verb, topics_.overrides);
  verb->add_flag("--create", topics_.create, "Creates those that are missing; changes no other");
  verb->add_flag("--kafka-topics-sh", topics_.commands,
                 "Prints the commands that create them, and asks no server")
      ->excludes("--create");
  verb->add_option("--partitions", topics_.partitions, "Instead of the platform's (16)")
      ->check(CLI::Range(1, 100'000));
  verb->add_option("--replication", topics_.replication, "Instead of the platform's (2)")
      ->check(CLI::Range(1, 1'000));
  verb->add_option("--retention", topics_.retention, "Instead of the platform's (48h)")
      ->type_name("DURATION");
  AddJson(*verb, topics_.json);
  verb->footer(
      "Examples:\n  sluice topics config/telemetry-extractor.yaml config/pipeline-preprocessor.yaml"
      "\n  sluice topics config/pipeline-preprocessor.yaml --create --replication 3\n\n"
      "Exit codes: 0 all are there, 1 some are missing or fall short, 69 no broker answers");
  verbs_.push_back({verb, [this] { return TopicsVerb(topics_); }});
}

void OperationsCli::AddLag(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "lag", "Shows how far the group is behind, in records and seconds; needs no running daemon");
  AddConfigOptions(*verb, lag_.config);
  AddJson(*verb, lag_.json);
  verb->footer("Example:\n  sluice lag config/pipeline-preprocessor.yaml --json");
  verbs_.push_back({verb, [this] { return LagVerb(lag_); }});
}

CLI::App* OperationsCli::AddOffsetsVerb(CLI::App& offsets, const char* name,
                                        const char* description, const char* example,
                                        int (*run)(const OffsetsArguments&)) {
  CLI::App* verb = offsets.add_subcommand(name, description);
  verb->footer("Example:\n  sluice offsets " + std::string(example));
  verbs_.push_back({verb, [this, run] { return run(offsets_); }});
  return verb;
}

void OperationsCli::AddOffsets(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "offsets", "Shows and changes the committed offsets of the group, while it has no members");
  verb->require_subcommand(1);
  verb->footer("`sluice offsets set --help` and its kin have an example each.");
  AddOffsetsReads(*verb);
  AddOffsetsChanges(*verb);
}

void OperationsCli::AddOffsetsReads(CLI::App& offsets) {
  CLI::App* show = AddOffsetsVerb(offsets, "show", "The same as `sluice lag`",
                                  "show config/pipeline-preprocessor.yaml", OffsetsShowVerb);
  AddConfigOptions(*show, offsets_.config);
  AddJson(*show, offsets_.json);
  CLI::App* take = AddOffsetsVerb(offsets, "export", "Writes them as topic,partition,offset",
                                  "export config/pipeline-preprocessor.yaml --file offsets.csv",
                                  OffsetsExportVerb);
  AddConfigOptions(*take, offsets_.config);
  take->add_option("--file", offsets_.file, "Where to; - is the standard output");
  AddTopicFilter(*take);
}

void OperationsCli::AddOffsetsChanges(CLI::App& offsets) {
  CLI::App* give = AddOffsetsVerb(
      offsets, "import", "Sets what export, or kafka-consumer-groups, wrote",
      "import config/pipeline-preprocessor.yaml --file offsets.csv", OffsetsImportVerb);
  AddConfigOptions(*give, offsets_.config);
  give->add_option("--file", offsets_.file, "Where from; - is the standard input");
  CLI::App* set = AddOffsetsVerb(
      offsets, "set", "Sets them to a place",
      "set config/pipeline-preprocessor.yaml --to datetime=2025-01-01T00:00:00Z --execute",
      OffsetsSetVerb);
  AddConfigOptions(*set, offsets_.config);
  set->add_option("--to", offsets_.to,
                  "earliest, latest, datetime=TIME, by-duration=DURATION (so long ago) or "
                  "shift-by=RECORDS (back where negative)")
      ->required();
  AddTopicFilter(*set);
  CLI::App* move = AddOffsetsVerb(
      offsets, "move", "Sets them to where another group is, for the topics that CONFIG reads",
      "move --from dev-telemetry-extractor-group --to config/telemetry-pipeline.yaml --execute",
      OffsetsMoveVerb);
  move->add_option("--from", offsets_.from, "The other group; it is not changed")->required();
  move->add_option("--to", offsets_.config.path, "The YAML file whose group is set")->required();
  AddOverrides(*move, offsets_.config.overrides);
  for (CLI::App* verb : {give, set, move}) {
    verb->add_flag("--execute", offsets_.execute, "Makes the change; else it is only shown");
    AddJson(*verb, offsets_.json);
  }
}

void OperationsCli::AddTopicFilter(CLI::App& verb) {
  verb.add_option("--topic", offsets_.topics, "Only this topic; may be given several times")
      ->allow_extra_args(false);
}

}  // namespace sluice
