#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/lookup_store.h"

namespace sluice {

/// The lookups of one Send: the commands that ask for them, equal ones once, and what was answered.
/// Meant to be reused: in the steady state it allocates nothing.
class LookupBatch {
 public:
  /// Forgets everything and takes these.
  void Reset(std::span<const Lookup> lookups);

  /// RESP text of all commands in order; question `i` is answered by the i-th reply.
  [[nodiscard]] std::string_view commands() const { return commands_; }
  [[nodiscard]] std::size_t questions() const { return questions_.size(); }
  [[nodiscard]] Lookup::Kind kind(std::size_t i) const { return questions_[i].kind; }

  void AnswerText(std::size_t i, std::string_view text);
  void AnswerWrongType(std::size_t i) { answers_[i].state = LookupReply::State::kWrongType; }
  /// Begins the answer of a hash; its fields follow in order, name and value.
  void AnswerHash(std::size_t i, std::size_t fields);
  void AddToHash(std::size_t i, std::size_t field, bool is_value, std::string_view text);
  /// The first failure is kept.
  void Fail(Error error);

  /// Hands out the answers in the order of the lookups, or the failure. Views are valid until
  /// Reset.
  Status TakeReplies(std::vector<LookupReply>& replies);

  [[nodiscard]] bool answered() const { return answered_; }
  void MarkAnswered() { answered_ = true; }

  std::chrono::steady_clock::time_point sent_at;

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  std::uint32_t QuestionOf(const Lookup& lookup);
  void Ask(const Lookup& lookup);

  std::string commands_;
  std::vector<Lookup> questions_;           ///< Their keys are in the arena.
  std::vector<LookupReply> answers_;        ///< By question.
  std::vector<std::uint32_t> question_of_;  ///< By lookup.
  std::vector<std::uint32_t> table_;        ///< Questions by hash of their key; a power of two.
  Arena arena_{std::size_t{64} << 10};
  std::optional<Error> failure_;
  bool answered_ = false;
};

}  // namespace sluice
