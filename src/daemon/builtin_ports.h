#pragma once

#include "sluice/registry.h"
#include "sluice/result.h"

namespace sluice {

/// Adds every source, sink and store that there is. A list, since a linker drops what registers
/// itself.
Status RegisterBuiltinPorts(Registry& registry);

}  // namespace sluice
