#pragma once

#include "rest/rest_settings.h"
#include "sluice/config_node.h"
#include "sluice/result.h"
#include "sluice/store_spec.h"

namespace sluice {

/// The settings of an `http` store. kInvalidConfig names file, line and key.
Result<RestSettings> RestSettingsOf(const ConfigNode& node);

StoreSpec HttpStoreSpec();

}  // namespace sluice
