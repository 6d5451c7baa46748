#include "config/port_config.h"

#include <algorithm>

#include "config/spec_check.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;

class PortReader {
 public:
  PortReader(TreeNode& root, const PortTraits& traits, const Registry& registry,
             const NodeRules& rules)
      : root_(root), traits_(traits), registry_(registry), rules_(rules) {}

  PortConfig Read() {
    if (TreeNode* source = root_.Member("source")) ReadSource(*source);
    if (TreeNode* sink = root_.Member("sink")) ReadSink(*sink);
    return std::move(out_);
  }

 private:
  void ReadSource(TreeNode& source) {
    rules_.Check(source, Sections(registry_.sources.names()));
    const auto [spec, node] = ChooseSpec(source, registry_.sources, rules_);
    if (spec == nullptr) return;
    Fields fields = spec->fields;
    for (FieldSpec& field : fields) {
      // What no listed pipeline writes is read anyway.
      if (traits_.fused && field.type == FieldType::kTopicList) field.required = false;
    }
    source_ = node;
    bool good = CheckSpec(*node, *spec, fields, rules_.problems());
    for (const FieldSpec& field : fields) {
      if (!good || !IsTopicField(field)) continue;
      const std::size_t before = rules_.problems().size();
      rules_.DemandTopics(*node, field.name, traits_.topic_prefix);
      good = rules_.problems().size() == before;
    }
    out_.source = {spec, node, good ? spec->describe(*node) : SourceTraits()};
  }

  void ReadSink(TreeNode& sink) {
    ReadRecordSettings(sink);
    const auto [spec, node] = ChooseSpec(sink, registry_.sinks, rules_);
    if (spec == nullptr) return;
    const Fields fields = TakeFromSource(*node, *spec);
    const bool good = CheckSpec(*node, *spec, fields, rules_.problems());
    out_.sink.spec = spec;
    out_.sink.node = node;
    if (good) out_.sink.traits = spec->describe(*node);
  }

  /// The sink's fields, once the values that it shares with the source are taken over.
  Fields TakeFromSource(TreeNode& node, const SinkSpec& spec) const {
    Fields fields = spec.fields;
    if (node.kind() == Kind::kNull) node.BecomeMap();
    for (FieldSpec& field : fields) {
      if (!field.from_source || node.kind() != Kind::kMap || node.Has(field.name)) continue;
      if (const TreeNode* given = SourceValue(field.name)) {
        TreeNode& taken = node.AddDefault(field.name, Kind::kScalar);
        taken.SetText(given->text());
        if (given->secret()) taken.MarkSecret();
      } else if (source_ == nullptr || SourceHas(field.name)) {
        field.required = false;  // What is wrong with the source is said there.
      }
    }
    return fields;
  }

  [[nodiscard]] const TreeNode* SourceValue(const std::string& key) const {
    const TreeNode* given = source_ == nullptr ? nullptr : source_->Member(key);
    return given != nullptr && !given->text().empty() ? given : nullptr;
  }

  [[nodiscard]] bool SourceHas(const std::string& key) const {
    const auto& fields = out_.source.spec->fields;
    return std::ranges::find(fields, key, &FieldSpec::name) != fields.end();
  }

  /// Keys, headers and sizes of what is written; of several pipelines each has its own.
  void ReadRecordSettings(TreeNode& sink) {
    Fields fields = Sections(registry_.sinks.names());
    if (!traits_.fused) {
      fields.push_back(Optional("key", FieldType::kStringList));
      fields.push_back(Field("position_header", FieldType::kBool, "true"));
      FieldSpec limit = Field("max_record_bytes", FieldType::kBytes, "1572864");
      limit.least = 1;
      limit.most = 1'000'000'000;
      fields.push_back(std::move(limit));
    }
    rules_.Check(sink, fields);
    if (traits_.fused) return;
    ReadKey(sink);
    out_.sink.position_header = sink.Bool("position_header", true);
    out_.sink.max_record_bytes = sink.Bytes("max_record_bytes");
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
  const Registry& registry_;
  const NodeRules& rules_;
  PortConfig out_;
  TreeNode* source_ = nullptr;  ///< The source's own keys.
};

}  // namespace

PortConfig ReadPorts(TreeNode& root, const PortTraits& traits, const Registry& registry,
                     const NodeRules& rules) {
  return PortReader(root, traits, registry, rules).Read();
}

}  // namespace sluice
