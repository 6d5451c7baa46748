#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sluice/resources.h"
#include "sluice/spec.h"
#include "sluice/stage.h"

namespace sluice {

/// A stage as the configuration sees it. Its name is a verb. `field_list` stages (route) are
/// written as a list of maps instead of one map; `fields` then describes the elements.
struct StageSpec : Spec {
  bool field_list = false;
  std::vector<std::string> reasons;  ///< Reason codes that it diverts or drops with.

  /// Makes a worker's instance; may read files.
  std::function<Result<std::unique_ptr<Stage>>(const ConfigNode&, Resources&)> build;
};

using StageRegistry = SpecRegistry<StageSpec>;

}  // namespace sluice
