#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/batch_runner.h"
#include "engine/output_collector.h"
#include "engine/pipeline.h"
#include "engine/pipeline_metrics.h"
#include "engine/quarantine_list.h"
#include "sluice/outbox.h"
#include "sluice/record.h"

namespace sluice {

/// The pipelines of a worker. One is the common case; where one writes a topic that another reads,
/// the edge between them is memory, inside the same transaction (design.md 6).
///
/// An edge is as strict as a topic: the reader gets the writer's canonical bytes, held to its size
/// limit, and parses them anew. One worker, one instance.
class Flow {
 public:
  /// One pipeline. Its topics' readers are indices among the parts, all after its own.
  struct Part {
    std::vector<NamedStage> stages;
    OutputSettings outputs;
    RecordForm records = RecordForm::kEvent;
    BatchLimits batch;
    std::vector<std::string> reads;  ///< Real names of the topics that come from the source.
    MetricNames names;
    StageObserver* observer = nullptr;
  };
  /// `max_output_bytes`: about the memory that the outputs of one transaction may take.
  Flow(std::vector<Part> parts, MetricsRegistry& metrics,
       std::size_t max_output_bytes = kMaxOutputBytes);
  ~Flow();
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  /// Largest record per topic of the sink; before the first Run.
  void SetLimits(const std::vector<std::size_t>& sink_limits);

  /// Takes the records of one transaction through the pipelines, into the outbox: all of them, or
  /// at least one of each topic's where the outputs reach `max_output_bytes`. Those that were taken
  /// stand in front afterwards, in their order, and their number is returned. After an error no
  /// request is under way; Reset, and the same records may be tried again.
  Result<std::size_t> Run(std::span<Record> records);
  [[nodiscard]] const Outbox& outbox() const { return outbox_; }

  /// Asks every stage whether its outside systems are there (Stage::Probe).
  Status Probe();

  /// Replaces from now on what the sink has refused (QuarantineList::Add).
  bool Quarantine(const Position& position, std::optional<TopicId> topic,
                  const std::string& reason) {
    return quarantine_.Add(position, topic, reason);
  }

  /// Adds the counts of what is in hand to the metrics: it is committed.
  void Committed();
  /// Forgets what is in hand.
  void Reset();

  /// What each pipeline has done since the start, as far as it is committed.
  [[nodiscard]] std::vector<PipelineStatus> PipelineStatuses() const;

 private:
  struct Member;

  Status RunMember(std::size_t index, std::span<const Record> records);
  /// Moves the records that were taken to the front; returns how many they are.
  std::size_t PartTaken(std::span<Record> records) const;

  static constexpr std::size_t kMaxOutputBytes = std::size_t{128} << 20;

  const std::size_t max_output_bytes_;
  Outbox outbox_;
  Inboxes inboxes_;
  QuarantineList quarantine_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<bool> left_;  ///< By record of the run: not taken.
  std::vector<Record> from_source_;
  std::vector<std::size_t> places_;  ///< Of from_source_ among the records of the run.
};

}  // namespace sluice
