#include "redis/redis_claim_store.h"

#include <utility>

namespace sluice {
namespace {

/// Never stored: its time to live is refused.
constexpr std::string_view kProbeKey = "sluice:probe";
/// A key that expires between two adjacent commands again and again isn't left to chance.
constexpr int kMaxRepeats = 5;

}  // namespace

RedisClaimStore::RedisClaimStore(RedisSettings settings, MetricsRegistry& metrics,
                                 const std::string& store, std::stop_token stop, Log log)
    : name_("store " + store),
      log_(std::move(log)),
      metrics_(metrics, store),
      connection_(std::move(settings), metrics_, std::move(stop)) {}

Status RedisClaimStore::Open() { return EnsureConnected(); }

Status RedisClaimStore::Ping() {
  SLUICE_TRY(EnsureConnected());
  return pending_.empty() ? connection_.Ping() : Ok();
}

Status RedisClaimStore::EnsureConnected() {
  if (connection_.connected()) return Ok();
  // A new connection would not bring the replies that are still expected.
  if (pending_.empty()) return Connect();
  return connection_.Lost();
}

Status RedisClaimStore::Connect() {
  if (opened_) metrics_.CountReconnect();
  Status status = connection_.Connect();
  if (status.ok()) status = FindForm();
  if (status.ok()) status = CheckServer();
  if (!status.ok()) {
    connection_.Leave();
    return status;
  }
  connection_.Accept();
  opened_ = true;
  LogWarnings();
  return Ok();
}

void RedisClaimStore::LogWarnings() {
  if (warnings_ == logged_) return;
  logged_ = warnings_;
  if (log_ == nullptr) return;
  for (const std::string& warning : warnings_) log_(LogLevel::kWarning, name_, warning);
}

/// The server parses the whole command before it looks at the time to live, and refuses zero: the
/// complaint tells whether it knows NX with GET, and nothing is stored.
Status RedisClaimStore::FindForm() {
  RespToken reply;
  SLUICE_TRY(connection_.Call({"SET", kProbeKey, "", "NX", "GET", "EX", "0"}, reply));
  form_ = ClaimForm::kNxGet;
  if (reply.type != RespToken::Type::kError || reply.text.starts_with("ERR invalid expire")) {
    return Ok();
  }
  const RedisFault fault = FaultOfReply(reply.text);
  // The probe's key may be outside of what the user may touch: the first claims will tell.
  if (fault == RedisFault::kKeyAccess) return Ok();
  if (fault != RedisFault::kForm) return connection_.Refused("SET with NX and GET", reply.text);
  form_ = ClaimForm::kNxThenGet;
  SLUICE_TRY(connection_.Call({"GET", kProbeKey}, reply));
  if (reply.type != RespToken::Type::kError) return Ok();
  if (FaultOfReply(reply.text) == RedisFault::kKeyAccess) return Ok();
  return connection_.Refused("GET", reply.text);
}

Status RedisClaimStore::CheckServer() {
  warnings_.clear();
  const std::string name = "redis " + connection_.settings().Address();
  RespToken reply;
  SLUICE_TRY(connection_.Call({"INFO"}, reply));
  if (reply.type != RespToken::Type::kBulk) {
    warnings_.push_back(name +
                        ": INFO was refused, so that maxmemory-policy could not be checked: it "
                        "must be noeviction.");
    return Ok();
  }
  ServerInfo info = ParseServerInfo(reply.text);
  if (info.mode == "cluster") {
    return connection_.Unusable(RedisFault::kCluster, "the server runs in cluster mode");
  }
  if (!info.eviction_policy.empty() && info.eviction_policy != "noeviction") {
    warnings_.push_back(name + ": maxmemory-policy is " + info.eviction_policy +
                        ": when memory runs short, Redis forgets claims and duplicates pass; set "
                        "it to noeviction.");
  }
  CompareServer(std::move(info));
  return Ok();
}

void RedisClaimStore::CompareServer(ServerInfo info) {
  const bool known = !server_.run_id.empty() && !info.run_id.empty();
  if (known && (info.run_id != server_.run_id || info.role != server_.role)) {
    metrics_.CountServerChange();
  }
  server_ = std::move(info);
}

Status RedisClaimStore::Send(std::span<const Claim> claims, std::chrono::seconds ttl) {
  if (ttl.count() < 1) {
    return Error{ErrorKind::kInvalidConfig, "a claim's ttl must be at least one second"};
  }
  SLUICE_TRY(EnsureConnected());
  if (spare_.empty()) spare_.emplace_back();
  ClaimBatch& batch = spare_.front();
  batch.Reset(form_, ttl);
  for (const Claim& claim : claims) batch.Add(claim);
  batch.sent_at = std::chrono::steady_clock::now();
  SLUICE_TRY(connection_.Write(batch.commands()));
  pending_.splice(pending_.end(), spare_, spare_.begin());
  return Ok();
}

Status RedisClaimStore::Receive(std::vector<ClaimReply>& replies) {
  if (pending_.empty()) {
    return Error{ErrorKind::kFatal, "redis: Receive without a Send"};
  }
  ClaimBatch& batch = pending_.front();
  if (!batch.answered()) SLUICE_TRY(ReadReplies(batch));
  metrics_.ObserveRoundTrip(std::chrono::steady_clock::now() - batch.sent_at);
  spare_.splice(spare_.begin(), pending_, pending_.begin());
  connection_.LeaveIfRefused();
  return batch.TakeReplies(replies);
}

void RedisClaimStore::Cancel() {
  for (const ClaimBatch& batch : pending_) {
    // Its replies would be taken for those of the next Send.
    if (!batch.answered()) connection_.Close();
  }
  spare_.splice(spare_.begin(), pending_);
}

Status RedisClaimStore::ReadReplies(ClaimBatch& batch) {
  std::vector<std::size_t> expired_claims;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    bool expired = false;
    SLUICE_TRY(ReadReply(batch, i, expired));
    if (expired) expired_claims.push_back(i);
  }
  batch.MarkAnswered();
  return expired_claims.empty() ? Ok() : Repeat(batch, std::move(expired_claims));
}

