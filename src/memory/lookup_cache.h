#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/lookup_store.h"
#include "util/seeded_hash.h"

namespace sluice {

/// Answers of reference data that were given lately: at most `max_keys`, the least recently used
/// goes first, each for a time. Not thread-safe.
class LookupCache {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Limits {
    std::size_t max_keys = 0;
    std::chrono::milliseconds ttl{};          ///< Of what was found.
    std::chrono::milliseconds missing_ttl{};  ///< Of what was not; 0: not kept.
  };

  /// An answer with bytes of its own; stays as it is when the cache lets go of it.
  struct Entry {
    LookupReply reply;
    Time asked_at;
    std::string bytes;                ///< What the views of `reply` show.
    std::vector<LookupField> fields;  ///< As above.
  };
  using EntryPtr = std::shared_ptr<const Entry>;

  explicit LookupCache(const Limits& limits) : limits_(limits) {}

  /// Null if there is none, or if it is too old.
  EntryPtr Find(const Lookup& lookup, Time now);
  /// Keeps a copy of the answer, unless the key is longer than any honest one; true if another one
  /// had to go.
  bool Put(const Lookup& lookup, const LookupReply& reply, Time asked_at);
  [[nodiscard]] std::size_t size() const { return order_.size(); }

 private:
  struct Key {
    Lookup::Kind kind;
    std::string_view text;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return SeededStringHash()(key.text) ^ static_cast<std::size_t>(key.kind);
    }
  };
  struct Slot {
    Lookup::Kind kind;
    std::string key;
    EntryPtr entry;
  };

  [[nodiscard]] std::chrono::milliseconds TtlOf(const LookupReply& reply) const;
  void Erase(std::list<Slot>::iterator slot);

  Limits limits_;
  std::list<Slot> order_;  ///< The most recently used first.
  std::unordered_map<Key, std::list<Slot>::iterator, KeyHash> slots_;  ///< Keys are the slots'.
};

}  // namespace sluice
