#include "config/yaml_reader.h"

#include <yaml-cpp/yaml.h>

#include <vector>

#include "config/redact.h"
#include "util/utf8.h"

namespace sluice {
namespace {

using Kind = ConfigNode::Kind;

// Far above any honest file: an alias may hold itself, or grow without end through others.
constexpr int kMaxDepth = 64;
constexpr int kMaxNodes = 100'000;

Kind KindOf(const YAML::Node& yaml) {
  if (yaml.IsMap()) return Kind::kMap;
  if (yaml.IsSequence()) return Kind::kList;
  return yaml.IsScalar() ? Kind::kScalar : Kind::kNull;
}

class TreeReader {
 public:
  TreeReader(const std::string& origin, Lines lines, Problems& problems)
      : origin_(origin), lines_(lines), problems_(problems) {}

  std::unique_ptr<TreeNode> Read(const YAML::Node& yaml) { return Read(yaml, "", LineOf(yaml)); }

 private:
  int LineOf(const YAML::Node& yaml) const {
    return lines_ == Lines::kShown ? yaml.Mark().line + 1 : 0;
  }

  std::unique_ptr<TreeNode> Read(const YAML::Node& yaml, const std::string& path, int line) {
    const Kind kind = KindOf(yaml);
    auto node = std::make_unique<TreeNode>(kind, origin_, line, path);
    if (too_large_ || depth_ == kMaxDepth || ++nodes_ > kMaxNodes) {
      if (!too_large_) problems_.Add(*node, "the configuration is nested too deeply or too large");
      too_large_ = true;
      return node;
    }
    ++depth_;
    if (kind == Kind::kScalar) {
      CheckText(yaml.Scalar(), *node);
      node->SetText(yaml.Scalar());
    }
    if (kind == Kind::kList) ReadList(yaml, path, *node);
    if (kind == Kind::kMap) ReadMap(yaml, path, *node);
    --depth_;
    return node;
  }

  void ReadList(const YAML::Node& yaml, const std::string& path, TreeNode& node) {
    for (std::size_t i = 0; i < yaml.size(); ++i) {
      std::string below = path;
      below.append("[").append(std::to_string(i)).append("]");
      node.AddItem(Read(yaml[i], below, LineOf(yaml[i])));
    }
  }

  void ReadMap(const YAML::Node& yaml, const std::string& path, TreeNode& node) {
    for (const auto& member : yaml) {
      if (!member.first.IsScalar()) {
        problems_.Add(node, "a key must be a name");
        continue;
      }
      const std::string& key = member.first.Scalar();
      CheckText(key, node);
      std::string below = path;
      below.append(path.empty() ? "" : ".").append(key);
      // The key's line: a map or list below it begins on the next one.
      auto value = Read(member.second, below, LineOf(member.first));
      if (node.Get(key) != nullptr) {
        problems_.Add(*value, "the key stands twice in this map: remove one of the two");
        continue;
      }
      if (IsSecretKey(key)) value->MarkSecret();
      node.SetMember(key, std::move(value));
    }
  }

  void CheckText(const std::string& text, const TreeNode& node) {
    if (!IsUtf8(text)) problems_.Add(node, "holds bytes that are no UTF-8: save the file as UTF-8");
  }

  const std::string& origin_;
  Lines lines_;
  Problems& problems_;
  int depth_ = 0;
  int nodes_ = 0;
  bool too_large_ = false;
};

void Write(const TreeNode& node, YAML::Emitter& out) {
  switch (node.kind()) {
    case Kind::kNull:
      out << YAML::Null;
      break;
    case Kind::kScalar:
      out << Shown(node);
      break;
    case Kind::kList:
      out << YAML::BeginSeq;
      for (const ConfigNode* item : node.items()) Write(static_cast<const TreeNode&>(*item), out);
      out << YAML::EndSeq;
      break;
    case Kind::kMap:
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

std::unique_ptr<TreeNode> ReadYaml(const std::string& text, const std::string& origin, Lines lines,
                                   Problems& problems) {
  const auto place = [&](const YAML::Mark& mark) {
    return lines == Lines::kShown ? origin + ":" + std::to_string(mark.line + 1) : origin;
  };
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      problems.Add(place(documents[1].Mark()) +
                   ": a second YAML document begins here: a file holds one pipeline");
    }
    return TreeReader(origin, lines, problems)
        .Read(documents.empty() ? YAML::Node() : documents[0]);
  } catch (const YAML::Exception& error) {
    problems.Add(place(error.mark) + ": not YAML: " + error.msg);
    return nullptr;
  }
}

std::string WriteYaml(const TreeNode& node) {
  YAML::Emitter out;
  Write(node, out);
  return std::string(out.c_str()) + "\n";
}

}  // namespace sluice
