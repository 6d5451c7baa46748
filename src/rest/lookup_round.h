#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/arena.h"
#include "sluice/lookup_store.h"
#include "util/seeded_hash.h"

namespace sluice {

/// The lookups of one Send, equal ones as one question, and what was answered. Meant to be reused.
class LookupRound {
 public:
  struct Question {
    std::string_view key;
    LookupReply reply;
    bool settled = false;
    int attempts = 0;  ///< That brought no answer, through no fault of the connection.
    std::chrono::steady_clock::time_point due{};  ///< Not to be asked before.
  };

  LookupRound() = default;
  LookupRound(const LookupRound&) = delete;
  LookupRound& operator=(const LookupRound&) = delete;

  /// Forgets everything and takes these. What can't be asked over HTTP is settled at once: an empty
  /// key is missing, a hash of the wrong type.
  void Reset(std::span<const Lookup> lookups);

  /// They stay where they are until Reset.
  [[nodiscard]] std::vector<Question>& questions() { return questions_; }
  [[nodiscard]] bool settled() const { return open_ == 0; }
  [[nodiscard]] std::size_t open() const { return open_; }

  void Answer(Question& question, std::string_view body);
  void LeaveUnanswered(Question& question);

  /// In the order of the lookups; the views are valid until Reset.
  void TakeReplies(std::vector<LookupReply>& replies) const;

 private:
  void Settle(Question& question, const LookupReply& reply);

  std::vector<Question> questions_;
  std::vector<std::uint32_t> question_of_;                                       ///< By lookup.
  std::unordered_map<std::string_view, std::uint32_t, SeededStringHash> texts_;  ///< By key.
  std::size_t open_ = 0;
  Arena arena_{std::size_t{64} << 10};
};

}  // namespace sluice
