#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class ValueType : std::uint8_t { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

/// Hash of a member name, the same everywhere: in nodes, paths and compiled schemas.
inline std::uint32_t HashName(const char* name, std::size_t size) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (size >= 8) {
    std::memcpy(&head, name, 8);
    std::memcpy(&tail, name + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(&head, name, 4);
    std::memcpy(&tail, name + size - 4, 4);
  } else if (size > 0) {
    head = static_cast<unsigned char>(name[0]) |
           (static_cast<std::uint64_t>(static_cast<unsigned char>(name[size / 2])) << 8) |
           (static_cast<std::uint64_t>(static_cast<unsigned char>(name[size - 1])) << 16);
  }
  std::uint64_t h = (head * 0x9E3779B97F4A7C15ULL) ^ (tail * 0xC2B2AE3D27D4EB4FULL) ^ size;
  h ^= h >> 32;
  h *= 0xD6E8FEB86659FD93ULL;
  return static_cast<std::uint32_t>(h >> 32);
}

/// Equality of two names of the same size. Names are short: a call of memcmp would cost more.
inline bool SameName(const char* a, const char* b, std::size_t size) {
  const auto same = [&](auto word, std::size_t at) {
    auto other = word;
    std::memcpy(&word, a + at, sizeof word);
    std::memcpy(&other, b + at, sizeof other);
    return word == other;
  };
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) return same(std::uint64_t{0}, 0) && same(std::uint64_t{0}, size - 8);
  if (size >= 4) return same(std::uint32_t{0}, 0) && same(std::uint32_t{0}, size - 4);
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// One JSON value of a Document. Internal to Value and Document, which explain it: names and
/// strings are decoded; a number is its literal; a container has `count` children.
struct Node {
  enum Flag : std::uint8_t {
    kOwned = 1,         ///< Made by an edit: has no bytes in the source.
    kDirty = 2,         ///< A child differs from the source.
    kCut = 4,           ///< A member that is not written: it is null or was removed (then kAbsent).
    kTrue = 8,          ///< The value of a kBool.
    kAdded = 16,        ///< A member that an edit added: its name is not in the source either.
    kMayOverflow = 32,  ///< A number, here or below, may be beyond a double's range.
  };

  const char* name = nullptr;
  const char* text = nullptr;
  Node* next = nullptr;
  Node* parent = nullptr;
  Node* child = nullptr;
  std::uint32_t name_size = 0;
  union {
    std::uint32_t text_size = 0;
    std::uint32_t count;
  };
  std::uint32_t hash = 0;
  std::uint32_t begin = 0;  ///< Offset of the value's first byte in the source.
  std::uint32_t end = 0;    ///< Offset past a container's last byte; 0 for scalars.
  ValueType type = ValueType::kAbsent;
  std::uint8_t flags = 0;
};

/// Read-only view of one JSON value. Cheap to copy; valid as long as its Document.
/// A value that is not there is kAbsent; every question to it has a harmless answer.
class Value {
 public:
  Value() = default;
  explicit Value(const Node* node) : node_(node) {}

  [[nodiscard]] ValueType type() const {
    return node_ == nullptr ? ValueType::kAbsent : node_->type;
  }
  [[nodiscard]] bool exists() const { return node_ != nullptr; }  ///< Also true for null.
  [[nodiscard]] bool IsNull() const { return type() == ValueType::kNull; }
  [[nodiscard]] bool IsString() const { return type() == ValueType::kString; }
  [[nodiscard]] bool IsNumber() const { return type() == ValueType::kNumber; }
  [[nodiscard]] bool IsObject() const { return type() == ValueType::kObject; }
  [[nodiscard]] bool IsArray() const { return type() == ValueType::kArray; }
  [[nodiscard]] bool IsTrue() const {
    return type() == ValueType::kBool && (node_->flags & Node::kTrue) != 0;
  }

  /// The decoded string, or the literal of a number; empty for every other type.
  [[nodiscard]] std::string_view text() const {
    const bool has_text = IsString() || IsNumber();
    return has_text ? std::string_view(node_->text, node_->text_size) : std::string_view();
  }
  /// The decoded member name; empty for array elements and the root.
  [[nodiscard]] std::string_view name() const {
    return node_ == nullptr ? std::string_view() : std::string_view(node_->name, node_->name_size);
  }
  [[nodiscard]] std::uint32_t name_hash() const { return node_ == nullptr ? 0 : node_->hash; }

  /// Members of an object or elements of an array; 0 for scalars. Null members count, removed ones
  /// don't.
  [[nodiscard]] std::uint32_t size() const { return IsObject() || IsArray() ? node_->count : 0; }

  /// Member of an object by name; null members are found (as null).
  [[nodiscard]] Value Find(std::string_view name) const {
    return Find(name, HashName(name.data(), name.size()));
  }
  [[nodiscard]] Value Find(std::string_view name, std::uint32_t hash) const {
    if (!IsObject()) return {};
    for (const Node* child = node_->child; child != nullptr; child = child->next) {
      if (child->hash == hash && child->name_size == name.size() &&
          child->type != ValueType::kAbsent && SameName(child->name, name.data(), name.size())) {
        return Value(child);
      }
    }
    return {};
  }

  class Iterator {
   public:
    explicit Iterator(const Node* node) : node_(Skip(node)) {}
    Value operator*() const { return Value(node_); }
    Iterator& operator++() {
      node_ = Skip(node_->next);
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    static const Node* Skip(const Node* node) {
      while (node != nullptr && node->type == ValueType::kAbsent) node = node->next;
      return node;
    }
    const Node* node_;
  };
  /// Children in document order (members that an edit added come first). Scalars have none.
  [[nodiscard]] Iterator begin() const {
    return Iterator(IsObject() || IsArray() ? node_->child : nullptr);
  }
  [[nodiscard]] Iterator end() const { return Iterator(nullptr); }

  /// False if a double holds every number in the value, as far as the reader's quick look can tell.
  [[nodiscard]] bool MayOverflow() const {
    return node_ != nullptr && (node_->flags & Node::kMayOverflow) != 0;
  }

  /// Number as a double (rounded once, from the literal); `fallback` for other types.
  [[nodiscard]] double AsDouble(double fallback = 0) const;
  /// Number as Java's Number.longValue gives it (core.md 6): a double saturates, a longer
  /// integer keeps its low 64 bits. `fallback` for other types.
  [[nodiscard]] std::int64_t AsInt64(std::int64_t fallback = 0) const;

  [[nodiscard]] const Node* node() const { return node_; }

 private:
  const Node* node_ = nullptr;
};

/// A JSON pointer compiled once ("/context/did"). Names are never array indices (core.md 5).
class Path {
 public:
  struct Name {
    std::string text;
    std::uint32_t hash;
  };
  /// `pointer` starts with "/"; "~1" and "~0" stand for "/" and "~".
  explicit Path(std::string_view pointer);

  [[nodiscard]] const std::vector<Name>& names() const { return names_; }
  [[nodiscard]] std::string ToString() const;

 private:
  std::vector<Name> names_;
};

}  // namespace sluice
