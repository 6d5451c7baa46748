#include "engine/pipeline.h"

#include <chrono>

namespace sluice {

Result<Pipeline::Progress> Pipeline::Advance(BatchRun& run, TransactionStats& stats) {
  stats.stages.resize(stages_.size());
  const bool first = run.next_stage == 0 && !run.started;
  if (first && observer_ != nullptr) observer_->Begin(name_, run.batch);
  while (run.next_stage < stages_.size()) {
    NamedStage& current = stages_[run.next_stage];
    if (current.stage->HasRequests() && !run.started) {
      if (Status status = current.stage->Start(run.batch); !status) {
        return std::move(status).error().Wrap(current.name);
      }
      run.started = true;
      return Progress::kWaiting;
    }
    SLUICE_TRY(FinishStage(run, stats));
    run.started = false;
    ++run.next_stage;
  }
  return Progress::kDone;
}

Status Pipeline::FinishStage(BatchRun& run, TransactionStats& stats) {
  NamedStage& current = stages_[run.next_stage];
  EventList& events = run.batch.events();
  TransactionStats::StageCount& count = stats.stages[run.next_stage];
  before_.clear();
  for (const Event& event : events) {
    before_.push_back(event.state());
    count.in += event.active() ? 1 : 0;
  }
  const auto start = std::chrono::steady_clock::now();
  stats.writer = run.next_stage;
  if (Status status = current.stage->Finish(run.batch); !status) {
    return std::move(status).error().Wrap(current.name);
  }
  stats.writer = TransactionStats::kDecode;
  if (current.duration != nullptr) {
    current.duration->Observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  count.created += events.size() - before_.size();
  for (std::size_t i = 0; i < events.size(); ++i) {
    Event& event = events[i];
    if (event.state() == Event::State::kDiverted &&
        (i >= before_.size() || before_[i] != Event::State::kDiverted)) {
      EngineAccess::SetStage(event, current.name);
      stats.AddDiversion(run.next_stage, event.side_output(), event.reason());
    }
  }
  if (observer_ != nullptr) observer_->After(current.name, run.batch);
  return Ok();
}

Status Pipeline::Probe() {
  for (NamedStage& stage : stages_) {
    if (Status status = stage.stage->Probe(); !status) {
      return std::move(status).error().Wrap(stage.name);
    }
  }
  return Ok();
}

void Pipeline::Cancel() {
  for (NamedStage& stage : stages_) stage.stage->Cancel();
}

}  // namespace sluice
