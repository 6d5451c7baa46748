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
  static constexpr std::int32_t kNoIndex = -1;

  std::string_view topic;  ///< Real topic name; the source owns the bytes.
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int32_t index = kNoIndex;  ///< Ordinal within the record, or kNoIndex.

  void AppendTo(std::string& out) const;
  [[nodiscard]] std::string ToString() const;
  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace sluice
