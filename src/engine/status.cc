#include "engine/status.h"

namespace sluice {
namespace {

/// The first of the partitions that stand still, and how many more there are.
std::string Stalled(const std::vector<PartitionStatus>& partitions) {
  std::string text;
  std::size_t more = 0;
  for (const PartitionStatus& partition : partitions) {
    if (partition.stalled.empty()) continue;
    if (text.empty()) {
      text = partition.topic + '[' + std::to_string(partition.partition) +
             "] is not read: " + partition.stalled;
    } else {
      ++more;
    }
  }
  if (more > 0) text += "; and " + std::to_string(more) + " more, see /status";
  return text;
}

}  // namespace

std::string_view WorkerStateName(WorkerState state) {
  switch (state) {
    case WorkerState::kStarting:
      return "starting";
    case WorkerState::kRunning:
      return "running";
    case WorkerState::kWaiting:
      return "waiting";
    case WorkerState::kRecovering:
      return "recovering";
    case WorkerState::kStopping:
      return "stopping";
    case WorkerState::kStopped:
      return "stopped";
  }
  return "unknown";
}

StatusSlot::StatusSlot(std::string worker) {
  auto status = std::make_shared<WorkerStatus>();
  status->worker = std::move(worker);
  status->reason = "starting";
  Publish(std::move(status));
  Beat();
}

StatusSlot::Call StatusSlot::Enter(const char* what) {
  call_since_.store(Clock::now().time_since_epoch().count());
  call_.store(what);
  return Call(*this);
}

std::string StatusSlot::Obstacle(std::chrono::milliseconds patience) const {
  const Snapshot status = snapshot();
  if (status->state != WorkerState::kRunning && status->state != WorkerState::kRecovering) {
    return status->reason;
  }
  const char* call = call_.load();
  if (call == nullptr) return Stalled(status->partitions);
  const auto took = Clock::now() - Clock::time_point(Clock::duration(call_since_.load()));
  if (took < patience) return Stalled(status->partitions);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(took).count();
  return std::string(call) + " for " + std::to_string(seconds) + " s";
}

std::vector<StatusSlot::Snapshot> StatusBoard::Workers() const {
  std::vector<StatusSlot::Snapshot> workers;
  for (const StatusSlot& slot : slots_) workers.push_back(slot.snapshot());
  return workers;
}

std::vector<std::string> StatusBoard::NotAlive(std::chrono::seconds limit) const {
  std::vector<std::string> reasons;
  for (const StatusSlot& slot : slots_) {
    const auto silent = StatusSlot::Clock::now() - slot.last_beat();
    const auto status = slot.snapshot();
    if (silent <= limit || status->state == WorkerState::kStopped) continue;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(silent).count();
    reasons.push_back(status->worker + ": has not gone round its loop for " +
                      std::to_string(seconds) + " s");
  }
  return reasons;
}

std::vector<std::string> StatusBoard::NotReady() const {
  std::vector<std::string> reasons;
  for (const StatusSlot& slot : slots_) {
    const std::string obstacle = slot.Obstacle(patience_);
    if (!obstacle.empty()) reasons.push_back(slot.snapshot()->worker + ": " + obstacle);
  }
  return reasons;
}

}  // namespace sluice
