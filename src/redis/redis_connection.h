#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "redis/fault.h"
#include "redis/redis_metrics.h"
#include "redis/resp_reader.h"
#include "redis/url.h"
#include "sluice/result.h"
#include "util/server_address.h"

struct redisContext;

namespace sluice {

/// One connection to Redis: logs in, selects the database, and carries pipelined commands.
///
/// Commands are written as RESP (resp_writer.h), replies come back in their order as tokens. After
/// any failed call the connection is closed, so that a late reply can't be taken for
/// the answer to a later command; Connect makes a new one. Connect tries once: waiting between
/// attempts is the caller's.
///
/// Each Connect resolves the name anew and tries all of its addresses; those that a connection
/// failed at come last, so that a name of several servers leads on from one that can't serve.
///
/// Threading: one owner, one thread. `metrics` must outlive it.
class RedisConnection {
 public:
  /// `stop` ends a Connect under way, and the calls up to Accept.
  RedisConnection(RedisSettings settings, RedisMetrics& metrics, std::stop_token stop = {});
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  /// Connects, authenticates and selects the database.
  /// kUnavailable: the server is away or busy. kInvalidConfig: it refuses user, password or
  /// database, and never took them before (see Accept).
  Status Connect();
  void Close();
  [[nodiscard]] bool connected() const { return context_ != nullptr; }

  /// The connection is complete. From now on refusals count as kUnavailable: the configuration was
  /// right once, so that what changed is outside.
  void Accept() { accepted_ = complete_ = true; }

  /// Connects and accepts where it is not connected. kUnavailable where `awaited` replies of an
  /// earlier connection would be missing: a new one does not bring them.
  Status Keep(bool awaited);
  /// The Error of a lost connection whose replies are still expected.
  Error Lost() { return Broken(RedisFault::kConnectionLost, "the connection was lost"); }
  /// Asks the server for a sign of life. Nothing may be outstanding.
  Status Ping();

  /// Closes it because this server can't serve: the next Connect tries other addresses first.
  void Leave();
  /// Leaves if an error reply told that this server can't serve (LeavesServer): the address may
  /// lead to another one by now. To be called once no reply is outstanding that is still wanted.
  void LeaveIfRefused();

  /// Hands the commands to the system without waiting for replies. Where the server doesn't read
  /// on because its replies pile up, they are taken into memory meanwhile.
  /// kUnavailable: connection lost, or no progress within command_timeout.
  Status Write(std::string_view commands);

  /// Waits for the next token of the replies; its text is valid until the next call.
  /// kUnavailable as for Write.
  Status Read(RespToken& token);

  /// Sends one command whose reply is no array and waits for it. Nothing else may be outstanding.
  Status Call(std::initializer_list<std::string_view> command, RespToken& reply);

  /// Counts a fault and makes it an Error: kInvalidConfig where waiting can't help and the
  /// server was never accepted, else kUnavailable. Leaves the connection open.
  Error Unusable(RedisFault fault, std::string_view what);
  /// The same for an error reply to `command`; see LeaveIfRefused.
  Error Refused(std::string_view command, std::string_view reply);
  /// Counts a failure of the connection, leaves it and makes it a kUnavailable.
  Error Broken(RedisFault fault, std::string_view what);

  [[nodiscard]] const RedisSettings& settings() const { return settings_; }

 private:
  struct Free {
    void operator()(redisContext* context) const;
  };

  Status Dial();
  Status Prepare();
  [[nodiscard]] ServerAddresses Candidates(const DialLimits& limits);
  [[nodiscard]] std::string Name() const;
  Status Authenticate();
  Status SelectDatabase();
  Status Wait(short events);
  Status WritePlain(std::string_view commands);
  Status WriteTls(std::string_view commands);
  /// Takes in what has arrived; `got` is false if there is nothing now.
  Status Fill(bool& got);

  RedisSettings settings_;
  RedisMetrics& metrics_;
  std::unique_ptr<redisContext, Free> context_;
  RespReader reader_;
  std::stop_token stop_;
  std::string address_;  ///< Of the server that it is connected to.
  std::map<std::string, std::chrono::steady_clock::time_point> left_;  ///< When, by address.
  bool accepted_ = false;
  bool complete_ = false;
  bool refused_ = false;
  std::string command_;  ///< Of Call; kept for its memory.
};

}  // namespace sluice
