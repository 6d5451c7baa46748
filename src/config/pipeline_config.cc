#include "config/pipeline_config.h"

#include <algorithm>

#include "config/problems.h"
#include "config/stage_check.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;
using Fields = std::vector<FieldSpec>;

FieldSpec Field(std::string name, FieldType type, std::string fallback) {
  return {.name = std::move(name),
          .type = type,
          .description = "",
          .default_value = std::move(fallback)};
}
FieldSpec Optional(std::string name, FieldType type) {
  return {.name = std::move(name), .type = type, .description = ""};
}
FieldSpec Required(std::string name, FieldType type, std::string what) {
  return {.name = std::move(name), .type = type, .description = std::move(what), .required = true};
}

/// Reads one pipeline; every Read function takes the part of the file that its name says.
class Reader {
 public:
  Reader(TreeNode& root, const StageRegistry& registry) : root_(root), registry_(registry) {}

  Result<PipelineConfig> Read() {
    CheckTop();
    ReadStores();
    ReadSource();
    ReadSink();
    ReadLimits();
    ReadStages();
    if (!problems_.empty()) return problems_.ToError();
    return std::move(out_);
  }

 private:
  void CheckTop() {
    CheckFields(root_,
                {Required("pipeline", FieldType::kString, "the pipeline's name."),
                 Field("topic_prefix", FieldType::kString, ""),
                 Field("delivery", FieldType::kString, "exactly_once"),
                 Field("workers", FieldType::kInt, "1"),
                 Required("source", FieldType::kMap, "where records come from: kafka or files."),
                 Optional("batch", FieldType::kMap), Optional("transaction", FieldType::kMap),
                 Required("stages", FieldType::kAny, "the stages, in order."),
                 Optional("side_outputs", FieldType::kMap),
                 Required("sink", FieldType::kMap, "where records go: kafka or files."),
                 Optional("stores", FieldType::kMap), Optional("admin", FieldType::kMap),
                 Optional("log", FieldType::kMap)},
                {}, problems_);
    out_.name = root_.String("pipeline");
    out_.topic_prefix = root_.String("topic_prefix");
    OneOf(root_, "delivery", {"exactly_once", "at_least_once"});
    out_.exactly_once = root_.String("delivery") == "exactly_once";
    out_.workers = static_cast<int>(root_.Int("workers", 1));
    if (out_.workers < 1 || out_.workers > 256)
      problems_.Add(root_, "`workers` must be between 1 and 256");
  }

  void OneOf(const ConfigNode& node, std::string_view key, const std::vector<std::string>& values) {
    const std::string value = node.String(key);
    if (std::ranges::find(values, value) != values.end()) return;
    std::string list;
    for (const std::string& one : values) list += (list.empty() ? "" : ", ") + one;
    const ConfigNode* at = node.Get(key);
    problems_.Add(at == nullptr ? node : *at, "must be one of " + list + ", not `" + value + "`");
  }

  TreeNode& Section(std::string_view key) {
    TreeNode* node = root_.Member(key);
    if (node == nullptr) {
      node = &root_.SetMember(
          std::string(key), std::make_unique<TreeNode>(Kind::kMap, "default", 0, std::string(key)));
    }
    return *node;
  }

  /// The one of two members that is there; complains if it is both or none.
  TreeNode* Choice(TreeNode& node, const std::string& a, const std::string& b) {
    TreeNode* first = node.Member(a);
    TreeNode* second = node.Member(b);
    if ((first == nullptr) != (second == nullptr)) return first != nullptr ? first : second;
    problems_.Add(node, "must have either `" + a + "` or `" + b + "`");
    return nullptr;
  }

  void Check(TreeNode& node, const Fields& fields) { CheckFields(node, fields, {}, problems_); }

