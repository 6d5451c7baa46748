#include "codec/json_reader.h"

#include <rapidjson/reader.h>
#include <simdjson.h>

#include <algorithm>
#include <bitset>
#include <vector>

#include "codec/document_builder.h"
#include "codec/json_repair.h"
#include "codec/padded_stream.h"
#include "codec/text.h"

namespace sluice {
namespace {

/// Room behind the copy, for the stream and for simdjson.
constexpr std::size_t kPadding = 64;

/// False if a double surely holds the number: it has no exponent and not too many digits.
bool MayOverflow(std::string_view literal) {
  constexpr std::size_t kSurelyFinite = 300;
  return literal.size() > kSurelyFinite || literal.find_first_of("eE") != std::string_view::npos;
}

/// Builds the node tree from RapidJSON's calls. The stream's position gives the spans.
class TreeHandler {
 public:
  TreeHandler(Arena& arena, PaddedStream& stream, JsonReader::Form form)
      : arena_(arena), stream_(stream), batch_(form == JsonReader::Form::kBatch) {}

  /// Numbers are then taken from the source, since the copy has masked ones.
  void ReadNumbersFrom(std::string_view source) { masked_source_ = source; }

  Node* root() const { return root_; }
  bool too_deep() const { return too_deep_; }
  bool too_many() const { return values_ > JsonReader::kMaxValues; }
  bool out_of_range() const { return out_of_range_; }
  bool repeated_name() const { return repeated_name_; }
  std::size_t end() const { return stream_.Tell(); }

  bool Null() {
    Node* node = Add(ValueType::kNull, stream_.Tell() - 4);
    if (node->name != nullptr) Cut(node);
    return !too_many();
  }
  bool Bool(bool value) {
    Node* node = Add(ValueType::kBool, stream_.Tell() - (value ? 4 : 5));
    if (value) node->flags |= Node::kTrue;
    return !too_many();
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    std::string_view literal(text, size);
    if (masked_source_.data() != nullptr) {
      const std::string_view rest = masked_source_.substr(stream_.Tell());
      literal = rest.substr(0, NumberLength(rest));
    }
    if (!batch_ && !IsFinite(literal)) {
      out_of_range_ = true;
      return false;
    }
    Node* node = Add(ValueType::kNumber, stream_.Tell());
    node->text = literal.data();
    node->text_size = static_cast<std::uint32_t>(literal.size());
    if (batch_ && MayOverflow(literal)) Mark(node, Node::kMayOverflow);
    return !too_many();
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    Node* node = Add(ValueType::kString, stream_.Tell());
    node->text = text;
    node->text_size = size;
    return !too_many();
  }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    name_ = text;
    name_size_ = size;
    return true;
  }
  bool StartObject() { return Open(ValueType::kObject); }
  bool EndObject(rapidjson::SizeType /*count*/) {
    CutEarlierDuplicates(*Close());
    return !repeated_name_;
  }
  bool StartArray() { return Open(ValueType::kArray); }
  bool EndArray(rapidjson::SizeType /*count*/) {
    Close();
    return true;
  }

  // Not called, since numbers come raw; RapidJSON wants them to exist.
  bool Int(int /*value*/) { return false; }
  bool Uint(unsigned /*value*/) { return false; }
  bool Int64(std::int64_t /*value*/) { return false; }
  bool Uint64(std::uint64_t /*value*/) { return false; }
  bool Double(double /*value*/) { return false; }

 private:
  static constexpr std::size_t kHashBuckets = 512;

  Node* Add(ValueType type, std::size_t begin) {
    Node* node = arena_.New<Node>();
    ++values_;
    node->type = type;
    node->begin = static_cast<std::uint32_t>(begin);
    if (name_ != nullptr) {
      node->name = name_;
      node->name_size = name_size_;
      node->hash = HashName(name_, name_size_);
      name_ = nullptr;
    }
    node->parent = parent_;
    if (last_ != nullptr) {
      last_->next = node;
    } else if (parent_ != nullptr) {
      parent_->child = node;
    } else {
      root_ = node;
    }
    if (parent_ != nullptr) ++parent_->count;
    last_ = node;
    return node;
  }

  bool Open(ValueType type) {
    parent_ = Add(type, stream_.Tell() - 1);
    last_ = nullptr;
    too_deep_ = ++depth_ > JsonReader::kMaxDepth;
    return !too_deep_ && !too_many();
  }

  Node* Close() {
    Node* node = parent_;
    node->end = static_cast<std::uint32_t>(stream_.Tell());
    --depth_;
    last_ = node;
    parent_ = node->parent;
    return node;
  }

  static void Cut(Node* node) {
    node->flags |= Node::kCut;
    Mark(node->parent, Node::kDirty);
  }

  /// Sets a flag that the nodes above share.
  static void Mark(Node* node, Node::Flag flag) {
    for (; node != nullptr && (node->flags & flag) == 0; node = node->parent) {
      node->flags = static_cast<std::uint8_t>(node->flags | flag);
    }
  }

