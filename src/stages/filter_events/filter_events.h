#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/clock.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Drops events that are too old or of a kind that nobody wants (de-normalization.md 7), and
/// diverts what has no time or kind to judge by.
class FilterEvents final : public Stage {
 public:
  struct Settings {
    int max_age_months = 0;         ///< Calendar months.
    std::vector<std::string> skip;  ///< Eids.
    SideOutputId side_output = 0;
    CounterId expired = 0;
    CounterId skipped = 0;
    CounterId failed = 0;
  };
  FilterEvents(Settings settings, const Clock& clock)
      : settings_(std::move(settings)), clock_(clock) {}

  Status Finish(Batch& batch) override;

 private:
  void Judge(Batch& batch, Event& event, std::int64_t oldest_ms) const;
  void Fail(Batch& batch, Event& event, Reason reason) const;
  [[nodiscard]] bool IsSkipped(std::string_view eid) const;

  Settings settings_;
  const Clock& clock_;
};

StageSpec FilterEventsSpec();

}  // namespace sluice::stages