Status RedisClaimStore::ReadReply(ClaimBatch& batch, std::size_t i, bool& expired) {
  const bool read_only = batch.reads_only(i);
  if (!read_only && batch.form() == ClaimForm::kNxThenGet) return ReadTwoReplies(batch, i, expired);
  const std::string_view command = read_only ? "GET" : "SET with NX and GET";
  RespToken reply;
  SLUICE_TRY(connection_.Read(reply));
  switch (reply.type) {
    case RespToken::Type::kNil:
      batch.MarkClaimed(i);
      return Ok();
    case RespToken::Type::kBulk:
      batch.MarkFound(i, reply.text);
      return Ok();
    case RespToken::Type::kError:
      TakeError(batch, i, command, reply.text);
      return Ok();
    default:
      return connection_.Broken(RedisFault::kProtocol,
                                "unexpected answer to " + std::string(command));
  }
}

Status RedisClaimStore::ReadTwoReplies(ClaimBatch& batch, std::size_t i, bool& expired) {
  using Type = RespToken::Type;
  RespToken reply;
  SLUICE_TRY(connection_.Read(reply));
  const Type set = reply.type;
  if (set != Type::kSimple && set != Type::kNil && set != Type::kError) {
    return connection_.Broken(RedisFault::kProtocol, "unexpected answer to SET with NX");
  }
  if (set == Type::kError) TakeError(batch, i, "SET with NX", reply.text);
  SLUICE_TRY(connection_.Read(reply));
  if (reply.type != Type::kBulk && reply.type != Type::kNil && reply.type != Type::kError) {
    return connection_.Broken(RedisFault::kProtocol, "unexpected answer to GET");
  }
  if (set == Type::kError) return Ok();
  if (set == Type::kSimple) {
    batch.MarkClaimed(i);
  } else if (reply.type == Type::kBulk) {
    batch.MarkFound(i, reply.text);
  } else if (reply.type == Type::kError) {
    TakeError(batch, i, "GET", reply.text);
  } else {
    expired = true;
  }
  return Ok();
}

/// Their keys expired between SET and GET. The answers to later Sends come first on the wire, so
/// they are taken in before the commands are repeated.
Status RedisClaimStore::Repeat(ClaimBatch& batch, std::vector<std::size_t> claims) {
  for (ClaimBatch& later : pending_) {
    if (!later.answered()) SLUICE_TRY(ReadReplies(later));
  }
  for (int round = 0; round < kMaxRepeats && !claims.empty(); ++round) {
    for (const std::size_t i : claims) SLUICE_TRY(connection_.Write(batch.commands(i)));
    std::vector<std::size_t> left;
    for (const std::size_t i : claims) {
      bool expired = false;
      SLUICE_TRY(ReadReply(batch, i, expired));
      if (expired) left.push_back(i);
    }
    claims = std::move(left);
  }
  if (claims.empty()) return Ok();
  return connection_.Broken(RedisFault::kOther, "a key expires as soon as it is set");
}

void RedisClaimStore::TakeError(ClaimBatch& batch, std::size_t i, std::string_view command,
                                std::string_view reply) {
  Error error = connection_.Refused(command, reply);
  switch (FaultOfReply(reply)) {
    case RedisFault::kWrongType:
      batch.MarkFound(i, {});
      return;
    case RedisFault::kForm:
      form_ = ClaimForm::kNxThenGet;  // The next attempt goes that way.
      break;
    default:
      break;
  }
  batch.Fail(std::move(error));
}

}  // namespace sluice
