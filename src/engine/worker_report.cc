#include "engine/worker_report.h"

#include <memory>

#include "engine/flow.h"

namespace sluice {
namespace {

constexpr std::chrono::milliseconds kPublishInterval{200};
constexpr std::chrono::seconds kRateWindow{10};

}  // namespace

void WorkerReport::Enter(WorkerState state, std::string reason, const Source& source,
                         const Flow& flow) {
  if (state != status_.state) {
    if (state == WorkerState::kWaiting) metrics_.Waiting(1);
    if (status_.state == WorkerState::kWaiting) metrics_.Waiting(-1);
    status_.since_ms = clock_.NowMs();
  }
  status_.state = state;
  status_.reason = std::move(reason);
  slot_.Beat();
  Publish(source, flow);
}

void WorkerReport::Committed(std::span<const Record> records, Steady::duration total,
                             Steady::duration commit) {
  metrics_.Committed(records.size(), total, commit);
  ++status_.transactions;
  status_.records += records.size();
  status_.last_commit_ms = clock_.NowMs();
  history_.Committed(records, total, commit, status_.last_commit_ms);
}

void WorkerReport::Failed(ErrorKind kind) {
  metrics_.Failed(ErrorKindName(kind));
  ++status_.failures[std::string(ErrorKindName(kind))];
}

void WorkerReport::Turn(const Source& source, const Flow& flow) {
  slot_.Beat();
  if (Steady::now() - published_ >= kPublishInterval) Publish(source, flow);
}

void WorkerReport::Publish(const Source& source, const Flow& flow) {
  published_ = Steady::now();
  status_.taken_ms = clock_.NowMs();
  status_.records_per_second = RecordsPerSecond(published_);
  status_.partitions = source.Partitions();
  history_.AddTimes(status_.partitions);
  if (history_.Turn(status_.taken_ms)) {
    status_.history = std::make_shared<const std::deque<HistoryPoint>>(history_.points());
  }
  status_.pipelines = flow.PipelineStatuses();
  slot_.Publish(std::make_shared<const WorkerStatus>(status_));
}

double WorkerReport::RecordsPerSecond(Steady::time_point now) {
  samples_.emplace_back(now, status_.records);
  while (samples_.size() > 2 && now - samples_[1].first >= kRateWindow) samples_.pop_front();
  const double seconds = std::chrono::duration<double>(now - samples_.front().first).count();
  if (seconds <= 0) return 0;
  return static_cast<double>(status_.records - samples_.front().second) / seconds;
}

}  // namespace sluice
