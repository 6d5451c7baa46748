#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/event.h"

namespace sluice {

/// One way in which events fail, and how often.
struct Failure {
  std::string stage;
  std::string reason;
  std::string eid;      ///< Empty: the event has none.
  std::string pointer;  ///< The first of sluice-errors; empty: the stage names no place.
  std::string keyword;  ///< Of the schema, at that place.
  std::uint64_t count = 0;
  std::string position = {};  ///< Of one such event.
  std::string sample = {};    ///< The same event's shape (RedactedSample); empty: it is no JSON.
};

/// The failures of one transaction, by kind. Bounded whatever the events hold. One thread.
class FailureTally {
 public:
  static constexpr std::size_t kKinds = 32;

  /// An event that was diverted. Kinds beyond the bound are left out.
  void Add(const Event& event, std::string_view stage);
  void Reset() { failures_.clear(); }
  [[nodiscard]] const std::vector<Failure>& failures() const { return failures_; }

 private:
  std::vector<Failure> failures_;
};

/// The most frequent kinds of failure since the start, in bounded memory: a new kind takes the
/// place of the rarest one, and its count on top of its own, as Space-Saving does (Metwally et al.
/// 2005). So a count may be too high, by at most that of the rarest kind, and never too low. One
/// thread.
class TopFailures {
 public:
  static constexpr std::size_t kKinds = 32;

  void Add(const std::vector<Failure>& failures);
  /// The most frequent ones, at most `limit`.
  [[nodiscard]] std::vector<Failure> Top(std::size_t limit) const;

 private:
  std::vector<Failure> failures_;
};

}  // namespace sluice
