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

Readiness::Call Readiness::Enter(const std::string& part, const char* what) {
  const std::scoped_lock lock(mutex_);
  calls_[part] = {what, Clock::now()};
  return {*this, part};
}

Readiness::Call::~Call() {
  const std::scoped_lock lock(readiness_.mutex_);
  readiness_.calls_[part_].what = "";
}

std::vector<std::string> Readiness::Reasons() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> reasons;
  for (const auto& [part, reason] : reasons_) {
    reasons.emplace_back(part).append(": ").append(reason);
  }
  for (const auto& [part, call] : calls_) {
    const auto took = Clock::now() - call.since;
    if (*call.what == '\0' || took < patience_) continue;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(took).count();
    std::string& reason = reasons.emplace_back(part);
    reason.append(": ").append(call.what).append(" for ");
    reason.append(std::to_string(seconds)).append(" s");
  }
  return reasons;
}

}  // namespace sluice
