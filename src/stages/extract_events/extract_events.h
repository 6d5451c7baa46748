#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/clock.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/check_batch/batch_form.h"

namespace sluice::stages {

/// Makes an event of every element of a batch's `events`, stamps it, and adds the audit record of
/// the batch, whose own way ends here (telemetry-extractor.md B.4).
///
/// What is not a batch of events is diverted as it came. An element that can't become an event does
/// not stop the others; the batch is diverted then, as it came, and gets no audit record (B-6).
class ExtractEvents final : public Stage {
 public:
  struct Settings {
    std::size_t max_event_bytes = 0;
    std::size_t max_events = 0;  ///< Of a batch.
    FailedBatches failed;
    SideOutputId oversize = 0;
    CounterId batches = 0;
    CounterId events = 0;
    CounterId oversize_events = 0;
    CounterId audits = 0;
  };
  ExtractEvents(Settings settings, const Clock& clock) : settings_(settings), clock_(clock) {}

  Status Finish(Batch& batch) override;

 private:
  /// What all events of a batch are stamped with.
  struct Stamp {
    std::int64_t syncts = 0;
    std::string_view timestamp;
  };
  [[nodiscard]] Reason FaultOf(const Event& batch) const;
  void Extract(Batch& batch, Event& source);
  void Create(Batch& batch, const Event& source, std::int64_t ordinal, Value element,
              const Stamp& stamp);
  [[nodiscard]] bool IsTooLarge(const Event& event, std::size_t source_bytes,
                                const Stamp& stamp) const;

  Settings settings_;
  const Clock& clock_;
  std::string json_;
};

StageSpec ExtractEventsSpec();

}  // namespace sluice::stages
