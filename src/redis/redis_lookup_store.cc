#include "redis/redis_lookup_store.h"

#include <utility>

namespace sluice {

RedisLookupStore::RedisLookupStore(RedisSettings settings, MetricsRegistry& metrics,
                                   const std::string& store, std::stop_token stop)
    : metrics_(metrics, store), connection_(std::move(settings), metrics_, std::move(stop)) {}

Status RedisLookupStore::Ping() {
  SLUICE_TRY(Open());
  return pending_.empty() ? connection_.Ping() : Ok();
}

Status RedisLookupStore::Send(std::span<const Lookup> lookups) {
  if (!lookups.empty()) SLUICE_TRY(Open());
  if (spare_.empty()) spare_.emplace_back();
  LookupBatch& batch = spare_.front();
  batch.Reset(lookups);
  batch.sent_at = std::chrono::steady_clock::now();
  if (!lookups.empty()) SLUICE_TRY(connection_.Write(batch.commands()));
  pending_.splice(pending_.end(), spare_, spare_.begin());
  return Ok();
}

Status RedisLookupStore::Receive(std::vector<LookupReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "redis: Receive without a Send"};
  LookupBatch& batch = pending_.front();
  for (std::size_t i = 0; i < batch.questions(); ++i) SLUICE_TRY(ReadAnswer(batch, i));
  batch.MarkAnswered();
  if (batch.questions() > 0) {
    metrics_.ObserveRoundTrip(std::chrono::steady_clock::now() - batch.sent_at);
  }
  spare_.splice(spare_.begin(), pending_, pending_.begin());
  connection_.LeaveIfRefused();
  return batch.TakeReplies(replies);
}

Status RedisLookupStore::ReadAnswer(LookupBatch& batch, std::size_t i) {
  const bool text = batch.kind(i) == Lookup::Kind::kText;
  RespToken reply;
  SLUICE_TRY(connection_.Read(reply));
  switch (reply.type) {
    case RespToken::Type::kNil:
      return Ok();
    case RespToken::Type::kBulk:
      if (!text) break;
      batch.AnswerText(i, reply.text);
      return Ok();
    case RespToken::Type::kArray:
      if (text || reply.number % 2 != 0) break;
      return ReadHash(batch, i, static_cast<std::size_t>(reply.number));
    case RespToken::Type::kError:
      if (FaultOfReply(reply.text) == RedisFault::kWrongType) {
        batch.AnswerWrongType(i);
      } else {
        batch.Fail(connection_.Refused(text ? "GET" : "HGETALL", reply.text));
      }
      return Ok();
    default:
      break;
  }
  return connection_.Broken(RedisFault::kProtocol,
                            text ? "unexpected answer to GET" : "unexpected answer to HGETALL");
}

Status RedisLookupStore::ReadHash(LookupBatch& batch, std::size_t i, std::size_t tokens) {
  batch.AnswerHash(i, tokens / 2);
  for (std::size_t token = 0; token < tokens; ++token) {
    RespToken part;
    SLUICE_TRY(connection_.Read(part));
    if (part.type != RespToken::Type::kBulk) {
      return connection_.Broken(RedisFault::kProtocol, "unexpected answer to HGETALL");
    }
    batch.AddToHash(i, token / 2, token % 2 == 1, part.text);
  }
  return Ok();
}

void RedisLookupStore::Cancel() {
  for (const LookupBatch& batch : pending_) {
    // Its replies would be taken for those of the next Send.
    if (batch.questions() > 0) connection_.Close();
  }
  spare_.splice(spare_.begin(), pending_);
}

}  // namespace sluice