  static std::map<std::string, std::string> Texts(const ConfigNode& node, std::string_view key) {
    std::map<std::string, std::string> texts;
    if (const ConfigNode* map = node.Get(key)) {
      for (const auto& [name, value] : map->members()) texts[name] = value->text();
    }
    return texts;
  }

  void ReadSource() {
    TreeNode& source = Section("source");
    out_.source_where = source.where();
    Check(source, {Optional("kafka", FieldType::kMap), Optional("files", FieldType::kMap)});
    TreeNode* choice = Choice(source, "kafka", "files");
    if (choice == nullptr) return;
    if (choice == source.Member("files")) {
      Check(*choice, {Required("paths", FieldType::kStringList, "the files to read."),
                      Required("topic", FieldType::kTopic, "the topic that the files stand for.")});
      out_.source_files = {choice->Strings("paths"), choice->String("topic")};
      return;
    }
    Check(*choice,
          {Required("brokers", FieldType::kString, "host:port of one or more brokers."),
           Required("group", FieldType::kString, "the consumer group."),
           Required("topics", FieldType::kStringList, "the topics to read."),
           Field("auto_offset_reset", FieldType::kString, "earliest"),
           Field("instance", FieldType::kString, ""), Optional("options", FieldType::kMap)});
    OneOf(*choice, "auto_offset_reset", {"earliest", "latest", "error"});
    out_.source_kafka = {choice->String("brokers"),  choice->String("group"),
                         choice->Strings("topics"),  choice->String("auto_offset_reset"),
                         choice->String("instance"), Texts(*choice, "options")};
  }

  void ReadSink() {
    TreeNode& sink = Section("sink");
    out_.sink_where = sink.where();
    Check(sink, {Optional("key", FieldType::kStringList),
                 Field("position_header", FieldType::kBool, "true"),
                 Field("max_record_bytes", FieldType::kBytes, "1572864"),
                 Optional("kafka", FieldType::kMap), Optional("files", FieldType::kMap)});
    out_.sink.key = sink.Strings("key");
    for (const std::string& pointer : out_.sink.key) {
      if (pointer.size() < 2 || pointer[0] != '/') {
        problems_.Add(sink,
                      "`key` must hold JSON pointers such as /context/did, not `" + pointer + "`");
      }
    }
    out_.sink.position_header = sink.Bool("position_header", true);
    out_.sink.max_record_bytes = sink.Bytes("max_record_bytes");
    TreeNode* choice = Choice(sink, "kafka", "files");
    if (choice == nullptr) return;
    if (choice == sink.Member("files")) {
      Check(*choice, {Required("directory", FieldType::kString, "where the files are written."),
                      Field("envelope", FieldType::kBool, "false")});
      out_.sink.files = {choice->String("directory"), choice->Bool("envelope")};
      if (!out_.source_files) problems_.Add(sink, "a sink of files needs a source of files");
      return;
    }
    if (!out_.source_kafka) problems_.Add(sink, "a sink of Kafka needs a source of Kafka");
    Check(*choice, {Field("brokers", FieldType::kString,
                          out_.source_kafka ? out_.source_kafka->brokers : ""),
                    Optional("options", FieldType::kMap)});
    out_.sink.kafka = {choice->String("brokers"), Texts(*choice, "options")};
  }

  void ReadLimits() {
    TreeNode& batch = Section("batch");
    Check(batch, {Field("max_events", FieldType::kInt, "256")});
    out_.batch_max_events = Positive(batch, "max_events");
    TreeNode& transaction = Section("transaction");
    Check(transaction, {Field("max_events", FieldType::kInt, "5000"),
                        Field("max_bytes", FieldType::kBytes, "32MiB"),
                        Field("linger", FieldType::kDuration, "5ms"),
                        Field("timeout", FieldType::kDuration, "60s")});
    out_.transaction = {Positive(transaction, "max_events"), transaction.Bytes("max_bytes"),
                        transaction.Duration("linger"), transaction.Duration("timeout")};
    TreeNode& admin = Section("admin");
    Check(admin, {Field("listen", FieldType::kString, "127.0.0.1:9400")});
    const std::string listen = admin.String("listen");
    out_.admin_listen = listen == "off" ? "" : listen;
    TreeNode& log = Section("log");
    Check(log, {Field("level", FieldType::kString, "info"),
                Field("format", FieldType::kString, "text")});
    OneOf(log, "level", {"debug", "info", "warning", "error"});
    OneOf(log, "format", {"text", "json"});
    out_.log = {log.String("level"), log.String("format")};
  }

