#pragma once

#include "redis/url.h"
#include "sluice/store_spec.h"

namespace sluice {

/// A store `{ redis: ... }`: RedisClaimStore, RedisLookupStore.
StoreSpec RedisStoreSpec();

/// What the keys of a store say. kInvalidConfig: `url` can't be read, or `tls` stands beside a URL
/// that asks for none.
Result<RedisSettings> RedisSettingsOf(const ConfigNode& node);

}  // namespace sluice
