#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger.h"
#include "engine/oversize.h"
#include "engine/quarantine_list.h"
#include "sluice/batch.h"
#include "sluice/outbox.h"
#include "sluice/record.h"

namespace sluice {

/// How events become records.
struct OutputSettings {
  struct SideOutput {
    std::string name;
    TopicId topic = 0;
  };
  /// Where the records of a topic go.
  struct Topic {
    std::optional<TopicId> sink;       ///< The sink's own number; nullopt: they stay in memory.
    std::vector<std::size_t> readers;  ///< Pipelines of the same flow that read it, by index.
    std::string name = {};             ///< Its real one, for the readers.
  };
  /// The first of these that is a string in the event is the record's key; none: null key.
  std::vector<Path> key;
  std::vector<Topic> topics;             ///< By TopicId.
  std::vector<SideOutput> side_outputs;  ///< By SideOutputId.
  SideOutputId failed = 0;               ///< Takes what can't be written elsewhere.
  bool position_header = true;
  std::size_t max_record_bytes = std::size_t{1} << 20;  ///< The pipeline's own limit.
};

/// What the pipelines of a flow have still to read, by pipeline. Records hold views of the outbox.
using Inboxes = std::vector<std::vector<Record>>;

/// Turns what leaves the pipeline into records of the outbox: keys, headers, size limits.
/// Copies to several topics share their bytes. One worker, one instance.
class OutputCollector final : public Emitter {
 public:
  OutputCollector(OutputSettings settings, Outbox& outbox, Inboxes& inboxes,
                  const QuarantineList& quarantine, TransactionStats& stats)
      : settings_(std::move(settings)),
        outbox_(outbox),
        inboxes_(inboxes),
        quarantine_(quarantine),
        stats_(stats) {}

  /// Largest record per topic of the sink (Sink::MaxRecordBytes); known once the sink is open.
  void SetLimits(const std::vector<std::size_t>& sink_limits);

  /// Input larger than this can't be written to some topic whatever happens to it.
  [[nodiscard]] std::size_t max_input_bytes() const { return max_input_bytes_; }
  /// About the memory that the transaction's outputs take so far (Outbox::bytes).
  [[nodiscard]] std::size_t output_bytes() const { return outbox_.bytes(); }
  [[nodiscard]] SideOutputId failed() const { return settings_.failed; }

  void Emit(Event& event, TopicId topic) override;

  /// Writes an event that has left the pipeline for a side output.
  void EmitDiverted(Event& event);
  /// Writes the replacement of an event that can't be written as it is (C-6); `raw` is what it
  /// stands for. One for an event, however many topics it was for.
  void EmitReplacement(Event& event, std::string_view raw, const Refusal& refusal);

 private:
  void Prepare(Event& event);
  void Append(TopicId topic, Event& event, std::span<const Header> headers);
  /// Why the sink refused this output before; nullopt if it did not.
  [[nodiscard]] std::optional<Refusal> RefusedBefore(TopicId topic, const Event& event) const;
  /// To the sink, and to the pipelines that read the topic.
  void Send(const OutputRecord& record, Event& event);
  std::span<const Header> CopyHeaders(std::span<const Header> headers);
  std::optional<std::string_view> KeyOf(const Event& event) const;
  std::string_view PositionText(const Event& event);

  OutputSettings settings_;
  Outbox& outbox_;
  Inboxes& inboxes_;
  const QuarantineList& quarantine_;
  TransactionStats& stats_;
  std::vector<std::size_t> limits_;  ///< By TopicId.
  std::size_t max_input_bytes_ = 0;
  std::string scratch_;
};

}  // namespace sluice
