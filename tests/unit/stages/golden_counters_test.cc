#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stop_token>

#include "codec/json_reader.h"
#include "config/config.h"
#include "config/pipeline_config.h"
#include "daemon/builtin_ports.h"
#include "engine/worker.h"
#include "fake_resources.h"
#include "memory/memory_table_store.h"
#include "stages/builtin.h"

namespace sluice {
namespace {

namespace fs = std::filesystem;

using Values = std::vector<std::optional<std::string>>;
using Texts = std::map<std::string, std::string>;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The stages of a shipped configuration, run by a worker between fakes.
class ShippedPipeline {
 public:
  explicit ShippedPipeline(const std::string& name, const std::vector<Override>& overrides = {}) {
    if (!RegisterBuiltinStages(registry_.stages).ok()) std::abort();
    if (!RegisterBuiltinPorts(registry_).ok()) std::abort();
    auto config = LoadConfig(SLUICE_SOURCE_DIR "/config/" + name + ".yaml", overrides,
                             [](const std::string&) { return std::nullopt; });
    if (!config) {
      ADD_FAILURE() << config.error().message;
      return;
    }
    config_ = std::move(config).value();
    auto checked = CheckPipeline(*config_, registry_);
    if (!checked) {
      ADD_FAILURE() << checked.error().message;
      return;
    }
    checked_ = std::move(checked).value();
    for (const StoreConfig& store : checked_.stores) {
      auto table = std::make_shared<MemoryTable>(kMarksByDefault);
      resources_.tables[store.name] = [this, table] {
        return std::make_unique<MemoryTableStore>(table, resources_.now);
      };
      tables_[store.name] = table;
    }
  }

  /// Reference data, as the redis.ndjson of a case has it.
  void Know(const std::string& lines) {
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
      Arena arena;
      Document entry;
      if (JsonReader().Read(line, arena, entry) != nullptr) std::abort();
      const auto db = static_cast<int>(entry.Read(Path("/db")).AsInt64());
      const auto store = std::ranges::find_if(checked_.stores, [&](const StoreConfig& config) {
        return config.spec->name == "redis" && config.node->Int("db", -1) == db;
      });
      if (store == checked_.stores.end()) std::abort();
      fakes::FakeLookups::Entry& known =
          resources_.lookups[store->name][std::string(*entry.ReadString(Path("/key")))];
      const Value value = entry.Read(Path("/value"));
      if (value.IsString()) known.text = std::string(value.text());
      for (const Value field : value) known.hash.emplace_back(field.name(), field.text());
      tables_[store->name]->Put(std::string(*entry.ReadString(Path("/key"))), EntryOf(value));
    }
  }

  /// What an API answers, as the http.ndjson of a case has it.
  void Answer(const std::string& lines) {
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
      Arena arena;
      Document answer;
      if (JsonReader().Read(line, arena, answer) != nullptr) std::abort();
      for (const StoreConfig& store : checked_.stores) {
        if (store.spec->name != "http") continue;
        const std::string key = KeyOf(store.node->String("url"), *answer.ReadString(Path("/path")));
        resources_.lookups[store.name][key].text = *answer.ReadString(Path("/body"));
      }
    }
  }

  void SetClock(std::int64_t now_ms) { resources_.now.now_ms = now_ms; }

  /// The job's counters that are not 0 after a run over these records.
  Texts CountersAfter(const Values& values) {
    std::vector<NamedStage> stages;
    resources_.side_outputs.clear();
    for (const auto& [name, topic] : checked_.side_outputs) resources_.side_outputs.push_back(name);
    for (const StageConfig& config : checked_.stages) {
      auto stage = config.spec->build(*config.node, resources_);
      if (!stage) {
        ADD_FAILURE() << stage.error().message;
        return {};
      }
      stages.push_back({config.spec->name, std::move(stage).value(), nullptr});
    }
    fakes::FakeMetrics metrics;
    Run(std::move(stages), values, metrics);
    EXPECT_EQ(metrics.Get("sluice_unaccounted_events{pipeline=" + checked_.name + ",}"), 0);
    Texts counters;
    for (const std::string& counter : resources_.counters) {
      const double value = metrics.Get("sluice_job_events_total{pipeline=" + checked_.name +
                                       ",counter=" + counter + ",}");
      if (value != 0) counters[counter] = std::to_string(static_cast<long>(value));
    }
    return counters;
  }

 private:
  void Run(std::vector<NamedStage> stages, const Values& values, fakes::FakeMetrics& registry) {
    Flow::Part part;
    for (const std::string& pointer : checked_.sink.key) part.outputs.key.emplace_back(pointer);
    for (const auto& [name, topic] : checked_.side_outputs)
      part.outputs.side_outputs.push_back({name, resources_.Topic(topic)});
    part.outputs.failed = resources_.SideOutput("failed").value();
    const std::size_t topic_count = resources_.topics.size();
    for (std::size_t i = 0; i < topic_count; ++i)
      part.outputs.topics.push_back({static_cast<TopicId>(i), {}});
    part.records = checked_.records == "batches" ? RecordForm::kBatch : RecordForm::kEvent;
    part.names = {
        checked_.name, {}, resources_.side_outputs, resources_.topics, resources_.counters};
    for (const NamedStage& stage : stages) part.names.stages.push_back(stage.name);
    part.stages = std::move(stages);
    std::vector<Flow::Part> parts;
    parts.push_back(std::move(part));
    Flow flow(std::move(parts), registry);
    WorkerMetrics metrics(registry, checked_.name);
    const fakes::FixedClock clock(0);
    StatusBoard board;
    WorkerReport report(board.Add("worker"), metrics, clock);
    fakes::FakeSource source(values);
    fakes::FakeSink sink;
    Worker worker({.name = "worker",
                   .source = source,
                   .sink = sink,
                   .flow = flow,
                   .topic_count = topic_count,
                   .joint_commit = true,
                   .transaction = {},
                   .report = report,
                   .log = [](LogLevel, std::string_view, std::string_view) {}});
    const Status status = worker.Run(std::stop_source().get_token());
    EXPECT_TRUE(status.ok()) << status.error().message;
  }

