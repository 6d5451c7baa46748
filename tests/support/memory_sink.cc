#include "support/memory_sink.h"

#include <iterator>
#include <utility>

namespace sluice {

Status MemorySink::Write(const Outbox& outbox) {
  for (const OutputRecord& record : outbox.records()) {
    ++written_.records;
    written_.bytes += record.value.size();
    if (!keep_) continue;
    Kept& kept = pending_.emplace_back();
    kept.topic = record.topic;
    if (record.key) kept.key.emplace(*record.key);
    kept.value = record.value;
    for (const Header& header : record.headers)
      kept.headers.emplace_back(header.name, header.value.value_or(""));
  }
  return Ok();
}

Status MemorySink::Commit() {
  committed_.records += std::exchange(written_.records, 0);
  committed_.bytes += std::exchange(written_.bytes, 0);
  kept_.insert(kept_.end(), std::make_move_iterator(pending_.begin()),
               std::make_move_iterator(pending_.end()));
  pending_.clear();
  return Ok();
}

Status MemorySink::Abort() {
  written_ = {};
  pending_.clear();
  return Ok();
}

}  // namespace sluice
