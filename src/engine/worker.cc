#include "engine/worker.h"

#include <algorithm>
#include <thread>

#include "util/fault_point.h"

namespace sluice {
namespace {

using std::chrono::milliseconds;

/// Longest call that a stop request has to wait for.
constexpr milliseconds kPollWait{100};
/// How often the stores are looked at while there is nothing to do.
constexpr std::chrono::seconds kProbeInterval{1};

}  // namespace

Worker::Worker(Parts parts)
    : parts_(std::move(parts)), max_events_(parts_.transaction.max_events) {}

Status Worker::Run(const std::stop_token& stop) {
  parts_.readiness.NotReady(parts_.name, "starting");
  Status status = Open(stop);
  while (status.ok() && !stop.stop_requested() && !parts_.source.exhausted()) {
    status = RunTransaction(stop);
    if (!status.ok()) status = Recover(std::move(status).error(), stop);
  }
  parts_.readiness.NotReady(parts_.name, "stopping");
  Forget();
  parts_.source.Close();
  parts_.sink.Close();
  return status;
}

Status Worker::Open(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Status status = parts_.sink.Open();
    if (status.ok()) status = parts_.source.Open();
    source_open_ = status.ok();
    if (status.ok()) status = parts_.flow.Probe();
    if (status.ok()) break;
    if (status.error().kind != ErrorKind::kUnavailable) return status;
    SLUICE_TRY(WaitThroughRebalances(status.error(), stop));
  }
  if (stop.stop_requested()) return Ok();
  std::vector<std::size_t> limits;
  for (std::size_t topic = 0; topic < parts_.topic_count; ++topic) {
    limits.push_back(parts_.sink.MaxRecordBytes(static_cast<TopicId>(topic)));
  }
  parts_.flow.SetLimits(limits);
  GoOn();
  parts_.readiness.Ready(parts_.name);
  return Ok();
}

Status Worker::RunTransaction(const std::stop_token& stop) {
  SLUICE_TRY(Collect());
  if (records_.empty()) return Probe();
  FaultPoint("collected");
  SLUICE_TRY(Process(stop));
  if (records_.empty()) return Ok();
  const auto begin = Clock::now();
  SLUICE_TRY(Commit());
  const auto end = Clock::now();
  parts_.metrics.Committed(records_.size(), end - collected_at_, end - begin);
  parts_.flow.Committed();
  Forget();
  max_events_ = std::min(max_events_ * 2, parts_.transaction.max_events);
  GoOn();
  return Ok();
}

Status Worker::Probe() {
  const auto now = Clock::now();
  if (now < next_probe_) return Ok();
  next_probe_ = now + kProbeInterval;
  SLUICE_TRY(parts_.flow.Probe());
  GoOn();
  return Ok();
}

void Worker::GoOn() {
  backoff_.Reset();
  if (!waiting_) return;
  waiting_ = false;
  parts_.log("info", "Going on: what was waited for is back");
  parts_.readiness.Ready(parts_.name);
  parts_.metrics.Waiting(false);
}

Status Worker::Collect() {
  PollLimits limits{max_events_, parts_.transaction.max_bytes, kPollWait};
  SLUICE_TRY(parts_.source.Poll(limits, records_));
  collected_at_ = Clock::now();
  const auto until = collected_at_ + parts_.transaction.linger;
  std::size_t bytes = 0;
  std::size_t counted = 0;
  while (!records_.empty() && records_.size() < max_events_) {
    for (; counted < records_.size(); ++counted) {
      bytes += records_[counted].value ? records_[counted].value->size() : 0;
    }
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now());
    if (bytes >= limits.max_bytes || left.count() <= 0 || parts_.source.exhausted()) break;
    limits.wait = left;
    limits.max_records = max_events_ - records_.size();
    SLUICE_TRY(parts_.source.Poll({limits.max_records, limits.max_bytes - bytes, left}, records_));
  }
  return Ok();
}

Status Worker::Process(const std::stop_token& stop) {
  while (true) {
    Status status = parts_.flow.Run(records_);
    if (status.ok() || status.error().kind != ErrorKind::kUnavailable) return status;
    // The same records again, once the store is back: claims go by position, so that they
    // find their own.
    parts_.flow.Reset();
    SLUICE_TRY(Wait(status.error(), stop));
    if (stop.stop_requested()) {
      Forget();
      return Ok();
    }
  }
}

