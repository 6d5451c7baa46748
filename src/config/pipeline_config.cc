#include "config/pipeline_config.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "config/guarantee.h"
#include "config/node_rules.h"
#include "config/problems.h"
#include "config/redact.h"
#include "config/spec_check.h"
#include "util/join.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;
using namespace std::chrono_literals;

constexpr int kMostWorkers = 256;

bool IsPipelineName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// Reads one pipeline; every Read function takes the part of the file that its name says.
class PipelineReader {
 public:
  /// `around`, of a listed file: the one that lists it, as far as it is read.
  PipelineReader(Config& config, const Registry& registry, const PipelineConfig* around = nullptr)
      : config_(config),
        root_(config.tree()),
        registry_(registry),
        problems_(config.problems()),
        fused_(root_.Has("pipelines")),
        around_(around) {}

  Result<PipelineConfig> Read() {
    ReadTop();
    ReadSourceAndSink();
    ReadLimits();
    out_.admin = ReadAdmin(root_, rules_);
    ReadLog();
    out_.stores = ReadStores(root_, registry_.stores, StoresAround(), rules_);
    if (fused_) {
      ReadParts();
      ReplaceStores();
    } else {
      ReadSideOutputs();
      ReadStages();
    }
    if (!problems_.empty()) return problems_.ToError();
    return std::move(out_);
  }

 private:
  void ReadTop() {
    Fields fields = {
        Required("pipeline", FieldType::kString, "the pipeline's name."),
        Field("topic_prefix", FieldType::kString, ""),
        Field("delivery", FieldType::kString, "exactly_once"),
        Field("workers", FieldType::kInt, "1"),
        Required("source", FieldType::kAny,
                 "where records come from: " + Join(registry_.sources.names(), "", " or ") + "."),
        Section("batch"),
        Section("transaction"),
        Required("sink", FieldType::kAny,
                 "where records go: " + Join(registry_.sinks.names(), "", " or ") + "."),
        Section("stores"),
        Section("admin"),
        Section("log")};
    const Fields of_one = {Field("records", FieldType::kString, "events"),
                           Required("stages", FieldType::kAny, "the stages, in order."),
                           Section("side_outputs")};
    const Fields of_several = {
        Required("pipelines", FieldType::kStringList, "the files of the pipelines."),
        Optional("keep", FieldType::kStringList)};
    const Fields& more = fused_ ? of_several : of_one;
    fields.insert(fields.end() - 4, more.begin(), more.end());
    rules_.Check(root_, fields);
    out_.records = root_.String("records", "events");
    rules_.DemandOneOf(root_, "records", {"events", "batches", "bytes"});
    out_.name = root_.String("pipeline");
    rules_.Demand(root_, "pipeline", FieldType::kString,
                  out_.name.empty() || IsPipelineName(out_.name),
                  "lower-case letters, digits and `-`");
    out_.topic_prefix = root_.String("topic_prefix");
    rules_.Demand(root_, "topic_prefix", FieldType::kString, IsTopicName(out_.topic_prefix + "x"),
                  "letters, digits, `.`, `_` and `-`");
    rules_.DemandOneOf(root_, "delivery", {"exactly_once", "at_least_once"});
    out_.exactly_once = root_.String("delivery") == "exactly_once";
    out_.workers = static_cast<int>(rules_.Count(root_, "workers", kMostWorkers));
  }

  /// The files under `pipelines`, and what is kept of the topics between them.
  void ReadParts() {
    const std::vector<std::string> keep = root_.Strings("keep");
    out_.keep_all = keep == std::vector<std::string>{"all"};
    if (!out_.keep_all) {
      rules_.DemandTopics(root_, "keep", out_.topic_prefix);
      out_.keep = keep;
    }
    const TreeNode* files = root_.Member("pipelines");
    if (!HasForm(*files, FieldType::kStringList)) return;
    for (const ConfigNode* file : files->items()) ReadPart(*file);
  }

