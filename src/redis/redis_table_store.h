#pragma once

#include <chrono>
#include <list>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "redis/redis_connection.h"
#include "redis/redis_metrics.h"
#include "redis/table_batch.h"
#include "redis/url.h"
#include "sluice/metrics.h"
#include "sluice/table_store.h"

namespace sluice {

/// A database of Redis as a table: GET, HMGET, SMEMBERS, SET, HSET, HDEL, and a script for
/// kIncrementOnce; pipelined, one round trip a Send.
///
/// A mark is the key `sluice:mark:<mark>` of the same database, and lives for `marks_ttl`.
/// Connections, failures and errors are as RedisLookupStore has them: a server that answers that it
/// can't serve or take writes is left. Threading: one worker, one instance. `metrics` must outlive
/// it. `stop` ends a connection that is being made.
class RedisTableStore final : public TableStore {
 public:
  /// `store` is the store's name in the configuration: a metric label.
  RedisTableStore(RedisSettings settings, std::chrono::milliseconds marks_ttl,
                  MetricsRegistry& metrics, const std::string& store, std::stop_token stop = {});

  /// Connects if necessary; asks the server for a sign of life unless Sends are outstanding.
  Status Ping() override;

  Status Send(std::span<const TableRequest> requests) override;
  Status Receive(std::vector<TableReply>& replies) override;
  void Cancel() override;

 private:
  Status Open() { return connection_.Keep(!pending_.empty()); }
  Status ReadAnswer(TableBatch& batch, std::size_t i);
  Status ReadArray(TableBatch& batch, std::size_t i, std::size_t count);
  Error Unexpected(const TableBatch& batch, std::size_t i);

  std::chrono::milliseconds marks_ttl_;
  RedisMetrics metrics_;
  RedisConnection connection_;
  std::list<TableBatch> pending_;  ///< Sent and not received, oldest first.
  std::list<TableBatch> spare_;
};

}  // namespace sluice
