#include "memory/memory_lookups.h"

namespace sluice {

void MemoryLookups::PutText(std::string key, std::string text) {
  auto entry = std::make_unique<Entry>();
  entry->kind = Lookup::Kind::kText;
  entry->text = std::move(text);
  entries_[std::move(key)] = std::move(entry);
}

void MemoryLookups::PutHash(std::string key,
                            std::vector<std::pair<std::string, std::string>> fields) {
  auto entry = std::make_unique<Entry>();
  entry->kind = Lookup::Kind::kHash;
  entry->owned = std::move(fields);
  for (const auto& [name, value] : entry->owned) entry->fields.push_back({name, value});
  entries_[std::move(key)] = std::move(entry);
}

void MemoryLookups::PutOther(std::string key) {
  entries_[std::move(key)] = std::make_unique<Entry>();
}

LookupReply MemoryLookups::Find(const Lookup& lookup) const {
  const auto at = entries_.find(lookup.key);
  if (at == entries_.end()) return {};
  const Entry& entry = *at->second;
  if (entry.kind != lookup.kind) return {LookupReply::State::kWrongType, {}, {}};
  return {LookupReply::State::kFound, entry.text, entry.fields};
}

}  // namespace sluice
