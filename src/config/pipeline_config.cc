#include "config/pipeline_config.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include "config/problems.h"
#include "config/redact.h"
#include "config/stage_check.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;
using Fields = std::vector<FieldSpec>;
using namespace std::chrono_literals;

constexpr std::int64_t kMostInt = std::numeric_limits<std::int32_t>::max();

FieldSpec Field(std::string name, FieldType type, std::string fallback) {
  return {.name = std::move(name),
          .type = type,
          .description = "",
          .default_value = std::move(fallback)};
}
FieldSpec Optional(std::string name, FieldType type) {
  return {.name = std::move(name), .type = type, .description = ""};
}
/// A map whose own keys are checked when it is read.
FieldSpec Section(std::string name) { return Optional(std::move(name), FieldType::kAny); }
FieldSpec Required(std::string name, FieldType type, std::string what) {
  return {.name = std::move(name), .type = type, .description = std::move(what), .required = true};
}

bool IsPipelineName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool IsHostAndPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size();
}

std::map<std::string, std::string> Texts(const ConfigNode& node, std::string_view key) {
  std::map<std::string, std::string> texts;
  if (const ConfigNode* map = node.Get(key)) {
    for (const auto& [name, value] : map->members()) texts[name] = value->text();
  }
  return texts;
}

/// Reads one pipeline; every Read function takes the part of the file that its name says.
class PipelineReader {
 public:
  PipelineReader(Config& config, const StageRegistry& registry)
      : config_(config),
        root_(config.tree()),
        registry_(registry),
        problems_(config.problems()),
        fused_(root_.Has("pipelines")) {}

