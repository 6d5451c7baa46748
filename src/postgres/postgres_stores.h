#pragma once

#include "postgres/postgres_settings.h"
#include "sluice/store_spec.h"

namespace sluice {

/// A store `{ postgres: ... }`: PostgresRowStore.
StoreSpec PostgresStoreSpec();

/// What the keys of a store say. kInvalidConfig: `url` can't be read, or keys exclude each other.
Result<PostgresSettings> PostgresSettingsOf(const ConfigNode& node);

}  // namespace sluice
