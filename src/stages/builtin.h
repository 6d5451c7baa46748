#pragma once

#include "sluice/result.h"
#include "sluice/stage_spec.h"

namespace sluice {

/// Adds every stage that there is. A list, since a linker drops what registers itself.
Status RegisterBuiltinStages(StageRegistry& registry);

}  // namespace sluice
