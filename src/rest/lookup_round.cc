#include "rest/lookup_round.h"

namespace sluice {

void LookupRound::Reset(std::span<const Lookup> lookups) {
  questions_.clear();
  question_of_.clear();
  texts_.clear();
  arena_.Reset();
  open_ = 0;
  for (const Lookup& lookup : lookups) {
    const auto next = static_cast<std::uint32_t>(questions_.size());
    if (lookup.kind != Lookup::Kind::kText) {
      question_of_.push_back(next);
      questions_.emplace_back().reply.state = LookupReply::State::kWrongType;
      questions_.back().settled = true;
      continue;
    }
    const auto known = texts_.find(lookup.key);
    question_of_.push_back(known == texts_.end() ? next : known->second);
    if (known != texts_.end()) continue;
    Question& question = questions_.emplace_back();
    question.key = arena_.Copy(lookup.key);
    question.settled = question.key.empty();
    open_ += question.settled ? 0 : 1;
    texts_.emplace(question.key, next);
  }
}

void LookupRound::Settle(Question& question, const LookupReply& reply) {
  if (question.settled) return;
  question.reply = reply;
  question.settled = true;
  --open_;
}

void LookupRound::Answer(Question& question, std::string_view body) {
  Settle(question, {LookupReply::State::kFound, arena_.Copy(body), {}});
}

void LookupRound::LeaveUnanswered(Question& question) {
  Settle(question, {LookupReply::State::kUnanswered, {}, {}});
}

void LookupRound::TakeReplies(std::vector<LookupReply>& replies) const {
  replies.clear();
  for (const std::uint32_t question : question_of_) replies.push_back(questions_[question].reply);
}

}  // namespace sluice
