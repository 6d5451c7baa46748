#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/ledger.h"
#include "sluice/batch.h"
#include "sluice/outbox.h"

namespace sluice {

/// How events become records.
struct OutputSettings {
  struct SideOutput {
    std::string name;
    TopicId topic = 0;
  };
  /// The first of these that is a string in the event is the record's key; none: null key.
  std::vector<Path> key;
  std::vector<SideOutput> side_outputs;  ///< By SideOutputId.
  SideOutputId failed = 0;               ///< Takes what can't be written elsewhere.
  bool position_header = true;
};

/// Turns what leaves the pipeline into records of the outbox: keys, headers, size limits.
/// Copies to several topics share their bytes. One worker, one instance.
class OutputCollector final : public Emitter {
 public:
  OutputCollector(OutputSettings settings, Outbox& outbox, TransactionStats& stats)
      : settings_(std::move(settings)), outbox_(outbox), stats_(stats) {}

  /// Largest record per TopicId (Sink::MaxRecordBytes); known once the sink is open.
  void SetLimits(std::vector<std::size_t> limits);

  /// Input larger than this can't be written to some topic whatever happens to it.
  [[nodiscard]] std::size_t max_input_bytes() const { return max_input_bytes_; }
  [[nodiscard]] SideOutputId failed() const { return settings_.failed; }

  void Emit(Event& event, TopicId topic) override;

  /// Writes an event that has left the pipeline for a side output.
  void EmitDiverted(Event& event);
  /// Writes the replacement of an event whose input record is too large to be handled (C-6).
  void EmitOversize(const Event& event, std::string_view raw, std::string_view refused_by);

 private:
  void Prepare(Event& event);
  void Append(TopicId topic, Event& event, std::span<const Header> headers);
  std::span<const Header> CopyHeaders(std::span<const Header> headers);
  std::optional<std::string_view> KeyOf(const Event& event) const;
  std::string_view PositionText(const Event& event);

  OutputSettings settings_;
  Outbox& outbox_;
  TransactionStats& stats_;
  std::vector<std::size_t> limits_;
  std::size_t max_input_bytes_ = 0;
  std::string scratch_;
};

}  // namespace sluice
