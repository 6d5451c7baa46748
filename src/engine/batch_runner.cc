#include "engine/batch_runner.h"

#include <algorithm>

#include "engine/engine_access.h"
#include "util/fault_point.h"

namespace sluice {
namespace {

/// A batch that takes more memory than this goes alone. Ordinary ones take some MiB.
constexpr std::size_t kLargeBatch = std::size_t{32} << 20;

}  // namespace

BatchRunner::BatchRunner(Pipeline& pipeline, OutputCollector& collector,
                         const QuarantineList& quarantine, TransactionStats& stats,
                         BatchLimits limits, RecordForm form)
    : pipeline_(pipeline),
      collector_(collector),
      quarantine_(quarantine),
      stats_(stats),
      limits_(limits),
      form_(form) {
  for (BatchRun& run : runs_) EngineAccess::SetEmitter(run.batch, &collector_);
}

Result<std::size_t> BatchRunner::Run(std::span<const Record> records,
                                     std::size_t max_output_bytes) {
  auto taken = Drive(records, max_output_bytes);
  if (!taken) pipeline_.Cancel();
  for (BatchRun& run : runs_) run.Reset();
  in_flight_ = 0;
  oldest_ = 0;
  return taken;
}

Result<std::size_t> BatchRunner::Drive(std::span<const Record> records,
                                       std::size_t max_output_bytes) {
  std::size_t taken = 0;
  while (taken < records.size()) {
    while (IsFull()) SLUICE_TRY(AdvanceOldest());
    if (taken > 0 && collector_.output_bytes() >= max_output_bytes) break;
    BatchRun& run = runs_[(oldest_ + in_flight_) % kInFlight];
    run.Reset();
    taken += Fill(run, records.subspan(taken));
    ++in_flight_;
    auto progress = pipeline_.Advance(run, stats_);
    if (!progress) return std::move(progress).error();
    if (progress.value() == Pipeline::Progress::kDone) {
      // Without a stage that waits, nothing else is under way.
      Finish(run);
      --in_flight_;
    }
  }
  while (in_flight_ > 0) SLUICE_TRY(AdvanceOldest());
  return taken;
}

bool BatchRunner::IsFull() const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < in_flight_; ++i) {
    bytes += runs_[(oldest_ + i) % kInFlight].batch.arena().bytes_used();
  }
  return in_flight_ == kInFlight || bytes > kLargeBatch;
}

Status BatchRunner::AdvanceOldest() {
  // Each batch in turn, so that the replies of one are waited for while the other's are on the way.
  for (std::size_t i = 0; i < in_flight_; ++i) {
    BatchRun& run = runs_[(oldest_ + i) % kInFlight];
    auto progress = pipeline_.Advance(run, stats_);
    if (!progress) return std::move(progress).error();
    if (i == 0 && progress.value() == Pipeline::Progress::kDone) {
      FaultPoint("claimed");
      Finish(run);
      oldest_ = (oldest_ + 1) % kInFlight;
      --in_flight_;
      return Ok();
    }
  }
  return Ok();
}

std::size_t BatchRunner::Fill(BatchRun& run, std::span<const Record> records) {
  std::size_t bytes = 0;
  std::size_t taken = 0;
  while (taken < records.size() && run.batch.events().size() < limits_.max_events &&
         (taken == 0 || bytes < limits_.max_bytes)) {
    const Record& record = records[taken++];
    bytes += record.value ? record.value->size() : 0;
    Decode(record, run.batch);
  }
  stats_.bytes_in += bytes;
  stats_.ledger.received += run.batch.events().size();
  return taken;
}

void BatchRunner::Decode(const Record& record, Batch& batch) {
  Event& event = EngineAccess::Add(batch, record);
  if (const std::optional<Refusal> refusal = RefusalOf(event)) {
    JsonReader::MakeEmpty(batch.arena(), event.edit());
    DivertToFailed(event, refusal->reason);
    return;
  }
  Read(record, batch, event);
}

std::optional<Refusal> BatchRunner::RefusalOf(const Event& event) const {
  // What comes of a batch is smaller, and bytes are passed on as they are: measured when written.
  const bool measured = form_ == RecordForm::kEvent;
  if (measured && event.raw().size() > collector_.max_input_bytes()) return kInputTooLarge;
  return quarantine_.Find(event.position(), std::nullopt);
}

void BatchRunner::Read(const Record& record, Batch& batch, Event& event) {
  if (!record.value || form_ == RecordForm::kBytes) {
    JsonReader::MakeEmpty(batch.arena(), event.edit());
    if (record.value) {
      event.SetVerbatim(*record.value);
    } else if (form_ == RecordForm::kEvent) {
      EngineAccess::MarkUnreadable(event, unreadable::kNullRecord);
    } else {
      event.Drop(unreadable::kNullRecord);
    }
    return;
  }
  const auto form =
      form_ == RecordForm::kBatch ? JsonReader::Form::kBatch : JsonReader::Form::kEvent;
  const Reason reason = reader_.Read(*record.value, batch.arena(), event.edit(), form);
  if (reason != nullptr) EngineAccess::MarkUnreadable(event, reason);
}

void BatchRunner::DivertToFailed(Event& event, Reason reason) {
  event.Divert(collector_.failed(), reason);
  EngineAccess::SetStage(event, "decode");
  stats_.AddDiversion(TransactionStats::kDecode, collector_.failed(), reason);
}

void BatchRunner::EmitDiverted(Event& event) {
  const std::string_view reason = event.reason();
  const std::optional<Refusal> refusal = RefusalOf(event);
  if (refusal && reason == refusal->reason) {
    collector_.EmitReplacement(event, event.raw(), *refusal);
  } else {
    collector_.EmitDiverted(event);
  }
}

void BatchRunner::Finish(BatchRun& run) {
  for (Event& event : run.batch.events()) {
    if (event.created()) ++stats_.ledger.created;
    if (event.active() && !event.readable()) {
      if (!event.raw().empty()) event.SetVerbatim(event.raw());
      DivertToFailed(event, event.unreadable_reason());
    } else if (event.active() && event.routed()) {
      event.End();
    } else if (event.active()) {
      event.Drop("unrouted");
    }
    if (event.state() == Event::State::kEmitted) {
      ++stats_.ledger.emitted;
    } else if (event.state() == Event::State::kDiverted) {
      ++stats_.ledger.diverted;
      EmitDiverted(event);
      if (event.side_output() == collector_.failed()) {
        stats_.failures.Add(event, EngineAccess::StageOf(event));
      }
    } else {
      ++stats_.ledger.dropped;
      stats_.AddDrop(event.reason());
    }
  }
  pipeline_.Ended(run.batch);
  const auto& counters = run.batch.counters();
  if (stats_.job_counters.size() < counters.size()) stats_.job_counters.resize(counters.size());
  for (std::size_t i = 0; i < counters.size(); ++i) stats_.job_counters[i] += counters[i];
  // Before the next batch is read, since a large one takes much memory.
  run.Reset();
}

Checkpoint CheckpointAfter(std::span<const Record> records) {
  Checkpoint checkpoint;
  for (const Record& record : records) {
    const Position& at = record.position;
    NextOffset* known = nullptr;
    for (NextOffset& next : checkpoint) {
      if (next.partition == at.partition && next.topic == at.topic) known = &next;
    }
    if (known == nullptr) {
      known = &checkpoint.emplace_back(NextOffset{at.topic, at.partition, 0});
    }
    known->offset = std::max(known->offset, at.offset + 1);
  }
  return checkpoint;
}

}  // namespace sluice
