#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// Where an event came from: its identity across replays, and the owner of its claim.
///
/// The text form is frozen (live Redis holds it): "<topic>/<partition>/<offset>", or with
/// "/<index>" where a record gave several events; the real topic name, ASCII.
struct Position {
  static constexpr std::int64_t kNoIndex = -1;
  /// Ordinals of derived events are below this.
  static constexpr std::int64_t kMaxOrdinals = 1'000'000'000;

  std::string_view topic;  ///< Real topic name; the source owns the bytes.
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t index = kNoIndex;  ///< Which of the record's events, or kNoIndex: its only one.

  /// Position of what is derived from the event here; `ordinal` tells apart what is derived from
  /// the same event, and must be stable over replays. The index is the ordinal, or, where the event
  /// has an index itself, (index + 1) * kMaxOrdinals + ordinal: the digits show both. Deeper
  /// derivations, which have no room for that, get a hash (docs/adr/0005).
  [[nodiscard]] Position Derived(std::int64_t ordinal) const;

  void AppendTo(std::string& out) const;
  [[nodiscard]] std::string ToString() const;
  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace sluice
