#include "memory/lookup_cache.h"

#include <utility>

namespace sluice {
namespace {

/// A key comes from an event, and may be as long as that.
constexpr std::size_t kLongestKey = 1024;

LookupCache::EntryPtr CopyOf(const LookupReply& reply, LookupCache::Time asked_at) {
  auto entry = std::make_shared<LookupCache::Entry>();
  entry->asked_at = asked_at;
  entry->reply.state = reply.state;
  std::size_t size = reply.text.size();
  for (const LookupField& field : reply.fields) size += field.name.size() + field.value.size();
  // Views are taken while it grows, so that it must not move.
  entry->bytes.reserve(size);
  const auto keep = [&](std::string_view text) {
    const std::size_t at = entry->bytes.size();
    entry->bytes += text;
    return std::string_view(entry->bytes.data() + at, text.size());
  };
  entry->reply.text = keep(reply.text);
  entry->fields.reserve(reply.fields.size());
  for (const LookupField& field : reply.fields) {
    const std::string_view name = keep(field.name);
    entry->fields.push_back({name, keep(field.value)});
  }
  entry->reply.fields = entry->fields;
  return entry;
}

}  // namespace

std::chrono::milliseconds LookupCache::TtlOf(const LookupReply& reply) const {
  switch (reply.state) {
    case LookupReply::State::kFound:
      return limits_.ttl;
    case LookupReply::State::kUnanswered:
      return {};  // It says nothing about the key.
    default:
      return limits_.missing_ttl;
  }
}

LookupCache::EntryPtr LookupCache::Find(const Lookup& lookup, Time now) {
  const auto at = slots_.find({lookup.kind, lookup.key});
  if (at == slots_.end()) return nullptr;
  const auto slot = at->second;
  if (now - slot->entry->asked_at >= TtlOf(slot->entry->reply)) {
    Erase(slot);
    return nullptr;
  }
  order_.splice(order_.begin(), order_, slot);
  return slot->entry;
}

bool LookupCache::Put(const Lookup& lookup, const LookupReply& reply, Time asked_at) {
  const auto at = slots_.find({lookup.kind, lookup.key});
  if (at != slots_.end()) {
    // Asked for more than once in one Send: the answers are the same.
    if (at->second->entry->asked_at == asked_at) return false;
    Erase(at->second);
  }
  if (TtlOf(reply).count() == 0 || limits_.max_keys == 0) return false;
  if (lookup.key.size() > kLongestKey) return false;
  const bool full = order_.size() >= limits_.max_keys;
  if (full) Erase(std::prev(order_.end()));
  order_.push_front({lookup.kind, std::string(lookup.key), CopyOf(reply, asked_at)});
  slots_.emplace(Key{lookup.kind, order_.front().key}, order_.begin());
  return full;
}

void LookupCache::Erase(std::list<Slot>::iterator slot) {
  slots_.erase({slot->kind, slot->key});
  order_.erase(slot);
}

}  // namespace sluice
