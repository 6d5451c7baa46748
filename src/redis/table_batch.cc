#include "redis/table_batch.h"

#include <new>
#include <utility>

#include "redis/increment_script.h"
#include "redis/resp_writer.h"

namespace sluice {
namespace {

using Op = TableRequest::Op;

/// Of the keys that remember what was counted; frozen, since live Redis holds them.
constexpr std::string_view kMarkPrefix = "sluice:mark:";

template <typename T>
std::span<T> MakeArray(Arena& arena, std::size_t count) {
  if (count == 0) return {};
  auto* first = reinterpret_cast<T*>(arena.Allocate(count * sizeof(T)));
  for (std::size_t i = 0; i < count; ++i) new (first + i) T();
  return {first, count};
}

}  // namespace

void TableBatch::Reset(std::span<const TableRequest> requests,
                       std::chrono::milliseconds marks_ttl) {
  commands_.clear();
  ops_.clear();
  replies_.clear();
  arena_.Reset();
  failure_.reset();
  script_sent_ = false;
  for (const TableRequest& request : requests) {
    ops_.push_back(request.op);
    TableReply& reply = replies_.emplace_back();
    if (request.op == Op::kGetFields) {
      reply.values = MakeArray<std::optional<std::string_view>>(arena_, request.fields.size());
    }
    Write(request, marks_ttl);
  }
}

std::string_view TableBatch::CommandName(std::size_t i) const {
  switch (ops_[i]) {
    case Op::kGet:
      return "GET";
    case Op::kGetFields:
      return "HMGET";
    case Op::kGetMembers:
      return "SMEMBERS";
    case Op::kSet:
      return "SET";
    case Op::kSetFields:
      return "HSET";
    case Op::kRemoveFields:
      return "HDEL";
    case Op::kIncrementOnce:
      return "the script that counts (EVAL with EXISTS, HINCRBY and SET)";
  }
  return "";
}

void TableBatch::Write(const TableRequest& request, std::chrono::milliseconds marks_ttl) {
  switch (request.op) {
    case Op::kGet:
      return AppendRespCommand(commands_, {"GET", request.key});
    case Op::kGetFields:
      return WriteFields("HMGET", request, false);
    case Op::kGetMembers:
      return AppendRespCommand(commands_, {"SMEMBERS", request.key});
    case Op::kSet:
      return AppendRespCommand(commands_, {"SET", request.key, request.text});
    case Op::kSetFields:
      return WriteFields("HSET", request, true);
    case Op::kRemoveFields:
      return WriteFields("HDEL", request, false);
    case Op::kIncrementOnce:
      return WriteIncrement(request, marks_ttl);
  }
}

void TableBatch::WriteFields(std::string_view command, const TableRequest& request, bool values) {
  AppendRespArray(commands_, 2 + request.fields.size() * (values ? 2 : 1));
  AppendRespBulk(commands_, command);
  AppendRespBulk(commands_, request.key);
  for (const TableField& field : request.fields) {
    AppendRespBulk(commands_, field.name);
    if (values) AppendRespBulk(commands_, field.value);
  }
}

/// The first of a Send brings the script along, which leaves it in the server's cache for the
/// others: nothing has to be sent again, and so out of order, where the server has lost it.
void TableBatch::WriteIncrement(const TableRequest& request, std::chrono::milliseconds marks_ttl) {
  const std::string mark = std::string(kMarkPrefix).append(request.mark);
  const bool known = std::exchange(script_sent_, true);
  AppendRespCommand(
      commands_,
      {known ? "EVALSHA" : "EVAL", known ? kIncrementScriptSha : kIncrementScript, "2", mark,
       request.key, request.fields.front().name, std::to_string(marks_ttl.count())});
}

void TableBatch::AnswerText(std::size_t i, std::string_view text) {
  replies_[i].text = arena_.Copy(text);
}

bool TableBatch::AnswerArray(std::size_t i, std::size_t count) {
  TableReply& reply = replies_[i];
  if (ops_[i] == Op::kGetFields) {
    reply.state = TableReply::State::kMissing;
    return count == reply.values.size();
  }
  reply.members = MakeArray<std::string_view>(arena_, count);
  if (count == 0) reply.state = TableReply::State::kMissing;
  return true;
}

void TableBatch::AddToArray(std::size_t i, std::size_t element,
                            std::optional<std::string_view> text) {
  if (!text) return;
  TableReply& reply = replies_[i];
  reply.state = TableReply::State::kDone;
  // The arrays stand in the arena, which is ours.
  if (ops_[i] == Op::kGetFields) {
    const_cast<std::optional<std::string_view>&>(reply.values[element]) = arena_.Copy(*text);
  } else {
    const_cast<std::string_view&>(reply.members[element]) = arena_.Copy(*text);
  }
}

void TableBatch::Fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

Status TableBatch::TakeReplies(std::vector<TableReply>& replies) {
  if (failure_) return *std::exchange(failure_, std::nullopt);
  replies.assign(replies_.begin(), replies_.end());
  return Ok();
}

}  // namespace sluice
