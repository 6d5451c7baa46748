#include "memory/memory_table_store.h"

namespace sluice {

Status MemoryTableStore::Send(std::span<const TableRequest> requests) {
  if (spare_.empty()) spare_.emplace_back();
  Answer& answer = spare_.front();
  answer.bytes.Reset();
  table_->Run(requests, clock_.NowMs(), answer.replies, answer.bytes);
  pending_.splice(pending_.end(), spare_, spare_.begin());
  return Ok();
}

Status MemoryTableStore::Receive(std::vector<TableReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "memory table: Receive without a Send"};
  Answer& answer = pending_.front();
  replies.swap(answer.replies);
  spare_.splice(spare_.end(), pending_, pending_.begin());
  return Ok();
}

FieldSpec MarksField() {
  return {.name = "marks",
          .type = FieldType::kDuration,
          .description =
              "How long a counted event is remembered, so that a replay does not count "
              "it again (docs/adr/0011).",
          .default_value = "24h",
          .least = 1000};
}

}  // namespace sluice