  void ReadPart(const ConfigNode& file) {
    auto loaded = config_.LoadPart(file.text());
    if (!loaded) {
      problems_.Add(loaded.error().message);
      return;
    }
    if (loaded.value()->root().Has("pipelines")) {
      problems_.Add(file, "lists pipelines itself; only files with stages can be put together");
      return;
    }
    auto part = PipelineReader(*loaded.value(), registry_, &out_).Read();
    if (!part) {
      problems_.Add(part.error().message);
      return;
    }
    if (std::ranges::find(out_.parts, part.value().name, &PipelineConfig::name) !=
        out_.parts.end()) {
      problems_.Add(file, "the pipeline `" + part.value().name + "` is listed twice");
      return;
    }
    // The client must be able to send what the largest of them sends.
    std::uint64_t& most = out_.sink.max_record_bytes;
    most = std::max(most, part.value().sink.max_record_bytes);
    out_.parts.push_back(std::move(part).value());
  }

  /// The stores that the file which lists this one puts in place of its own.
  [[nodiscard]] std::set<std::string> StoresAround() const {
    std::set<std::string> names;
    if (around_ == nullptr) return names;
    for (const StoreConfig& store : around_->stores) names.insert(store.name);
    return names;
  }

  /// Stores that stand in the file itself take the place of the parts' of the same name.
  void ReplaceStores() {
    std::vector<std::string> names;
    for (const PipelineConfig& part : out_.parts) {
      for (const StoreConfig& store : part.stores) names.push_back(store.name);
    }
    for (const StoreConfig& store : out_.stores) {
      if (std::ranges::find(names, store.name) == names.end()) {
        problems_.Add(store.where + ": no listed pipeline has a store `" + store.name + "`" +
                      DidYouMean(store.name, names));
      }
      for (PipelineConfig& part : out_.parts) {
        const auto at = std::ranges::find(part.stores, store.name, &StoreConfig::name);
        if (at != part.stores.end()) *at = store;
      }
    }
  }

  void ReadSourceAndSink() {
    const PortTraits traits{fused_, prefix()};
    static_cast<PortConfig&>(out_) = ReadPorts(root_, traits, registry_, rules_);
    // Of a listed file, workers and delivery don't count.
    if (around_ != nullptr) return;
    CheckWorkers(out_.source.node, out_.source.traits.max_workers, "is read");
    CheckWorkers(out_.sink.node, out_.sink.traits.max_workers, "is written");
    if (const std::string obstacle = ExactlyOnceObstacle(out_); !obstacle.empty()) {
      problems_.Add(*out_.sink.node, obstacle);
    }
  }

  void CheckWorkers(const ConfigNode* port, int max_workers, std::string_view what) {
    if (port == nullptr || out_.workers > kMostWorkers || out_.workers <= max_workers) return;
    const std::string most = std::to_string(max_workers);
    problems_.Add(*port, std::string(what) + " by at most " + most +
                             " worker(s): set `workers: " + most + "`");
  }

  void ReadLimits() {
    TreeNode& batch = SectionOf(root_, "batch");
    rules_.Check(batch, {Field("max_events", FieldType::kInt, "128")});
    out_.batch_max_events =
        static_cast<std::uint64_t>(rules_.Count(batch, "max_events", 1'000'000));
    TreeNode& part = SectionOf(root_, "transaction");
    rules_.Check(part, {Field("max_events", FieldType::kInt, "5000"),
                        Field("max_bytes", FieldType::kBytes, "32MiB"),
                        Field("max_output_bytes", FieldType::kBytes, "128MiB"),
                        Field("linger", FieldType::kDuration, "5ms"),
                        Field("timeout", FieldType::kDuration, "60s")});
    PipelineConfig::Transaction& out = out_.transaction;
    out = {static_cast<std::uint64_t>(rules_.Count(part, "max_events", 10'000'000)),
           part.Bytes("max_bytes"), part.Bytes("max_output_bytes"), part.Duration("linger"),
           part.Duration("timeout")};
    rules_.Demand(part, "max_bytes", FieldType::kBytes, out.max_bytes >= 1, "at least 1");
    rules_.Demand(part, "max_output_bytes", FieldType::kBytes, out.max_output_bytes >= 1,
                  "at least 1");
    rules_.Demand(part, "timeout", FieldType::kDuration, out.timeout >= 1s && out.timeout <= 24h,
                  "between 1s and 24h");
    rules_.Demand(part, "linger", FieldType::kDuration, out.linger < std::max(out.timeout, 1000ms),
                  "shorter than `timeout`");
  }

