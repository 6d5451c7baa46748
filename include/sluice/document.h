#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/arena.h"
#include "sluice/value.h"

namespace sluice {

/// One JSON object: its source bytes, an index of spans over them, and the edits made since.
///
/// Writing copies the source and splices the edits in, so what is not changed is not touched: every
/// digit, escape and blank survives. Members that are null are left out (core.md C-10).
/// Stages read through Value and change through the edit calls; nothing else mutates it.
/// All memory is the arena's: a Document is dead once its arena is reset.
class Document {
 public:
  /// An object without members. The codec fills it from bytes.
  Document() = default;

  [[nodiscard]] Value root() const { return Value(root_); }
  /// The value at `path` as it stands, null included; absent where an intermediate is no object.
  [[nodiscard]] Value Find(const Path& path) const;
  /// The same with null counted as absent: the event reader's `read` (core.md 5).
  [[nodiscard]] Value Read(const Path& path) const;
  /// Read, if it is a string; a value of another type counts as absent (core.md C-13).
  [[nodiscard]] std::optional<std::string_view> ReadString(const Path& path) const;

  /// Edits. Each sets the last member of `path` (in place if it is there, else added) and returns
  /// false, changing nothing, where an intermediate is missing or no object (core.md 5, `add`).
  /// Text is copied; `json` must be valid JSON, which is checked (false if it isn't).
  bool SetString(const Path& path, std::string_view text);
  bool SetBool(const Path& path, bool value);
  bool SetInt(const Path& path, std::int64_t value);
  bool SetJson(const Path& path, std::string_view json);
  bool SetEmptyObject(const Path& path);
  bool Remove(const Path& path);
  /// core.md 5.1: creates the object at `path` if it is absent or null; false if something else is
  /// there.
  bool EnsureObject(const Path& path);
  /// The same, but something else than an object is replaced by one.
  bool ForceObject(const Path& path);

  /// Appends the canonical form: source with edits, without null members.
  void AppendTo(std::string& out) const;
  /// Appends one value of this document in the same form.
  void AppendTo(std::string& out, Value value) const;

  /// Grows with every edit: the same version writes the same bytes.
  [[nodiscard]] std::uint32_t version() const { return version_; }
  [[nodiscard]] std::string_view source() const { return source_; }

 private:
  friend class DocumentBuilder;

  Node* Member(const Path& path);
  static void MarkDirty(Node* node);

  Node* root_ = nullptr;
  Arena* arena_ = nullptr;
  std::string_view source_;  ///< What the spans index.
  const char* decoded_ =
      nullptr;  ///< Same offsets as source_: names and strings, decoded in place.
  std::uint32_t version_ = 0;
};

/// Appends `text` as a JSON string with its quotes, escaped as core.md 4.2 says.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace sluice
