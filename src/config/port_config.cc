#include "config/port_config.h"

#include "config/stage_check.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;

class PortReader {
 public:
  PortReader(TreeNode& root, const PortTraits& traits, const NodeRules& rules)
      : root_(root), traits_(traits), rules_(rules) {}

  PortConfig Read() {
    if (TreeNode* source = root_.Member("source")) ReadSource(*source);
    if (TreeNode* sink = root_.Member("sink")) ReadSink(*sink);
    return std::move(out_);
  }

 private:
  void ReadSource(TreeNode& source) {
    out_.source_where = source.where();
    rules_.Check(source, {Section("kafka"), Section("files")});
    TreeNode* choice = rules_.Choice(source, {"kafka", "files"});
    if (choice == nullptr) return;
    if (choice == source.Member("files")) {
      ReadFilesSource(*choice);
    } else {
      ReadKafkaSource(*choice);
    }
  }

  void ReadFilesSource(TreeNode& files) {
    rules_.Check(files,
                 {Required("paths", FieldType::kStringList, "the files to read."),
                  Required("topic", FieldType::kString, "the topic that the files stand for.")});
    rules_.DemandTopics(files, "topic", traits_.topic_prefix);
    out_.source_files = {files.Strings("paths"), files.String("topic")};
  }

  void ReadKafkaSource(TreeNode& kafka) {
    rules_.Check(kafka,
                 {Required("brokers", FieldType::kString, "host:port of one or more brokers."),
                  Required("group", FieldType::kString, "the consumer group."),
                  traits_.fused ? Optional("topics", FieldType::kStringList)
                                : Required("topics", FieldType::kStringList, "the topics to read."),
                  Field("auto_offset_reset", FieldType::kString, "earliest"),
                  Field("instance", FieldType::kString, ""), Optional("options", FieldType::kMap)});
    source_brokers_ = kafka.Member("brokers");
    rules_.DemandTopics(kafka, "topics", traits_.topic_prefix);
    rules_.DemandOneOf(kafka, "auto_offset_reset", {"earliest", "latest", "error"});
    out_.source_kafka = {kafka.String("brokers"),  kafka.String("group"),
                         kafka.Strings("topics"),  kafka.String("auto_offset_reset"),
                         kafka.String("instance"), Texts(kafka, "options")};
  }

  void ReadSink(TreeNode& sink) {
    out_.sink_where = sink.where();
    ReadRecordSettings(sink);
    TreeNode* choice = rules_.Choice(sink, {"kafka", "files"});
    if (choice == nullptr) return;
    if (choice == sink.Member("files")) {
      rules_.Check(*choice,
                   {Required("directory", FieldType::kString, "where the files are written."),
                    Field("envelope", FieldType::kBool, "false")});
      out_.sink.files = {choice->String("directory"), choice->Bool("envelope")};
      if (out_.source_kafka) rules_.problems().Add(sink, "a sink of files needs a source of files");
      return;
    }
    if (out_.source_files) rules_.problems().Add(sink, "a sink of Kafka needs a source of Kafka");
    ReadKafkaSink(*choice);
  }

  /// Keys, headers and sizes of what is written; of several pipelines each has its own.
  void ReadRecordSettings(TreeNode& sink) {
    Fields fields = {Section("kafka"), Section("files")};
    if (!traits_.fused) {
      fields.push_back(Optional("key", FieldType::kStringList));
      fields.push_back(Field("position_header", FieldType::kBool, "true"));
      fields.push_back(Field("max_record_bytes", FieldType::kBytes, "1572864"));
    }
    rules_.Check(sink, fields);
    if (traits_.fused) return;
    ReadKey(sink);
    out_.sink.position_header = sink.Bool("position_header", true);
    out_.sink.max_record_bytes = sink.Bytes("max_record_bytes");
    rules_.Demand(sink, "max_record_bytes", FieldType::kBytes,
                  out_.sink.max_record_bytes >= 1 && out_.sink.max_record_bytes <= 1'000'000'000,
                  "between 1 and 1000000000");
  }

  void ReadKafkaSink(TreeNode& kafka) {
    rules_.Check(kafka,
                 {Optional("brokers", FieldType::kString), Optional("options", FieldType::kMap)});
    if (kafka.kind() == Kind::kMap && !kafka.Has("brokers") && source_brokers_ != nullptr) {
      TreeNode& brokers = kafka.AddDefault("brokers", Kind::kScalar);
      brokers.SetText(source_brokers_->text());
      if (source_brokers_->secret()) brokers.MarkSecret();
    }
    out_.sink.kafka = {kafka.String("brokers"), Texts(kafka, "options")};
    if (traits_.exactly_once && kafka.Has("brokers") && source_brokers_ != nullptr &&
        kafka.String("brokers") != source_brokers_->text()) {
      rules_.problems().Add(
          kafka,
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
      rules_.problems().Add(*pointer, "must be " + FieldTypeName(FieldType::kPointer) + ", not `" +
                                          pointer->text() + "`");
    }
  }

  TreeNode& root_;
  const PortTraits& traits_;
  const NodeRules& rules_;
  PortConfig out_;
  const TreeNode* source_brokers_ = nullptr;  ///< The sink's too, where it names none.
};

}  // namespace

PortConfig ReadPorts(TreeNode& root, const PortTraits& traits, const NodeRules& rules) {
  return PortReader(root, traits, rules).Read();
}

}  // namespace sluice
