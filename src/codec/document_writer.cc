#include <string>

#include "sluice/document.h"

namespace sluice {
namespace {

/// Splices the edits into the source: runs of untouched members are copied as they stand.
class Writer {
 public:
  Writer(std::string_view source, const char* decoded, std::string& out)
      : source_(source), decoded_(decoded), out_(out) {}

  void Write(const Node* node) {
    switch (node->type) {
      case ValueType::kString:
        AppendJsonString(out_, {node->text, node->text_size});
        break;
      case ValueType::kNumber:
        out_.append(node->text, node->text_size);
        break;
      case ValueType::kBool:
        out_ += (node->flags & Node::kTrue) != 0 ? "true" : "false";
        break;
      case ValueType::kArray:
      case ValueType::kObject:
        WriteContainer(node);
        break;
      case ValueType::kNull:
      case ValueType::kAbsent:
        out_ += "null";
        break;
    }
  }

 private:
  static constexpr unsigned kTouched = Node::kOwned | Node::kDirty | Node::kCut;

  void WriteContainer(const Node* node) {
    const bool owned = (node->flags & Node::kOwned) != 0;
    if (!owned && (node->flags & Node::kDirty) == 0) {
      out_.append(source_, node->begin, node->end - node->begin);
      return;
    }
    const bool object = node->type == ValueType::kObject;
    out_.push_back(object ? '{' : '[');
    first_ = true;
    if (owned) {
      WriteMembers(node->child, nullptr);
    } else {
      const Node* original = node->child;
      while (original != nullptr && (original->flags & Node::kAdded) != 0)
        original = original->next;
      WriteMembers(node->child, original);
      WriteSpliced(original, node->end - 1);
    }
    first_ = false;
    out_.push_back(object ? '}' : ']');
  }

  /// Children in [from, to), each from its nodes.
  void WriteMembers(const Node* from, const Node* to) {
    for (const Node* node = from; node != to; node = node->next) {
      if ((node->flags & Node::kCut) == 0) WriteMember(node);
    }
  }

  void WriteMember(const Node* node) {
    Separate();
    if (node->name != nullptr) {
      AppendJsonString(out_, {node->name, node->name_size});
      out_.push_back(':');
    }
    Write(node);
    first_ = false;
  }

  void WriteSpliced(const Node* from, std::size_t end) {
    constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    std::size_t run = kNone;
    for (const Node* node = from; node != nullptr; node = node->next) {
      const std::size_t at = RawBegin(node);
      if ((node->flags & kTouched) == 0) {
        if (run == kNone) run = at;
        continue;
      }
      if (run != kNone) CopyRun(run, at);
      run = kNone;
      if ((node->flags & Node::kCut) == 0) WriteMember(node);
    }
    if (run != kNone) CopyRun(run, end);
  }

  /// Copies the members that start at `from`, without the blanks and the comma before `to`.
  void CopyRun(std::size_t from, std::size_t to) {
    to = TrimBlanks(to);
    if (source_[to - 1] == ',') to = TrimBlanks(to - 1);
    Separate();
    out_.append(source_, from, to - from);
    first_ = false;
  }

  std::size_t TrimBlanks(std::size_t end) const {
    while (source_[end - 1] == ' ' || source_[end - 1] == '\n' || source_[end - 1] == '\r' ||
           source_[end - 1] == '\t') {
      --end;
    }
    return end;
  }

  /// Where the member's name, or the element itself, starts in the source.
  std::size_t RawBegin(const Node* node) const {
    if (node->name == nullptr) return node->begin;
    return static_cast<std::size_t>(node->name - decoded_) - 1;
  }

  void Separate() {
    if (!first_) out_.push_back(',');
  }

  std::string_view source_;
  const char* decoded_;
  std::string& out_;
  bool first_ = true;
};

}  // namespace

void Document::AppendTo(std::string& out) const { Writer(source_, decoded_, out).Write(root_); }

void Document::AppendTo(std::string& out, Value value) const {
  if (value.exists()) Writer(source_, decoded_, out).Write(value.node());
}

}  // namespace sluice
