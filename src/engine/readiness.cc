#include "engine/readiness.h"

namespace sluice {

void Readiness::NotReady(const std::string& part, const std::string& reason) {
  const std::scoped_lock lock(mutex_);
  reasons_[part] = reason;
}

void Readiness::Ready(const std::string& part) {
  const std::scoped_lock lock(mutex_);
  reasons_.erase(part);
}

std::vector<std::string> Readiness::Reasons() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> reasons;
  for (const auto& [part, reason] : reasons_) reasons.push_back(part + ": " + reason);
  return reasons;
}

}  // namespace sluice
