#include "schema/schema_tree.h"

#include <utility>

#include "schema/schema_reader.h"

namespace sluice {
namespace {

/// Finds schemas that apply themselves to the same value again, which no validator survives.
class LoopFinder {
 public:
  /// The first schema on a loop, or nullptr.
  const SchemaNode* Visit(const SchemaNode* node) {
    const auto [entry, fresh] = done_.emplace(node, false);
    if (!fresh) return entry->second ? nullptr : node;
    for (const SchemaNode* next : AppliedToTheSameValue(*node)) {
      if (const SchemaNode* loop = Visit(next); loop != nullptr) return loop;
    }
    done_[node] = true;
    return nullptr;
  }

 private:
  static std::vector<const SchemaNode*> AppliedToTheSameValue(const SchemaNode& node) {
    std::vector<const SchemaNode*> next;
    for (const SchemaNode::Keyword& keyword : node.keywords) {
      if (keyword.name == "allOf" || keyword.name == "anyOf" || keyword.name == "oneOf" ||
          keyword.name == "not" || keyword.name == "dependencies") {
        for (const SchemaNode::Named& child : keyword.children) next.push_back(child.schema);
      }
    }
    return next;
  }

  std::map<const SchemaNode*, bool> done_;
};

}  // namespace

Result<SchemaTree> SchemaTree::Read(SchemaFiles files) {
  SchemaTree tree;
  tree.files_ = std::move(files);
  SchemaReader reader(tree.files_, tree.nodes_);
  for (const auto& [name, json] : tree.files_.files()) {
    auto root = reader.ReadRoot(name);
    if (!root) return std::move(root).error();
    tree.roots_.emplace(name, root.value());
  }
  LoopFinder loops;
  for (const SchemaNode& node : tree.nodes_) {
    if (const SchemaNode* loop = loops.Visit(&node); loop != nullptr) {
      return tree.files_.Complain(loop->file, loop->pointer,
                                  "the schema applies itself to the same value without end; break "
                                  "the loop of $ref, allOf, anyOf, oneOf or not");
    }
  }
  return tree;
}

}  // namespace sluice
