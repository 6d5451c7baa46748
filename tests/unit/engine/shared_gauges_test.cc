#include <gtest/gtest.h>

#include "engine/flow.h"
#include "engine/pipeline_metrics.h"
#include "engine/worker_report.h"
#include "support/fakes.h"

namespace sluice {
namespace {

TransactionStats StatsOf(std::uint64_t received, std::uint64_t emitted) {
  TransactionStats stats;
  stats.ledger.received = received;
  stats.ledger.emitted = emitted;
  return stats;
}

TEST(SharedGaugesTest, WhatOneWorkerCannotAccountForIsNotHiddenByAnother) {
  fakes::FakeMetrics metrics;
  PipelineMetrics first(metrics, {"p", {}, {}, {}, {}});
  PipelineMetrics second(metrics, {"p", {}, {}, {}, {}});
  first.Committed(StatsOf(3, 2));
  second.Committed(StatsOf(5, 5));
  EXPECT_EQ(metrics.Get("sluice_unaccounted_events{pipeline=p,}"), 1);
}

TEST(SharedGaugesTest, AWorkerThatWaitsIsCountedUntilItGoesOn) {
  fakes::FakeMetrics metrics;
  fakes::FakeSource source({});
  const fakes::FixedClock clock(0);
  const Flow flow({}, metrics);
  WorkerMetrics first_metrics(metrics, "p");
  WorkerMetrics second_metrics(metrics, "p");
  StatusSlot first_slot("worker 0");
  StatusSlot second_slot("worker 1");
  WorkerReport first(first_slot, first_metrics, clock);
  WorkerReport second(second_slot, second_metrics, clock);
  const auto waiting = [&] { return metrics.Get("sluice_waiting{pipeline=p,}"); };
  first.Enter(WorkerState::kWaiting, "redis: away", source, flow);
  second.Enter(WorkerState::kRunning, "", source, flow);
  EXPECT_EQ(waiting(), 1);
  second.Enter(WorkerState::kWaiting, "redis: away", source, flow);
  second.Enter(WorkerState::kWaiting, "redis: still away", source, flow);
  EXPECT_EQ(waiting(), 2);
  first.Enter(WorkerState::kRunning, "", source, flow);
  EXPECT_EQ(waiting(), 1);
}

}  // namespace
}  // namespace sluice
