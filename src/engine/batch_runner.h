#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "codec/json_reader.h"
#include "engine/output_collector.h"
#include "engine/pipeline.h"
#include "engine/quarantine_list.h"
#include "sluice/checkpoint.h"
#include "sluice/record.h"

namespace sluice {

/// What a record holds.
enum class RecordForm : std::uint8_t {
  kEvent,  ///< One event.
  kBatch,  ///< A batch of events, which a stage extracts (JsonReader::Form::kBatch).
  kBytes,  ///< Anything; it is passed on as it is.
};

struct BatchLimits {
  std::size_t max_events = 128;
  std::size_t max_bytes = std::size_t{128} << 10;
};

/// Takes the records of one transaction through the stages, batch by batch, into the outbox.
///
/// Two batches are under way at a time: while one waits for the replies of a store, the next is
/// decoded and sends its requests. Nothing is written and no transaction is open meanwhile.
class BatchRunner {
 public:
  /// Records that `quarantine` lists whole are replaced as refused_by_sink.
  BatchRunner(Pipeline& pipeline, OutputCollector& collector, const QuarantineList& quarantine,
              TransactionStats& stats, BatchLimits limits, RecordForm form);

  /// Returns how many of the records were taken, the first ones: all, or as many as it took for
  /// the outputs of the transaction to reach `max_output_bytes`. An error leaves no request under
  /// way; the same records may be tried again after the outbox and the stats were reset.
  Result<std::size_t> Run(std::span<const Record> records, std::size_t max_output_bytes);

 private:
  static constexpr std::size_t kInFlight = 2;

  Result<std::size_t> Drive(std::span<const Record> records, std::size_t max_output_bytes);
  /// True if the next batch has to wait until the oldest one is done.
  [[nodiscard]] bool IsFull() const;
  std::size_t Fill(BatchRun& run, std::span<const Record> records);
  void Decode(const Record& record, Batch& batch);
  void Read(const Record& record, Batch& batch, Event& event);
  /// Why the event's record must be replaced; nullopt if it need not.
  [[nodiscard]] std::optional<Refusal> RefusalOf(const Event& event) const;
  void DivertToFailed(Event& event, Reason reason);
  void EmitDiverted(Event& event);
  void Finish(BatchRun& run);
  Status AdvanceOldest();

  Pipeline& pipeline_;
  OutputCollector& collector_;
  const QuarantineList& quarantine_;
  TransactionStats& stats_;
  BatchLimits limits_;
  RecordForm form_;
  JsonReader reader_;
  std::array<BatchRun, kInFlight> runs_;
  std::size_t oldest_ = 0;
  std::size_t in_flight_ = 0;
};

/// Next offsets after these records, one per partition.
Checkpoint CheckpointAfter(std::span<const Record> records);

}  // namespace sluice
