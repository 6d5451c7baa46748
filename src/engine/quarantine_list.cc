#include "engine/quarantine_list.h"

#include <utility>

namespace sluice {
namespace {

std::string KeyOf(const Position& position, std::optional<TopicId> topic) {
  std::string key = position.ToString();
  if (topic) key += '#' + std::to_string(*topic);
  return key;
}

}  // namespace

bool QuarantineList::Add(const Position& position, std::optional<TopicId> topic,
                         const std::string& reason) {
  std::string key = KeyOf(position, topic);
  if (!reasons_.try_emplace(key, reason).second) return false;
  order_.push_back(std::move(key));
  if (order_.size() > kMost) {
    reasons_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

std::optional<Refusal> QuarantineList::Find(const Position& position,
                                            std::optional<TopicId> topic) const {
  if (reasons_.empty()) return std::nullopt;
  const auto found = reasons_.find(KeyOf(position, topic));
  if (found == reasons_.end()) return std::nullopt;
  Refusal refusal = kRefusedBySink;
  refusal.detail = found->second;
  return refusal;
}

}  // namespace sluice
