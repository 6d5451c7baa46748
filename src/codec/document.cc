#include "sluice/document.h"

#include <charconv>

#include "codec/document_builder.h"
#include "codec/json_reader.h"

namespace sluice {
namespace {

Node* FindChild(Node* parent, const Path::Name& name) {
  return const_cast<Node*>(Value(parent).Find(name.text, name.hash).node());
}

/// Marks a whole subtree as made by an edit: it is written from its nodes, not from the source.
void Own(Node* node) {
  node->flags |= Node::kOwned;
  if (node->type != ValueType::kObject && node->type != ValueType::kArray) return;
  for (Node* child = node->child; child != nullptr; child = child->next) Own(child);
}

}  // namespace

Value Document::Find(const Path& path) const {
  Value value = root();
  for (const Path::Name& name : path.names()) {
    value = value.Find(name.text, name.hash);
    if (!value.exists()) break;
  }
  return value;
}

Value Document::Read(const Path& path) const {
  const Value value = Find(path);
  return value.IsNull() ? Value() : value;
}

std::optional<std::string_view> Document::ReadString(const Path& path) const {
  const Value value = Find(path);
  if (!value.IsString()) return std::nullopt;
  return value.text();
}

void Document::MarkDirty(Node* node) {
  for (; node != nullptr && (node->flags & Node::kDirty) == 0; node = node->parent) {
    node->flags |= Node::kDirty;
  }
}

Node* Document::Member(const Path& path) {
  Node* parent = root_;
  for (std::size_t i = 0; i + 1 < path.names().size(); ++i) {
    parent = FindChild(parent, path.names()[i]);
    if (parent == nullptr || parent->type != ValueType::kObject) return nullptr;
  }
  const Path::Name& name = path.names().back();
  Node* node = FindChild(parent, name);
  if (node == nullptr) {
    node = arena_->New<Node>();
    const std::string_view copy = arena_->Copy(name.text);
    node->name = copy.data();
    node->name_size = static_cast<std::uint32_t>(copy.size());
    node->hash = name.hash;
    node->flags = Node::kAdded;
    node->parent = parent;
    node->next = parent->child;
    parent->child = node;
    ++parent->count;
  }
  node->flags = static_cast<std::uint8_t>((node->flags & Node::kAdded) | Node::kOwned);
  node->child = nullptr;
  node->text = nullptr;
  node->text_size = 0;
  MarkDirty(parent);
  ++version_;
  return node;
}

bool Document::SetString(const Path& path, std::string_view text) {
  // Copied first: the text may be the member's own.
  const std::string_view copy = arena_->Copy(text);
  Node* node = Member(path);
  if (node == nullptr) return false;
  node->type = ValueType::kString;
  node->text = copy.data();
  node->text_size = static_cast<std::uint32_t>(copy.size());
  return true;
}

bool Document::SetBool(const Path& path, bool value) {
  Node* node = Member(path);
  if (node == nullptr) return false;
  node->type = ValueType::kBool;
  if (value) node->flags |= Node::kTrue;
  return true;
}

bool Document::SetInt(const Path& path, std::int64_t value) {
  Node* node = Member(path);
  if (node == nullptr) return false;
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const std::string_view copy = arena_->Copy({digits, static_cast<std::size_t>(end - digits)});
  node->type = ValueType::kNumber;
  node->text = copy.data();
  node->text_size = static_cast<std::uint32_t>(copy.size());
  return true;
}

bool Document::SetEmptyObject(const Path& path) {
  Node* node = Member(path);
  if (node == nullptr) return false;
  node->type = ValueType::kObject;
  return true;
}

bool Document::SetJson(const Path& path, std::string_view json) {
  // The reader takes objects only, so the value travels as a member.
  constexpr std::string_view kOpen = "{\"value\":";
  std::string wrapped(kOpen);
  wrapped.append(json).push_back('}');
  Document parsed;
  if (JsonReader().Read(arena_->Copy(wrapped), *arena_, parsed) != nullptr) return false;
  const Node* value = parsed.root_->child;
  // One member that ends at the closing brace, or the text was more than one value.
  if (parsed.root_->count != 1 || parsed.root_->end != wrapped.size()) return false;
  Node* node = Member(path);
  if (node == nullptr) return false;
  const std::uint8_t added = node->flags & Node::kAdded;
  node->type = value->type;
  node->text = value->text;
  node->text_size = value->text_size;
  node->child = value->child;
  for (Node* child = node->child; child != nullptr; child = child->next) child->parent = node;
  node->flags = static_cast<std::uint8_t>(added | (value->flags & (Node::kTrue | Node::kCut)));
  Own(node);
  return true;
}

bool Document::Remove(const Path& path) {
  const Value found = Find(path);
  if (!found.exists() || path.names().empty()) return false;
  Node* node = Member(path);
  node->type = ValueType::kAbsent;
  node->flags |= Node::kCut;
  --node->parent->count;
  return true;
}

bool Document::EnsureObject(const Path& path) {
  const Value value = Read(path);
  if (value.exists()) return value.IsObject();
  return SetEmptyObject(path);
}

bool Document::ForceObject(const Path& path) { return EnsureObject(path) || SetEmptyObject(path); }

}  // namespace sluice
