#include "engine/worker.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "util/fault_point.h"

namespace sluice {
namespace {

using std::chrono::milliseconds;

/// Longest call that a stop request has to wait for.
constexpr milliseconds kPollWait{100};
constexpr int kRebalanceSteps = 5;
/// How often the stores are looked at while there is nothing to do.
constexpr std::chrono::seconds kProbeInterval{1};

/// A sink knows nothing of assignments: the records would be skipped, without a rewind.
Status OfSink(Status status) {
  if (status.ok() || status.error().kind != ErrorKind::kDiscard) return status;
  return Error{ErrorKind::kFatal, "the sink asked to discard: " + status.error().message};
}

std::string TextOf(const Checkpoint& checkpoint) {
  std::string text;
  for (const NextOffset& next : checkpoint) {
    text += (text.empty() ? "" : ", ") + std::string(next.topic) + '[' +
            std::to_string(next.partition) + "] to " + std::to_string(next.offset);
  }
  return text;
}

}  // namespace

Worker::Worker(Parts parts)
    : parts_(std::move(parts)),
      max_events_(parts_.transaction.max_events),
      max_bytes_(parts_.transaction.max_bytes) {}

Status Worker::Run(const std::stop_token& stop) {
  Enter(WorkerState::kStarting, "starting");
  Status status = Open(stop);
  while (status.ok() && !stop.stop_requested() &&
         !(parts_.source.exhausted() && records_.empty())) {
    parts_.report.Turn(parts_.source, parts_.flow);
    status = RunTransaction(stop);
    if (!status.ok()) status = Recover(std::move(status).error(), stop);
  }
  Enter(WorkerState::kStopping, "stopping");
  // The sink first: after a fatal error it may still borrow what Forget gives back.
  parts_.sink.Close();
  Forget();
  parts_.source.Close();
  Enter(WorkerState::kStopped, status.ok() ? "stopped" : status.error().message);
  return status;
}

Status Worker::Open(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Status status = parts_.sink.Open();
    if (status.ok()) status = parts_.source.Open();
    source_open_ = status.ok();
    if (status.ok()) status = StartAtStored();
    if (status.ok()) status = parts_.flow.Probe();
    if (status.ok()) break;
    if (status.error().kind != ErrorKind::kUnavailable) return status;
    SLUICE_TRY(WaitThroughRebalances(status.error(), stop));
  }
  if (stop.stop_requested()) return Ok();
  ReadLimits();
  GoOn();
  return Ok();
}

void Worker::ReadLimits() {
  std::vector<std::size_t> limits;
  for (std::size_t topic = 0; topic < parts_.topic_count; ++topic) {
    limits.push_back(parts_.sink.MaxRecordBytes(static_cast<TopicId>(topic)));
  }
  parts_.flow.SetLimits(limits);
}

Result<const SealedCheckpoint*> Worker::Stored() {
  if (!parts_.joint_commit) return nullptr;
  return parts_.sink.Stored();
}

Status Worker::StartAtStored() {
  const auto stored = Stored();
  if (!stored) return stored.error();
  return stored.value() == nullptr ? Ok() : parts_.source.Rewind(stored.value());
}

Status Worker::RunTransaction(const std::stop_token& stop) {
  if (parts_.joint_commit && parts_.sink.TakeSealInDoubt()) SLUICE_TRY(Renew());
  SLUICE_TRY(records_.empty() ? Collect() : KeepPlace());
  if (records_.empty()) return Probe();
  FaultPoint("collected");
  SLUICE_TRY(Process(stop));
  if (records_.empty()) return Ok();
  const auto begin = Clock::now();
  SLUICE_TRY(Commit(stop));
  const auto end = Clock::now();
  failures_ = 0;
  parts_.report.Committed(Done(), end - collected_at_, end - begin);
  parts_.flow.Committed();
  Drop();
  Grow(end - begin);
  GoOn();
  return Ok();
}

Status Worker::Renew() {
  Say(LogLevel::kWarning,
      "A request with offsets got no answer: joining the group anew, so that a late copy is "
      "refused");
  Forget();
  const StatusSlot::Call call = parts_.report.Calling("joining the group anew");
  return parts_.source.Renew();
}

/// Also in bytes: what is slow is mostly their number.
void Worker::Shrink() {
  std::size_t bytes = 0;
  for (const Record& record : Done()) bytes += record.value ? record.value->size() : 0;
  max_events_ = std::max<std::size_t>(1, done_ / 2);
  max_bytes_ = std::clamp<std::size_t>(bytes / 2, 1, max_bytes_);
}