  Result<PipelineConfig> Read() {
    ReadTop();
    ReadSource();
    ReadSink();
    ReadLimits();
    ReadAdminAndLog();
    ReadStores();
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
  void Check(TreeNode& node, const Fields& fields) { CheckFields(node, fields, {}, problems_); }

  /// Complains about a value that has the form of its type but does not follow a rule.
  void Demand(TreeNode& node, std::string_view key, FieldType type, bool good,
              std::string_view rule) {
    const TreeNode* value = node.Member(key);
    if (good || value == nullptr || !HasForm(*value, type)) return;
    problems_.Add(*value, "must be " + std::string(rule) + ", not `" + Shown(*value) + "`");
  }

  void DemandOneOf(TreeNode& node, std::string_view key, const std::vector<std::string>& values) {
    const std::string value = node.String(key);
    std::string list;
    for (const std::string& one : values) list += (list.empty() ? "" : ", ") + one;
    Demand(node, key, FieldType::kString, std::ranges::find(values, value) != values.end(),
           "one of " + list);
  }

  std::int64_t Count(TreeNode& node, std::string_view key, std::int64_t most) {
    const std::int64_t count = node.Int(key, 1);
    Demand(node, key, FieldType::kInt, count >= 1 && count <= most,
           "between 1 and " + std::to_string(most));
    return count;
  }

  void DemandTopics(const ConfigNode& node, std::string_view key) {
    const ConfigNode* topics = node.Get(key);
    if (topics == nullptr) return;
    for (const ConfigNode* topic : topics->items()) {
      if (!topic->text().empty()) DemandTopic(*topic);
    }
  }

  void DemandTopic(const ConfigNode& topic) {
    const std::string name = out_.topic_prefix + topic.text();
    if (!topic.text().empty() && IsTopicName(name)) return;
    problems_.Add(topic, "must be " + FieldTypeName(FieldType::kTopic) + ", not `" + name + "`");
  }

  /// A part of the file; an empty one if it is not there.
  TreeNode& Part(const std::string& key) {
    TreeNode* node = root_.Member(key);
    return node != nullptr ? *node : root_.AddDefault(key, Kind::kMap);
  }

  /// The one of two members that is there; complains if it is both or none.
  TreeNode* Choice(TreeNode& node, const std::string& a, const std::string& b) {
    TreeNode* first = node.Member(a);
    TreeNode* second = node.Member(b);
    if ((first == nullptr) != (second == nullptr)) return first != nullptr ? first : second;
    if (node.kind() == Kind::kMap)
      problems_.Add(node, "must have either `" + a + "` or `" + b + "`");
    return nullptr;
  }

  void ReadTop() {
    Fields fields = {
        Required("pipeline", FieldType::kString, "the pipeline's name."),
        Field("topic_prefix", FieldType::kString, ""),
        Field("delivery", FieldType::kString, "exactly_once"),
        Field("workers", FieldType::kInt, "1"),
        Required("source", FieldType::kAny, "where records come from: kafka or files."),
        Section("batch"),
        Section("transaction"),
        Required("sink", FieldType::kAny, "where records go: kafka or files."),
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
    Check(root_, fields);
    out_.records = root_.String("records", "events");
    DemandOneOf(root_, "records", {"events", "batches", "bytes"});
    out_.name = root_.String("pipeline");
    Demand(root_, "pipeline", FieldType::kString, out_.name.empty() || IsPipelineName(out_.name),
           "lower-case letters, digits and `-`");
    out_.topic_prefix = root_.String("topic_prefix");
    Demand(root_, "topic_prefix", FieldType::kString, IsTopicName(out_.topic_prefix + "x"),
           "letters, digits, `.`, `_` and `-`");
    DemandOneOf(root_, "delivery", {"exactly_once", "at_least_once"});
    out_.exactly_once = root_.String("delivery") == "exactly_once";
    out_.workers = static_cast<int>(Count(root_, "workers", 256));
  }

  /// The files under `pipelines`, and what is kept of the topics between them.
  void ReadParts() {
    const std::vector<std::string> keep = root_.Strings("keep");
    out_.keep_all = keep == std::vector<std::string>{"all"};
    if (!out_.keep_all) {
      DemandTopics(root_, "keep");
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
    auto part = CheckPipeline(*loaded.value(), registry_);
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

  void ReadSource() {
    TreeNode* source = root_.Member("source");
    if (source == nullptr) return;
    out_.source_where = source->where();
    Check(*source, {Section("kafka"), Section("files")});
    TreeNode* choice = Choice(*source, "kafka", "files");
    if (choice == nullptr) return;
    if (choice == source->Member("files")) {
      Check(*choice,
            {Required("paths", FieldType::kStringList, "the files to read."),
             Required("topic", FieldType::kString, "the topic that the files stand for.")});
      DemandTopics(*choice, "topic");
      out_.source_files = {choice->Strings("paths"), choice->String("topic")};
      return;
    }
    Check(*choice,
          {Required("brokers", FieldType::kString, "host:port of one or more brokers."),
           Required("group", FieldType::kString, "the consumer group."),
           fused_ ? Optional("topics", FieldType::kStringList)
                  : Required("topics", FieldType::kStringList, "the topics to read."),
           Field("auto_offset_reset", FieldType::kString, "earliest"),
           Field("instance", FieldType::kString, ""), Optional("options", FieldType::kMap)});
    source_brokers_ = choice->Member("brokers");
    DemandTopics(*choice, "topics");
    DemandOneOf(*choice, "auto_offset_reset", {"earliest", "latest", "error"});
    out_.source_kafka = {choice->String("brokers"),  choice->String("group"),
                         choice->Strings("topics"),  choice->String("auto_offset_reset"),
                         choice->String("instance"), Texts(*choice, "options")};
  }

  void ReadSink() {
    TreeNode* sink = root_.Member("sink");
    if (sink == nullptr) return;
    out_.sink_where = sink->where();
    ReadRecordSettings(*sink);
    TreeNode* choice = Choice(*sink, "kafka", "files");
    if (choice == nullptr) return;
    if (choice == sink->Member("files")) {
      Check(*choice, {Required("directory", FieldType::kString, "where the files are written."),
                      Field("envelope", FieldType::kBool, "false")});
      out_.sink.files = {choice->String("directory"), choice->Bool("envelope")};
      if (out_.source_kafka) problems_.Add(*sink, "a sink of files needs a source of files");
      return;
    }
    if (out_.source_files) problems_.Add(*sink, "a sink of Kafka needs a source of Kafka");
    ReadKafkaSink(*choice);
  }

  /// Keys, headers and sizes of what is written; of several pipelines each has its own.
  void ReadRecordSettings(TreeNode& sink) {
    Fields fields = {Section("kafka"), Section("files")};
    if (!fused_) {
      fields.push_back(Optional("key", FieldType::kStringList));
      fields.push_back(Field("position_header", FieldType::kBool, "true"));
      fields.push_back(Field("max_record_bytes", FieldType::kBytes, "1572864"));
    }
    Check(sink, fields);
    if (fused_) return;
    ReadKey(sink);
    out_.sink.position_header = sink.Bool("position_header", true);
    out_.sink.max_record_bytes = sink.Bytes("max_record_bytes");
    Demand(sink, "max_record_bytes", FieldType::kBytes,
           out_.sink.max_record_bytes >= 1 && out_.sink.max_record_bytes <= 1'000'000'000,
           "between 1 and 1000000000");
  }

  void ReadKafkaSink(TreeNode& kafka) {
    Check(kafka, {Optional("brokers", FieldType::kString), Optional("options", FieldType::kMap)});
    if (kafka.kind() == Kind::kMap && !kafka.Has("brokers") && source_brokers_ != nullptr) {
      TreeNode& brokers = kafka.AddDefault("brokers", Kind::kScalar);
      brokers.SetText(source_brokers_->text());
      if (source_brokers_->secret()) brokers.MarkSecret();
    }
    out_.sink.kafka = {kafka.String("brokers"), Texts(kafka, "options")};
    if (out_.exactly_once && kafka.Has("brokers") && source_brokers_ != nullptr &&
        kafka.String("brokers") != source_brokers_->text()) {
      problems_.Add(kafka,
                    "`brokers` are not those of the source: a transaction can't span two clusters, "
                    "so set `delivery: at_least_once`, or name the same brokers in the same way");
    }
  }

  void ReadKey(const TreeNode& sink) {
    out_.sink.key = sink.Strings("key");
    const ConfigNode* key = sink.Get("key");
    if (key == nullptr || !HasForm(*key, FieldType::kStringList)) return;
    for (const ConfigNode* pointer : key->items()) {
      if (HasForm(*pointer, FieldType::kPointer)) continue;
      problems_.Add(*pointer, "must be " + FieldTypeName(FieldType::kPointer) + ", not `" +
                                  pointer->text() + "`");
    }
  }

  void ReadLimits() {
    TreeNode& batch = Part("batch");
    Check(batch, {Field("max_events", FieldType::kInt, "256")});
    out_.batch_max_events = static_cast<std::uint64_t>(Count(batch, "max_events", 1'000'000));
    TreeNode& part = Part("transaction");
    Check(part, {Field("max_events", FieldType::kInt, "5000"),
                 Field("max_bytes", FieldType::kBytes, "32MiB"),
                 Field("linger", FieldType::kDuration, "5ms"),
                 Field("timeout", FieldType::kDuration, "60s")});
    PipelineConfig::Transaction& out = out_.transaction;
    out = {static_cast<std::uint64_t>(Count(part, "max_events", 10'000'000)),
           part.Bytes("max_bytes"), part.Duration("linger"), part.Duration("timeout")};
    Demand(part, "max_bytes", FieldType::kBytes, out.max_bytes >= 1, "at least 1");
    Demand(part, "timeout", FieldType::kDuration, out.timeout >= 1s && out.timeout <= 24h,
           "between 1s and 24h");
    Demand(part, "linger", FieldType::kDuration, out.linger < std::max(out.timeout, 1000ms),
           "shorter than `timeout`");
  }

  void ReadAdminAndLog() {
    TreeNode& admin = Part("admin");
    Check(admin, {Field("listen", FieldType::kString, "127.0.0.1:9400")});
    const std::string listen = admin.String("listen");
    out_.admin_listen = listen == "off" ? "" : listen;
    Demand(admin, "listen", FieldType::kString,
           out_.admin_listen.empty() || IsHostAndPort(out_.admin_listen),
           "host:port such as 127.0.0.1:9400, or off");
    TreeNode& log = Part("log");
    Check(log, {Field("level", FieldType::kString, "info"),
                Field("format", FieldType::kString, "text")});
    DemandOneOf(log, "level", {"debug", "info", "warning", "error"});
    DemandOneOf(log, "format", {"text", "json"});
    out_.log = {log.String("level"), log.String("format")};
  }

  void ReadStores() {
    TreeNode& stores = Part("stores");
    if (stores.kind() == Kind::kNull) stores.BecomeMap();
    if (stores.kind() != Kind::kMap) problems_.Add(stores, "must be a map of names and stores");
    for (const auto& [name, ignored] : stores.members()) {
      store_names_.insert(name);
      ReadStore(name, *stores.Member(name));
    }
  }

  void ReadStore(const std::string& name, TreeNode& store) {
    StoreConfig& out = out_.stores.emplace_back();
    out.name = name;
    out.where = store.where();
    Check(store, {Section("redis"), Section("memory")});
    TreeNode* choice = Choice(store, "redis", "memory");
    if (choice == nullptr) return;
    if (choice == store.Member("memory")) {
      Check(*choice, {Field("max_keys", FieldType::kInt, "10000000")});
      out.memory = {static_cast<std::uint64_t>(Count(*choice, "max_keys", 1'000'000'000))};
      return;
    }
    Check(*choice, {Required("url", FieldType::kString, "redis://host:port or unix:///path."),
                    Optional("db", FieldType::kInt), Field("user", FieldType::kString, ""),
                    Field("password", FieldType::kString, ""),
                    Field("timeout", FieldType::kDuration, "5s")});
    out.redis = {choice->String("url"), std::nullopt, choice->String("user"),
                 choice->String("password"), choice->Duration("timeout")};
    Demand(*choice, "timeout", FieldType::kDuration, out.redis->timeout >= 1ms, "at least 1ms");
    if (!choice->Has("db")) return;
    const std::int64_t db = choice->Int("db");
    Demand(*choice, "db", FieldType::kInt, db >= 0 && db <= kMostInt, "a database's number");
    out.redis->db = static_cast<int>(db);
  }

  void ReadSideOutputs() {
    TreeNode& side_outputs = Part("side_outputs");
    if (side_outputs.kind() == Kind::kNull) side_outputs.BecomeMap();
    if (side_outputs.kind() != Kind::kMap) {
      problems_.Add(side_outputs, "must be a map of names and topics");
      return;
    }
    for (const auto& [name, topic] : side_outputs.members()) {
      DemandTopic(*topic);
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
    const StageSpec* spec = registry_.Find(name);
    if (spec == nullptr) {
      std::vector<std::string> names;
      for (const StageSpec& known : registry_.specs()) names.push_back(known.name);
      problems_.Add(entry, "there is no stage `" + name + "`" + DidYouMean(name, names) +
                               " (`sluice stages` lists them)");
      return;
    }
    // The name alone stands for the name with an empty map.
    if (node == &entry) {
      entry.BecomeMap();
      node = &entry.AddDefault(name, Kind::kNull);
    }
    CheckStage(*node, *spec, store_names_, problems_);
    CheckSideOutput(*node);
    out_.stages.push_back({spec, node});
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
  const StageRegistry& registry_;
  Problems problems_;
  const bool fused_;
  PipelineConfig out_;
  std::set<std::string> store_names_;
  const TreeNode* source_brokers_ = nullptr;  ///< The sink's too, where it names none.
};

}  // namespace

std::vector<std::string> SourceTopics(const PipelineConfig& config) {
  if (config.source_kafka) return config.source_kafka->topics;
  return {config.source_files->topic};
}

Result<PipelineConfig> CheckPipeline(Config& config, const StageRegistry& registry) {
  return PipelineReader(config, registry).Read();
}

}  // namespace sluice