  /// The last of two equal names wins; the earlier ones are gone before anybody looks (design.md
  /// 4).
  void CutEarlierDuplicates(Node& object) {
    if (object.count < 2) return;
    if (!HasEqualHashes(object)) return;
    // By name, since an object can be made in which all hashes are equal.
    std::vector<Node*> members;
    for (Node* node = object.child; node != nullptr; node = node->next) members.push_back(node);
    std::ranges::stable_sort(members, {}, NameOf);
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
      if (NameOf(members[i]) != NameOf(members[i + 1])) continue;
      repeated_name_ |= batch_ && &object == root_ && members[i]->type != ValueType::kNull;
      members[i]->type = ValueType::kAbsent;
      Cut(members[i]);
      --object.count;
    }
  }

  static std::string_view NameOf(const Node* node) { return {node->name, node->name_size}; }

  bool HasEqualHashes(const Node& object) {
    std::bitset<kHashBuckets> seen;
    bool may_repeat = false;
    for (const Node* node = object.child; node != nullptr; node = node->next) {
      const std::size_t bucket = node->hash % kHashBuckets;
      may_repeat |= seen[bucket];
      seen[bucket] = true;
    }
    if (!may_repeat) return false;
    hashes_.clear();
    for (const Node* node = object.child; node != nullptr; node = node->next) {
      hashes_.push_back(node->hash);
    }
    std::ranges::sort(hashes_);
    return std::ranges::adjacent_find(hashes_) != hashes_.end();
  }

  Arena& arena_;
  PaddedStream& stream_;
  std::string_view masked_source_;
  Node* root_ = nullptr;
  Node* parent_ = nullptr;
  Node* last_ = nullptr;
  const char* name_ = nullptr;
  std::uint32_t name_size_ = 0;
  std::size_t values_ = 0;
  int depth_ = 0;
  bool too_deep_ = false;
  bool out_of_range_ = false;
  bool repeated_name_ = false;
  const bool batch_;
  std::vector<std::uint32_t> hashes_;
};

struct Attempt {
  Reason reason = nullptr;
  bool number_too_long = false;
};

bool IsJsonBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Attempt Parse(std::string_view source, bool mask_numbers, JsonReader::Form form, Arena& arena,
              Document& document) {
  constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseStopWhenDoneFlag;
  char* decoded = arena.Allocate(source.size() + kPadding);
  std::memcpy(decoded, source.data(), source.size());
  std::memset(decoded + source.size(), 0, kPadding);
  if (mask_numbers) MaskLongNumbers(decoded, source.size());

  PaddedStream stream(decoded);
  TreeHandler handler(arena, stream, form);
  if (mask_numbers) handler.ReadNumbersFrom(source);
  // In-situ reading with raw numbers pushes nothing on the reader's stack, so it allocates nothing.
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (result.IsError()) {
    if (handler.too_deep()) return {unreadable::kTooDeep};
    if (handler.too_many()) return {unreadable::kTooMany};
    if (handler.out_of_range()) return {unreadable::kNumberRange};
    if (handler.repeated_name()) return {unreadable::kRepeatedName};
    const bool too_long = result.Code() == rapidjson::kParseErrorNumberTooBig;
    return {too_long ? unreadable::kNumberRange : unreadable::kInvalidJson, too_long};
  }
  if (!simdjson::validate_utf8(source.data(), handler.end())) return {unreadable::kInvalidUtf8};
  if (handler.root()->type != ValueType::kObject) return {unreadable::kNotAnObject};
  if (form == JsonReader::Form::kBatch && !IsJsonBlank(source.substr(handler.end()))) {
    return {unreadable::kTrailingText};
  }
  DocumentBuilder::Build(document, handler.root(), source, decoded, arena);
  return {};
}

}  // namespace

Reason JsonReader::Read(std::string_view text, Arena& arena, Document& document, Form form) {
  MakeEmpty(arena, document);
  if (text.empty()) return unreadable::kInvalidJson;  // Its data may be null.
  std::string_view source = text;
  if (form == Form::kBatch) {
    if (!IsWellFormed(text)) source = arena.Copy(ReplaceIllFormed(text));
  } else {
    const auto utf8 = ToUtf8(text, arena);
    if (!utf8) return unreadable::kInvalidUtf8;
    source = *utf8;
  }
  if (MayHaveSurrogates(source)) source = ReplaceLoneSurrogates(source, arena);

  Attempt attempt = Parse(source, false, form, arena, document);
  if (attempt.number_too_long) attempt = Parse(source, true, form, arena, document);
  return attempt.reason;
}

void JsonReader::MakeEmpty(Arena& arena, Document& document) {
  static constexpr std::string_view kEmpty = "{}";
  Node* root = arena.New<Node>();
  root->type = ValueType::kObject;
  root->end = static_cast<std::uint32_t>(kEmpty.size());
  DocumentBuilder::Build(document, root, kEmpty, kEmpty.data(), arena);
}

}  // namespace sluice
