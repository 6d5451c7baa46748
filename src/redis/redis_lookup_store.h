#pragma once

#include <list>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "redis/lookup_batch.h"
#include "redis/redis_connection.h"
#include "redis/redis_metrics.h"
#include "redis/url.h"
#include "sluice/lookup_store.h"
#include "sluice/metrics.h"

namespace sluice {

/// Reference data in Redis: GET and HGETALL, pipelined, one round trip a Send.
///
/// A key that holds another type is kWrongType. A lost connection is made anew by the next Send,
/// Open or Ping, one attempt a call; waiting in between is the caller's. A server that answers that
/// it can't serve is left, as by RedisClaimStore.
///
/// Errors: kUnavailable where waiting helps. kInvalidConfig: user, password, database or ACL are
/// wrong, and the first connection was never complete; later the same is kUnavailable.
/// Threading: one worker, one instance. `metrics` must outlive it. `stop` ends a connection that is
/// being made.
class RedisLookupStore final : public LookupStore {
 public:
  /// `store` is the store's name in the configuration: a metric label.
  RedisLookupStore(RedisSettings settings, MetricsRegistry& metrics, const std::string& store,
                   std::stop_token stop = {});

  /// Connects. May be repeated.
  Status Open() { return connection_.Keep(!pending_.empty()); }
  /// Connects if necessary; asks the server for a sign of life unless Sends are outstanding.
  Status Ping() override;

  Status Send(std::span<const Lookup> lookups) override;
  Status Receive(std::vector<LookupReply>& replies) override;
  void Cancel() override;

 private:
  Status ReadAnswer(LookupBatch& batch, std::size_t i);
  Status ReadHash(LookupBatch& batch, std::size_t i, std::size_t tokens);

  RedisMetrics metrics_;
  RedisConnection connection_;
  std::list<LookupBatch> pending_;  ///< Sent and not received, oldest first.
  std::list<LookupBatch> spare_;
};

}  // namespace sluice
