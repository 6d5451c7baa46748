#include "config/yaml_reader.h"

#include <yaml-cpp/yaml.h>

#include "config/redact.h"

namespace sluice {
namespace {

class Reader {
 public:
  Reader(const std::string& file, const Environment& environment, Problems& problems)
      : file_(file), environment_(environment), problems_(problems) {}

  std::unique_ptr<TreeNode> Read(const YAML::Node& yaml, const std::string& path) {
    using Kind = ConfigNode::Kind;
    const Kind kind = yaml.IsMap()        ? Kind::kMap
                      : yaml.IsSequence() ? Kind::kList
                      : yaml.IsScalar()   ? Kind::kScalar
                                          : Kind::kNull;
    auto node = std::make_unique<TreeNode>(kind, file_, yaml.Mark().line + 1, path);
    if (kind == Kind::kScalar) ReadScalar(yaml.Scalar(), *node);
    if (kind == Kind::kList) {
      for (std::size_t i = 0; i < yaml.size(); ++i) {
        node->AddItem(Read(yaml[i], path + "[" + std::to_string(i) + "]"));
      }
    }
    if (kind == Kind::kMap) ReadMap(yaml, path, *node);
    return node;
  }

 private:
  void ReadScalar(const std::string& text, TreeNode& node) {
    Expansion expansion = Expand(text, environment_);
    if (!expansion.problem.empty()) problems_.Add(node, expansion.problem);
    node.SetText(std::move(expansion.text));
    if (expansion.secret) node.MarkSecret();
  }

  void ReadMap(const YAML::Node& yaml, const std::string& path, TreeNode& node) {
    for (const auto& member : yaml) {
      if (!member.first.IsScalar()) {
        problems_.Add(node, "a key must be a name");
        continue;
      }
      const std::string& key = member.first.Scalar();
      auto value = Read(member.second, path.empty() ? key : path + "." + key);
      if (node.Get(key) != nullptr) {
        problems_.Add(*value, "the key stands twice in this map");
        continue;
      }
      if (IsSecretKey(key)) value->MarkSecret();
      node.SetMember(key, std::move(value));
    }
  }

  const std::string& file_;
  const Environment& environment_;
  Problems& problems_;
};

void Write(const TreeNode& node, YAML::Emitter& out) {
  switch (node.kind()) {
    case ConfigNode::Kind::kNull:
      out << YAML::Null;
      break;
    case ConfigNode::Kind::kScalar:
      out << (node.secret() && !node.text().empty() ? kRedacted : RedactUrl(node.text()));
      break;
    case ConfigNode::Kind::kList:
      out << YAML::BeginSeq;
      for (const ConfigNode* item : node.items()) Write(static_cast<const TreeNode&>(*item), out);
      out << YAML::EndSeq;
      break;
    case ConfigNode::Kind::kMap:
      out << YAML::BeginMap;
      for (const auto& [key, value] : node.members()) {
        out << YAML::Key << key << YAML::Value;
        Write(static_cast<const TreeNode&>(*value), out);
      }
      out << YAML::EndMap;
      break;
  }
}

}  // namespace

std::unique_ptr<TreeNode> ReadYaml(const std::string& text, const std::string& file,
                                   const std::string& path, const Environment& environment,
                                   Problems& problems) {
  try {
    return Reader(file, environment, problems).Read(YAML::Load(text), path);
  } catch (const YAML::Exception& error) {
    problems.Add(file + ":" + std::to_string(error.mark.line + 1) + ": not YAML: " + error.msg);
    return nullptr;
  }
}

std::string WriteYaml(const TreeNode& node) {
  YAML::Emitter out;
  Write(node, out);
  return std::string(out.c_str()) + "\n";
}

}  // namespace sluice
