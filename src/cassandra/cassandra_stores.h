#pragma once

#include "cassandra/cassandra_settings.h"
#include "sluice/store_spec.h"

namespace sluice {

/// A store `{ cassandra: ... }`: CassandraRowStore.
StoreSpec CassandraStoreSpec();

namespace cassandra {

/// What the keys of a store say; kInvalidConfig: a contact point can't be read.
Result<CassandraSettings> CassandraSettingsOf(const ConfigNode& node);

}  // namespace cassandra
}  // namespace sluice
