#pragma once

#include <optional>

#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Diverts records that are no event, with the bytes that they came as (CB-1;
/// druid-events-validator.md 12). Later stages then only meet what can be read.
class DivertUnreadable final : public Stage {
 public:
  struct Settings {
    SideOutputId side_output = 0;
    std::optional<CounterId> count = std::nullopt;
  };
  explicit DivertUnreadable(Settings settings) : settings_(settings) {}

  Status Finish(Batch& batch) override;

 private:
  Settings settings_;
};

StageSpec DivertUnreadableSpec();

}  // namespace sluice::stages
