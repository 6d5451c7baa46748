#include "memory/memory_lookup_store.h"

namespace sluice {

Status MemoryLookupStore::Send(std::span<const Lookup> lookups) {
  std::vector<LookupReply>& replies = pending_.emplace_back();
  for (const Lookup& lookup : lookups) replies.push_back(lookups_->Find(lookup));
  return Ok();
}

Status MemoryLookupStore::Receive(std::vector<LookupReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "memory lookups: Receive without a Send"};
  replies = std::move(pending_.front());
  pending_.pop_front();
  return Ok();
}

}  // namespace sluice