void Worker::Grow(Clock::duration commit) {
  if (std::exchange(alone_, false)) parts_.sink.WriteAlone(false);
  refused_before_.clear();
  // Where the sink is slow, twice as much would only fail again.
  if (commit > parts_.transaction.timeout / 4) return;
  max_events_ = std::min(max_events_ * 2, parts_.transaction.max_events);
  max_bytes_ = std::min(max_bytes_ * 2, parts_.transaction.max_bytes);
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
  const WorkerState before = parts_.report.state();
  if (before == WorkerState::kRunning) return;
  if (before == WorkerState::kWaiting)
    Say(LogLevel::kInfo, "Going on: what was waited for is back");
  Enter(WorkerState::kRunning);
}

Status Worker::Collect() {
  PollLimits limits{max_events_, max_bytes_, kPollWait};
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

Status Worker::KeepPlace() {
  collected_at_ = Clock::now();
  return parts_.source.Poll({.max_records = 0, .max_bytes = 1}, records_);
}

Status Worker::Process(const std::stop_token& stop) {
  while (true) {
    const auto done = parts_.flow.Run(records_);
    if (done) done_ = done.value();
    Status status = done ? Ok() : Status(done.error());
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

Status Worker::Commit(const std::stop_token& stop) {
  const StatusSlot::Call call = parts_.report.Calling("committing a transaction");
  SLUICE_TRY(OfSink(parts_.sink.Begin()));
  begun_ = true;
  FaultPoint("begun");
  SLUICE_TRY(OfSink(parts_.sink.Write(parts_.flow.outbox())));
  FaultPoint("written");
  const Checkpoint checkpoint = CheckpointAfter(Done());
  SLUICE_TRY(parts_.joint_commit ? CommitTogether(checkpoint) : CommitInTurn(checkpoint, stop));
  FaultPoint("committed");
  Say(LogLevel::kDebug, "Committed " + std::to_string(done_) + " records: " + TextOf(checkpoint));
  return Ok();
}

Status Worker::CommitTogether(const Checkpoint& checkpoint) {
  const auto sealed = parts_.source.Seal(checkpoint);
  if (!sealed) return sealed.error();
  SLUICE_TRY(OfSink(parts_.sink.CommitWith(sealed.value())));
  begun_ = false;
  parts_.source.Committed(checkpoint);
  return Ok();
}

Status Worker::CommitInTurn(const Checkpoint& checkpoint, const std::stop_token& stop) {
#ifdef SLUICE_COMMIT_BEFORE_FLUSH
  // The wrong order, never built but to prove that the chaos harness finds what it loses.
  SLUICE_TRY(parts_.source.Commit(checkpoint));
  FaultPoint("offsets_sent");
  SLUICE_TRY(parts_.sink.Commit());
  begun_ = false;
  return Ok();
#else
  SLUICE_TRY(OfSink(parts_.sink.Commit()));
  begun_ = false;
  FaultPoint("outputs_committed");
  Status status = parts_.source.Commit(checkpoint);
  // The outputs stand: to rewind now would write them again, as often as this fails.
  while (!status.ok() && status.error().kind == ErrorKind::kUnavailable && !stop.stop_requested()) {
    SLUICE_TRY(Wait(status.error(), stop));
    status = parts_.source.Commit(checkpoint);
  }
  return status;
#endif
}

Status Worker::Recover(Error error, const std::stop_token& stop) {
  const StatusSlot::Call call = parts_.report.Calling("rewinding to the last checkpoint");
  const ErrorKind kind = error.kind;
  ++failures_;
  parts_.report.Failed(kind);
  if (kind == ErrorKind::kFatal || kind == ErrorKind::kInvalidConfig) return error;
  Say(kind == ErrorKind::kDiscard ? LogLevel::kInfo : LogLevel::kWarning,
      std::string(ErrorKindName(kind)) + ": " + error.message);
  const bool waiting = parts_.report.state() == WorkerState::kWaiting;
  Enter(waiting ? WorkerState::kWaiting : WorkerState::kRecovering, error.message);
  bool replace = kind == ErrorKind::kReplaceSink;
  // Also where the sink is to be replaced: it may still borrow what Forget gives back.
  if (begun_) {
    if (kind != ErrorKind::kDiscard) Shrink();
    if (kind == ErrorKind::kRefused) {
      if (Status narrowed = Narrow(error); !narrowed) error = std::move(narrowed).error();
    }
    Status aborted = parts_.sink.Abort();
    if (!aborted.ok() && aborted.error().kind == ErrorKind::kFatal) return aborted;
    replace = replace || !aborted.ok();
  }
  begun_ = false;
  Forget();
  while (replace && !stop.stop_requested()) {
    Status status = parts_.sink.Replace();
    if (status.ok()) break;
    if (status.error().kind == ErrorKind::kFatal) return status;
    SLUICE_TRY(WaitThroughRebalances(status.error(), stop));
  }
  ReadLimits();
  // What fails again without a commit in between would fail as fast as it can; narrowing down what
  // is refused gets on by failing, and a rebalance may come in several steps.
  const int patience = kind == ErrorKind::kDiscard ? kRebalanceSteps : 1;
  const bool again = failures_ > patience && kind != ErrorKind::kRefused;
  if (error.kind == ErrorKind::kUnavailable || again) {
    SLUICE_TRY(WaitThroughRebalances(error, stop));
  }
  // After a rebalance the new assignment starts at the committed offsets by itself.
  if (kind == ErrorKind::kDiscard || stop.stop_requested()) return Ok();
  return Rewind(stop);
}

Status Worker::Rewind(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    Status status = RewindOnce();
    if (status.ok()) return status;
    // A rebalance has rewound as well.
    if (status.error().kind == ErrorKind::kDiscard) return Ok();
    if (status.error().kind != ErrorKind::kUnavailable) return status;
    SLUICE_TRY(WaitThroughRebalances(status.error(), stop));
  }
  return Ok();
}

Status Worker::RewindOnce() {
  const auto stored = Stored();
  if (!stored) return stored.error();
  return parts_.source.Rewind(stored.value());
}

Status Worker::WaitThroughRebalances(const Error& error, const std::stop_token& stop) {
  Status status = Wait(error, stop);
  return !status.ok() && status.error().kind == ErrorKind::kDiscard ? Ok() : std::move(status);
}

Status Worker::Narrow(const Error& refusal) {
  const std::optional<RefusedOutput> refused = parts_.sink.Refused();
  if (!refused && done_ > 1) return Ok();
  if (!refused && !alone_) {
    alone_ = true;
    parts_.sink.WriteAlone(true);
    return Ok();
  }
  if (!refused) return Replace(records_[0].position, std::nullopt, refusal.message);
  // Once may be the fault of the request that it was part of.
  std::string output = refused->position.ToString() + '#' + std::to_string(refused->topic);
  if (output != std::exchange(refused_before_, output)) return Ok();
  return Replace(refused->position, refused->topic, refused->reason);
}

Status Worker::Replace(const Position& position, std::optional<TopicId> topic,
                       const std::string& reason) {
  const std::string at = position.ToString();
  if (!parts_.flow.Quarantine(position, topic, reason)) {
    return Error{ErrorKind::kUnavailable,
                 "the sink refuses even the small record that stands for " + at +
                     " on the topic of `side_outputs.failed` (" + reason +
                     "): change what that topic takes, sluice goes on by itself"};
  }
  Say(LogLevel::kError, "The sink refuses what comes of " + at + " (" + reason +
                            "): it is replaced on the topic of `side_outputs.failed`");
  return Ok();
}

Status Worker::Wait(const Error& error, const std::stop_token& stop) {
  if (parts_.report.state() != WorkerState::kWaiting || error.message != waited_for_) {
    Say(LogLevel::kWarning, "Waiting: " + error.message);
    waited_for_ = error.message;
  }
  Enter(WorkerState::kWaiting, error.message);
  const auto until = Clock::now() + backoff_.Next();
  while (!stop.stop_requested() && Clock::now() < until) {
    parts_.report.Turn(parts_.source, parts_.flow);
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

void Worker::Enter(WorkerState state, std::string reason) {
  parts_.report.Enter(state, std::move(reason), parts_.source, parts_.flow);
}

void Worker::Drop() {
  if (done_ == records_.size()) {
    Forget();
    return;
  }
  records_.erase(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(done_));
  done_ = 0;
  parts_.flow.Reset();
}

void Worker::Forget() {
  records_.clear();
  done_ = 0;
  parts_.source.Release();
  parts_.flow.Reset();
}

}  // namespace sluice
