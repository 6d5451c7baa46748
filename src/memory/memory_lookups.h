#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sluice/lookup_store.h"
#include "util/seeded_hash.h"

namespace sluice {

/// Reference data in the memory of this process. Filled once, then shared by workers and read-only.
class MemoryLookups {
 public:
  /// The later of two entries of a key counts.
  void PutText(std::string key, std::string text);
  void PutHash(std::string key, std::vector<std::pair<std::string, std::string>> fields);
  /// Something that is neither: every lookup finds it to be of the wrong type.
  void PutOther(std::string key);

  /// The views live as long as this.
  [[nodiscard]] LookupReply Find(const Lookup& lookup) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::optional<Lookup::Kind> kind;
    std::string text;
    std::vector<std::pair<std::string, std::string>> owned;
    std::vector<LookupField> fields;  ///< Views of `owned`.
  };

  std::unordered_map<std::string, std::unique_ptr<Entry>, SeededStringHash, std::equal_to<>>
      entries_;
};

}  // namespace sluice
