#pragma once

#include <chrono>
#include <list>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "redis/claim_batch.h"
#include "redis/redis_connection.h"
#include "redis/redis_metrics.h"
#include "redis/server_info.h"
#include "redis/url.h"
#include "sluice/claim_store.h"
#include "sluice/log.h"
#include "sluice/metrics.h"
#include "sluice/result.h"

namespace sluice {

/// Claims in Redis: key = the claim's key as it is, value = its owner, one round trip a Send.
///
/// A value that is no position (the Flink jobs' empty one) or no string is a foreign claim: a
/// duplicate with holder "". A lost connection is made anew by the next Send, Open or Ping, one
/// attempt a call; waiting in between is the caller's. A server that answers that it can't serve (a
/// replica, one that is loading or full, a cluster's node) is left: the connection is closed, since
/// the address may lead to another server by now.
///
/// Errors: kUnavailable where waiting helps (server away, slow, full, loading, replica, can't
/// persist). kInvalidConfig: user, password, database, ACL or server are wrong, and the first
/// connection was never complete; later the same is kUnavailable.
/// Threading: one worker, one instance. `metrics` must outlive it. `stop` ends a connection that is
/// being made.
class RedisClaimStore final : public ClaimStore {
 public:
  /// `store` is the store's name in the configuration: a metric label.
  RedisClaimStore(RedisSettings settings, MetricsRegistry& metrics, const std::string& store,
                  std::stop_token stop = {}, Log log = {});

  /// Connects and finds out how claims can be asked for. May be repeated.
  Status Open();
  /// Connects if necessary; asks the server for a sign of life unless Sends are outstanding.
  Status Ping() override;
  /// What an operator should know about the server, one sentence each; told to the log as well,
  /// when they change.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
  /// The form in use, for the line that says at start what runs where.
  [[nodiscard]] ClaimForm form() const { return form_; }

  /// `ttl` is at least one second.
  Status Send(std::span<const Claim> claims, std::chrono::seconds ttl) override;
  Status Receive(std::vector<ClaimReply>& replies) override;
  void Cancel() override;

 private:
  Status EnsureConnected();
  Status Connect();
  Status FindForm();
  Status CheckServer();
  void LogWarnings();
  void CompareServer(ServerInfo info);
  Status ReadReplies(ClaimBatch& batch);
  /// `expired` is set where the claim must be asked for again.
  Status ReadReply(ClaimBatch& batch, std::size_t i, bool& expired);
  Status ReadTwoReplies(ClaimBatch& batch, std::size_t i, bool& expired);
  Status Repeat(ClaimBatch& batch, std::vector<std::size_t> claims);
  void TakeError(ClaimBatch& batch, std::size_t i, std::string_view command,
                 std::string_view reply);

  const std::string name_;
  const Log log_;
  RedisMetrics metrics_;
  RedisConnection connection_;
  ClaimForm form_ = ClaimForm::kNxGet;
  bool opened_ = false;
  ServerInfo server_;
  std::vector<std::string> warnings_;
  std::vector<std::string> logged_;
  std::list<ClaimBatch> pending_;  ///< Sent and not received, oldest first.
  std::list<ClaimBatch> spare_;
};

}  // namespace sluice