Status Worker::Commit() {
  const Readiness::Call call = parts_.readiness.Enter(parts_.name, "committing a transaction");
  SLUICE_TRY(parts_.sink.Begin());
  begun_ = true;
  FaultPoint("begun");
  SLUICE_TRY(parts_.sink.Write(parts_.flow.outbox()));
  FaultPoint("written");
  SLUICE_TRY(parts_.sink.Commit(CheckpointAfter(records_)));
  begun_ = false;
  FaultPoint("committed");
  return Ok();
}

Status Worker::Recover(Error error, const std::stop_token& stop) {
  const Readiness::Call call = parts_.readiness.Enter(parts_.name, "going back to the checkpoint");
  parts_.metrics.Failed(ErrorKindName(error.kind));
  const ErrorKind kind = error.kind;
  if (kind == ErrorKind::kFatal || kind == ErrorKind::kInvalidConfig) return error;
  parts_.log(kind == ErrorKind::kDiscard ? "info" : "warning",
             std::string(ErrorKindName(kind)) + ": " + error.message);
  bool recreate = kind == ErrorKind::kRecreateProducer;
  // Also where a new producer is needed: the old one may still borrow what Forget gives back.
  if (begun_) {
    Status aborted = parts_.sink.Abort();
    if (!aborted.ok() && aborted.error().kind == ErrorKind::kFatal) return aborted;
    recreate = recreate || !aborted.ok();
  }
  begun_ = false;
  if (kind == ErrorKind::kRefused) SLUICE_TRY(Narrow());
  Forget();
  while (recreate && !stop.stop_requested()) {
    Status status = parts_.sink.Recreate();
    if (status.ok()) break;
    if (status.error().kind == ErrorKind::kFatal) return status;
    SLUICE_TRY(WaitThroughRebalances(status.error(), stop));
  }
  if (kind == ErrorKind::kUnavailable) SLUICE_TRY(WaitThroughRebalances(error, stop));
  // After a rebalance the new assignment starts at the committed offsets by itself.
  if (kind == ErrorKind::kDiscard || stop.stop_requested()) return Ok();
  return Rewind(stop);
}

Status Worker::Rewind(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Status status = parts_.source.Rewind();
    if (status.ok()) return status;
    // A rebalance has rewound as well.
    if (status.error().kind == ErrorKind::kDiscard) return Ok();
    if (status.error().kind != ErrorKind::kUnavailable) return status;
    SLUICE_TRY(WaitThroughRebalances(status.error(), stop));
  }
  return Ok();
}

Status Worker::WaitThroughRebalances(const Error& error, const std::stop_token& stop) {
  Status status = Wait(error, stop);
  return !status.ok() && status.error().kind == ErrorKind::kDiscard ? Ok() : std::move(status);
}

Status Worker::Narrow() {
  if (records_.size() > 1) {
    max_events_ = records_.size() / 2;
    return Ok();
  }
  const std::string position = records_[0].position.ToString();
  if (!parts_.flow.Quarantine(records_[0].position)) {
    return Error{ErrorKind::kFatal, "the broker refuses even the replacement of " + position +
                                        ": check max.message.bytes of the failed topic"};
  }
  parts_.log("error", "The broker refuses what comes of " + position +
                          ": it is replaced on the failed topic");
  return Ok();
}

Status Worker::Wait(const Error& error, const std::stop_token& stop) {
  if (!waiting_) parts_.log("warning", "Waiting: " + error.message);
  waiting_ = true;
  parts_.readiness.NotReady(parts_.name, error.message);
  parts_.metrics.Waiting(true);
  const auto until = Clock::now() + backoff_.Next();
  while (!stop.stop_requested() && Clock::now() < until) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now());
    const milliseconds step = std::clamp(left, milliseconds(1), kPollWait);
    Status idle = source_open_ ? parts_.source.Idle(step) : Ok();
    // The brokers may be away as well: that is then one more thing to wait for.
    const bool away = !idle.ok() && idle.error().kind == ErrorKind::kUnavailable;
    if (!idle.ok() && !away) return idle;
    if (away || !source_open_) std::this_thread::sleep_for(step);
  }
  return Ok();
}

void Worker::Forget() {
  records_.clear();
  parts_.source.Release();
  parts_.flow.Reset();
}

}  // namespace sluice
