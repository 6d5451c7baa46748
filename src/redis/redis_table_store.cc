#include "redis/redis_table_store.h"

#include <utility>

namespace sluice {
namespace {

using Op = TableRequest::Op;
using Type = RespToken::Type;

/// True if a reply of this type answers the request; arrays and errors aside.
bool Answers(Op op, const RespToken& reply) {
  switch (op) {
    case Op::kGet:
      return reply.type == Type::kBulk || reply.type == Type::kNil;
    case Op::kSet:
      return reply.type == Type::kSimple;
    case Op::kSetFields:
    case Op::kRemoveFields:
      return reply.type == Type::kInteger;
    case Op::kIncrementOnce:
      return reply.type == Type::kInteger && (reply.number == 0 || reply.number == 1);
    default:
      return false;
  }
}

}  // namespace

RedisTableStore::RedisTableStore(RedisSettings settings, std::chrono::milliseconds marks_ttl,
                                 MetricsRegistry& metrics, const std::string& store,
                                 std::stop_token stop)
    : marks_ttl_(marks_ttl),
      metrics_(metrics, store),
      connection_(std::move(settings), metrics_, std::move(stop)) {}

Status RedisTableStore::Ping() {
  SLUICE_TRY(Open());
  return pending_.empty() ? connection_.Ping() : Ok();
}

Status RedisTableStore::Send(std::span<const TableRequest> requests) {
  if (!requests.empty()) SLUICE_TRY(Open());
  if (spare_.empty()) spare_.emplace_back();
  TableBatch& batch = spare_.front();
  batch.Reset(requests, marks_ttl_);
  batch.sent_at = std::chrono::steady_clock::now();
  if (!requests.empty()) SLUICE_TRY(connection_.Write(batch.commands()));
  pending_.splice(pending_.end(), spare_, spare_.begin());
  return Ok();
}

Status RedisTableStore::Receive(std::vector<TableReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "redis: Receive without a Send"};
  TableBatch& batch = pending_.front();
  for (std::size_t i = 0; i < batch.size(); ++i) SLUICE_TRY(ReadAnswer(batch, i));
  if (batch.size() > 0) {
    metrics_.ObserveRoundTrip(std::chrono::steady_clock::now() - batch.sent_at);
  }
  spare_.splice(spare_.begin(), pending_, pending_.begin());
  connection_.LeaveIfRefused();
  return batch.TakeReplies(replies);
}

Status RedisTableStore::ReadAnswer(TableBatch& batch, std::size_t i) {
  const Op op = batch.op(i);
  RespToken reply;
  SLUICE_TRY(connection_.Read(reply));
  if (reply.type == Type::kError) {
    if (FaultOfReply(reply.text) == RedisFault::kWrongType) {
      batch.Answer(i, TableReply::State::kWrongType);
    } else {
      batch.Fail(connection_.Refused(batch.CommandName(i), reply.text));
    }
    return Ok();
  }
  if (reply.type == Type::kArray && (op == Op::kGetFields || op == Op::kGetMembers)) {
    return ReadArray(batch, i, static_cast<std::size_t>(reply.number));
  }
  if (!Answers(op, reply)) return Unexpected(batch, i);
  const bool counted_before = op == Op::kIncrementOnce && reply.number == 0;
  if (reply.type == Type::kNil || counted_before) batch.Answer(i, TableReply::State::kMissing);
  if (reply.type == Type::kBulk) batch.AnswerText(i, reply.text);
  return Ok();
}

Status RedisTableStore::ReadArray(TableBatch& batch, std::size_t i, std::size_t count) {
  if (!batch.AnswerArray(i, count)) return Unexpected(batch, i);
  for (std::size_t element = 0; element < count; ++element) {
    RespToken part;
    SLUICE_TRY(connection_.Read(part));
    const bool nothing = part.type == Type::kNil && batch.op(i) == Op::kGetFields;
    if (part.type != Type::kBulk && !nothing) return Unexpected(batch, i);
    if (!nothing) batch.AddToArray(i, element, part.text);
  }
  return Ok();
}

Error RedisTableStore::Unexpected(const TableBatch& batch, std::size_t i) {
  return connection_.Broken(RedisFault::kProtocol,
                            "unexpected answer to " + std::string(batch.CommandName(i)));
}

void RedisTableStore::Cancel() {
  for (const TableBatch& batch : pending_) {
    // Its replies would be taken for those of the next Send.
    if (batch.size() > 0) connection_.Close();
  }
  spare_.splice(spare_.begin(), pending_);
}

}  // namespace sluice
