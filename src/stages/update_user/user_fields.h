#pragma once

#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/table_store.h"

namespace sluice::stages {

/// Fields of a user's hash; the last value of a name counts. The bytes are the arena's.
class UserFields {
 public:
  explicit UserFields(Arena& arena) : arena_(&arena) {}

  /// Both are copied.
  void Put(std::string_view name, std::string_view value);
  /// Puts a text as it stands in the cache: readers take a value that begins with a bracket for a
  /// list, so brackets have a backslash in front (user-cache-updater.md 4).
  void PutText(std::string_view name, std::string_view text);

  [[nodiscard]] bool Has(std::string_view name) const;
  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] const std::vector<TableField>& list() const { return list_; }

 private:
  void Place(std::string_view name, std::string_view value);

  Arena* arena_;
  std::vector<TableField> list_;
};

}  // namespace sluice::stages
