#include "redis/lookup_batch.h"

#include <bit>
#include <new>
#include <utility>

#include "redis/resp_writer.h"
#include "util/seeded_hash.h"

namespace sluice {

void LookupBatch::Reset(std::span<const Lookup> lookups) {
  commands_.clear();
  questions_.clear();
  answers_.clear();
  question_of_.clear();
  table_.assign(std::bit_ceil(lookups.size() * 2 + 1), kFree);
  arena_.Reset();
  failure_.reset();
  answered_ = false;
  for (const Lookup& lookup : lookups) question_of_.push_back(QuestionOf(lookup));
}

std::uint32_t LookupBatch::QuestionOf(const Lookup& lookup) {
  const std::size_t mask = table_.size() - 1;
  std::size_t at = SeededHash(lookup.key) & mask;
  for (; table_[at] != kFree; at = (at + 1) & mask) {
    const Lookup& known = questions_[table_[at]];
    if (known.kind == lookup.kind && known.key == lookup.key) return table_[at];
  }
  table_[at] = static_cast<std::uint32_t>(questions_.size());
  Ask(lookup);
  return table_[at];
}

void LookupBatch::Ask(const Lookup& lookup) {
  questions_.push_back({lookup.kind, arena_.Copy(lookup.key)});
  answers_.emplace_back();
  const bool text = lookup.kind == Lookup::Kind::kText;
  AppendRespCommand(commands_, {text ? "GET" : "HGETALL", lookup.key});
}

void LookupBatch::AnswerText(std::size_t i, std::string_view text) {
  answers_[i] = {LookupReply::State::kFound, arena_.Copy(text), {}};
}

void LookupBatch::AnswerHash(std::size_t i, std::size_t fields) {
  if (fields == 0) return;
  auto* first = reinterpret_cast<LookupField*>(arena_.Allocate(fields * sizeof(LookupField)));
  for (std::size_t field = 0; field < fields; ++field) new (first + field) LookupField();
  answers_[i] = {LookupReply::State::kFound, {}, {first, fields}};
}

void LookupBatch::AddToHash(std::size_t i, std::size_t field, bool is_value,
                            std::string_view text) {
  // The fields stand in the arena, which is ours.
  auto& at = const_cast<LookupField&>(answers_[i].fields[field]);
  (is_value ? at.value : at.name) = arena_.Copy(text);
}

void LookupBatch::Fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

Status LookupBatch::TakeReplies(std::vector<LookupReply>& replies) {
  if (failure_) return *std::exchange(failure_, std::nullopt);
  replies.clear();
  for (const std::uint32_t question : question_of_) replies.push_back(answers_[question]);
  return Ok();
}

}  // namespace sluice