  std::uint64_t Positive(const ConfigNode& node, std::string_view key) {
    const std::int64_t value = node.Int(key);
    if (value < 1) problems_.Add(node, "`" + std::string(key) + "` must be at least 1");
    return static_cast<std::uint64_t>(value);
  }

  void ReadStores() {
    TreeNode& stores = Section("stores");
    if (stores.kind() != Kind::kMap) return;
    for (const auto& [name, ignored] : stores.members()) {
      TreeNode& store = *stores.Member(name);
      store_names_.insert(name);
      StoreConfig& out = out_.stores.emplace_back();
      out.name = name;
      out.where = store.where();
      Check(store, {Optional("redis", FieldType::kMap), Optional("memory", FieldType::kMap)});
      TreeNode* choice = Choice(store, "redis", "memory");
      if (choice == nullptr) continue;
      if (choice == store.Member("memory")) {
        Check(*choice, {Field("max_keys", FieldType::kInt, "10000000")});
        out.memory = {Positive(*choice, "max_keys")};
        continue;
      }
      Check(*choice, {Required("url", FieldType::kString, "redis://host:port or unix:///path."),
                      Optional("db", FieldType::kInt), Field("user", FieldType::kString, ""),
                      Field("password", FieldType::kString, ""),
                      Field("timeout", FieldType::kDuration, "5s")});
      out.redis = {choice->String("url"), std::nullopt, choice->String("user"),
                   choice->String("password"), choice->Duration("timeout")};
      if (choice->Has("db")) out.redis->db = static_cast<int>(choice->Int("db"));
    }
  }

  void ReadStages() {
    TreeNode& side_outputs = Section("side_outputs");
    for (const auto& [name, topic] : side_outputs.members()) {
      if (topic->kind() != Kind::kScalar) problems_.Add(*topic, "must be a topic name");
      out_.side_outputs.emplace_back(name, topic->text());
    }
    if (!side_outputs.Has("failed")) {
      problems_.Add(side_outputs,
                    "`failed` is missing: it takes what can't be read or written elsewhere");
    }
    TreeNode* stages = root_.Member("stages");
    if (stages == nullptr || stages->kind() != Kind::kList || stages->items().empty()) {
      problems_.Add(root_, "`stages` must be a list of at least one stage");
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
    } else if (entry.kind() == Kind::kScalar) {
      entry.BecomeMap();
    } else {
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
    CheckStage(*node, *spec, store_names_, problems_);
    if (node->kind() == Kind::kMap && node->Has("side_output")) CheckSideOutput(*node);
    out_.stages.push_back({spec, node});
  }

  void CheckSideOutput(TreeNode& node) {
    const std::string name = node.String("side_output");
    std::vector<std::string> names;
    for (const auto& [known, topic] : out_.side_outputs) names.push_back(known);
    if (std::ranges::find(names, name) != names.end()) return;
    problems_.Add(node, "there is no side output `" + name + "` under `side_outputs`" +
                            DidYouMean(name, names));
  }

  TreeNode& root_;
  const StageRegistry& registry_;
  Problems problems_;
  PipelineConfig out_;
  std::set<std::string> store_names_;
};

}  // namespace

Result<PipelineConfig> CheckPipeline(Config& config, const StageRegistry& registry) {
  return Reader(config.tree(), registry).Read();
}

}  // namespace sluice