  static MemoryTable::Entry EntryOf(Value value) {
    if (value.IsString()) return std::string(value.text());
    MemoryTable::Fields fields;
    for (const Value field : value) fields.emplace(field.name(), field.text());
    if (value.IsObject()) return fields;
    MemoryTable::Members members;
    for (const Value member : value) members.emplace(member.text());
    return members;
  }
  /// What stands in `path` in the place of {key}, decoded.
  static std::string KeyOf(const std::string& url, std::string_view path) {
    const std::size_t begin = url.find('/', url.find("://") + 3);
    const std::size_t place = url.find("{key}");
    const std::string after = url.substr(place + 5);
    if (!path.starts_with(url.substr(begin, place - begin)) || !path.ends_with(after)) std::abort();
    path.remove_prefix(place - begin);
    path.remove_suffix(after.size());
    std::string key;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const bool encoded = path[i] == '%';
      const std::string digits(path.substr(i + 1, 2));
      key += encoded ? static_cast<char>(std::stoi(digits, nullptr, 16)) : path[i];
      i += encoded ? 2 : 0;
    }
    return key;
  }

  Registry registry_;
  std::unique_ptr<Config> config_;
  PipelineConfig checked_;
  FakeResources resources_;
  std::map<std::string, std::shared_ptr<MemoryTable>> tables_;  ///< By store.
};

/// A folder of tests/golden; its README says what stands in it.
class GoldenCase {
 public:
  explicit GoldenCase(const fs::path& folder)
      : folder_(folder), text_(ReadFile(folder / "case.json")) {
    if (JsonReader().Read(text_, arena_, document_) != nullptr) std::abort();
  }
  [[nodiscard]] Texts Members(const char* pointer) const {
    Texts texts;
    for (const Value member : document_.Read(Path(pointer)))
      texts.emplace(member.name(), member.text());
    return texts;
  }
  [[nodiscard]] Values Input() const {
    Values values;
    std::istringstream lines(ReadFile(folder_ / "input.ndjson"));
    for (std::string line; std::getline(lines, line);) values.emplace_back(line);
    return values;
  }
  [[nodiscard]] std::optional<std::int64_t> clock() const {
    const Value clock = document_.Read(Path("/clock"));
    return clock.IsNumber() ? std::optional(clock.AsInt64()) : std::nullopt;
  }
  [[nodiscard]] std::string pipeline() const { return folder_.parent_path().filename().string(); }

 private:
  fs::path folder_;
  std::string text_;
  Arena arena_;
  Document document_;
};

std::vector<fs::path> CasesWithCounters() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::recursive_directory_iterator(SLUICE_SOURCE_DIR "/tests/golden")) {
    const fs::path folder = entry.path().parent_path();
    if (entry.path().filename() == "case.json" && !GoldenCase(folder).Members("/counters").empty())
      folders.push_back(folder);
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

class GoldenCountersTest : public ::testing::TestWithParam<fs::path> {};

TEST_P(GoldenCountersTest, TheJobsCountersAreThoseOfTheCase) {
  const GoldenCase golden(GetParam());
  std::vector<Override> overrides;
  for (const auto& [key, value] : golden.Members("/settings")) overrides.push_back({key, value});
  ShippedPipeline pipeline(golden.pipeline(), overrides);
  if (const auto clock = golden.clock()) pipeline.SetClock(*clock);
  pipeline.Know(ReadFile(GetParam() / "redis.ndjson"));
  pipeline.Answer(ReadFile(GetParam() / "http.ndjson"));
  EXPECT_EQ(pipeline.CountersAfter(golden.Input()), golden.Members("/counters"));
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenCountersTest, ::testing::ValuesIn(CasesWithCounters()),
                         [](const auto& test) {
                           const fs::path& folder = test.param;
                           std::string name = folder.parent_path().filename().string() + '_' +
                                              folder.filename().string();
                           std::replace_if(
                               name.begin(), name.end(),
                               [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

TEST(ExtractorTest, AnEmptyRecordIsAFailedBatchAndANullRecordIsSkipped) {
  EXPECT_EQ(ShippedPipeline("telemetry-extractor").CountersAfter({"", std::nullopt}),
            (Texts{{"failed-batch-count", "1"}}));
}

TEST(PreprocessorTest, AnEmptyAndANullRecordFailValidation) {
  // No file of lines can hold them.
  EXPECT_EQ(ShippedPipeline("pipeline-preprocessor").CountersAfter({"", std::nullopt}),
            (Texts{{"validation-failed-event-count", "2"}}));
}

}  // namespace
}  // namespace sluice
