#pragma once

#include <string>

#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Makes a SHARE_ITEM event of every shared item of a SHARE event (pipeline-preprocessor.md 3.10).
class FlattenShare final : public Stage {
 public:
  struct Settings {
    SideOutputId side_output = 0;  ///< Takes SHARE events of which an item is not readable.
    CounterId shares = 0;
    CounterId items = 0;
  };
  explicit FlattenShare(Settings settings) : settings_(settings) {}

  Status Finish(Batch& batch) override;

 private:
  void Flatten(Batch& batch, Event& share);

  Settings settings_;
  std::string json_;
};

StageSpec FlattenShareSpec();

}  // namespace sluice::stages
