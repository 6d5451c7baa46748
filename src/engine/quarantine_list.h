#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "engine/oversize.h"
#include "sluice/event.h"
#include "sluice/position.h"

namespace sluice {

/// What the sink has refused, with its reason: a record (all that comes of it is replaced), or one
/// output of an event. Holds the newest kMost; one that is forgotten is refused and found again.
/// One worker, one instance.
class QuarantineList {
 public:
  static constexpr std::size_t kMost = 1'000;

  /// `topic` is the sink's number; nullopt: all of the record. False if it was there already, so
  /// that its replacement is refused too.
  bool Add(const Position& position, std::optional<TopicId> topic, const std::string& reason);
  /// Why it must be replaced; nullopt if it is not listed. Valid until the next Add.
  [[nodiscard]] std::optional<Refusal> Find(const Position& position,
                                            std::optional<TopicId> topic) const;

 private:
  std::map<std::string, std::string, std::less<>> reasons_;
  std::deque<std::string> order_;
};

}  // namespace sluice