  void ReadLog() {
    TreeNode& log = SectionOf(root_, "log");
    rules_.Check(log, {Field("level", FieldType::kString, "info"),
                       Field("format", FieldType::kString, "text")});
    rules_.DemandOneOf(log, "level", {"debug", "info", "warning", "error"});
    rules_.DemandOneOf(log, "format", {"text", "json"});
    out_.log = {log.String("level"), log.String("format")};
  }

  void ReadSideOutputs() {
    TreeNode& side_outputs = SectionOf(root_, "side_outputs");
    if (side_outputs.kind() == Kind::kNull) side_outputs.BecomeMap();
    if (side_outputs.kind() != Kind::kMap) {
      problems_.Add(side_outputs, "must be a map of names and topics");
      return;
    }
    for (const auto& [name, topic] : side_outputs.members()) {
      rules_.DemandTopic(*topic, prefix());
      out_.side_outputs.emplace_back(name, topic->text());
    }
    if (side_outputs.Has("failed")) return;
    problems_.Add(side_outputs,
                  "`failed` is missing: it takes what can't be read or written elsewhere");
  }

  void ReadStages() {
    TreeNode* stages = root_.Member("stages");
    if (stages == nullptr) return;
    if (stages->kind() != Kind::kList || stages->items().empty()) {
      problems_.Add(*stages, "must be a list of at least one stage");
      return;
    }
    for (std::size_t i = 0; TreeNode* stage = stages->Item(i); ++i) ReadStage(*stage);
  }

  /// "set_hub", or a map with one key: the stage's name.
  void ReadStage(TreeNode& entry) {
    std::string name = entry.text();
    TreeNode* node = &entry;
    if (entry.kind() == Kind::kMap && entry.members().size() == 1) {
      name = entry.members()[0].first;
      node = entry.Member(name);
    } else if (entry.kind() != Kind::kScalar) {
      problems_.Add(entry, "must be a stage's name, or a map with the stage's name as its one key");
      return;
    }
    const StageSpec* spec = registry_.stages.Find(name);
    if (spec == nullptr) {
      std::vector<std::string> names;
      for (const StageSpec& known : registry_.stages.specs()) names.push_back(known.name);
      problems_.Add(entry, "there is no stage `" + name + "`" + DidYouMean(name, names) +
                               " (`sluice stages` lists them)");
      return;
    }
    // The name alone stands for the name with an empty map.
    if (node == &entry) {
      entry.BecomeMap();
      node = &entry.AddDefault(name, Kind::kNull);
    }
    std::set<std::string> stores;
    for (const StoreConfig& store : out_.stores) stores.insert(store.name);
    const std::size_t before = problems_.size();
    CheckStage(*node, *spec, stores, problems_);
    if (problems_.size() == before) CheckTopics(*node, *spec);
    CheckSideOutput(*node);
    out_.stages.push_back({spec, node});
  }

  /// A topic that fits by itself may be too long with its prefix.
  void CheckTopics(const ConfigNode& node, const StageSpec& spec) {
    const std::vector<const ConfigNode*> nodes =
        spec.field_list ? node.items() : std::vector<const ConfigNode*>{&node};
    for (const ConfigNode* item : nodes) {
      for (const FieldSpec& field : spec.fields) {
        if (IsTopicField(field)) rules_.DemandTopics(*item, field.name, prefix());
      }
    }
  }

  /// Of the process: that of a listed file does not count.
  [[nodiscard]] const std::string& prefix() const {
    return around_ == nullptr ? out_.topic_prefix : around_->topic_prefix;
  }

  void CheckSideOutput(TreeNode& node) {
    const TreeNode* output = node.Member("side_output");
    if (output == nullptr) return;
    std::vector<std::string> names;
    for (const auto& [known, topic] : out_.side_outputs) names.push_back(known);
    if (std::ranges::find(names, output->text()) != names.end()) return;
    problems_.Add(*output, "there is no side output `" + Shown(*output) + "` under `side_outputs`" +
                               DidYouMean(output->text(), names));
  }

  Config& config_;
  TreeNode& root_;
  const Registry& registry_;
  Problems problems_;
  const NodeRules rules_{problems_};
  const bool fused_;
  const PipelineConfig* const around_;
  PipelineConfig out_;
};

}  // namespace

Result<PipelineConfig> CheckPipeline(Config& config, const Registry& registry) {
  return PipelineReader(config, registry).Read();
}

}  // namespace sluice
