#include "daemon/explained_table_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "memory/memory_table_store.h"
#include "util/json_string.h"

namespace sluice {
namespace {

using Op = TableRequest::Op;
using State = TableReply::State;

bool IsPlain(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](unsigned char c) { return c < 0x20; });
}

/// Whether the request is about fields of a hash.
bool OfFields(Op op) {
  return op == Op::kGetFields || op == Op::kSetFields || op == Op::kRemoveFields ||
         op == Op::kIncrementOnce;
}

}  // namespace

std::string TextOf(const TableRequest& request) {
  std::string text = request.op == Op::kSet            ? "SET "
                     : request.op == Op::kSetFields    ? "HSET "
                     : request.op == Op::kRemoveFields ? "HDEL "
                                                       : "HINCRBY ";
  text += request.key;
  if (request.op == Op::kSet) {
    return text +=
           " " + (IsPlain(request.text) ? std::string(request.text) : JsonString(request.text));
  }
  for (const TableField& field : request.fields) {
    text.append(" ").append(field.name);
    if (request.op == Op::kSetFields) text += "=" + JsonString(field.value);
  }
  return request.op == Op::kIncrementOnce ? text += " 1" : text;
}

ExplainedTableStore::ExplainedTableStore(std::unique_ptr<TableStore> inner, const Clock& clock,
                                         Tell tell)
    : inner_(std::move(inner)), clock_(clock), tell_(std::move(tell)), written_(kMarksByDefault) {}

Status ExplainedTableStore::Send(std::span<const TableRequest> requests) {
  std::vector<bool> wrong_type(requests.size(), false);
  SLUICE_TRY(Fetch(requests, wrong_type));
  Answer& answer = pending_.emplace_back();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    answer.replies.push_back(Do(requests[i], wrong_type[i], answer.bytes));
  }
  return Ok();
}

Status ExplainedTableStore::Receive(std::vector<TableReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "explain: Receive without a Send"};
  shown_.clear();
  shown_.splice(shown_.begin(), pending_, pending_.begin());
  replies = shown_.front().replies;
  return Ok();
}

void ExplainedTableStore::Cancel() {
  pending_.clear();
  inner_->Cancel();
}

std::list<ExplainedTableStore::Question> ExplainedTableStore::QuestionsOf(
    std::span<const TableRequest> requests) const {
  std::list<Question> questions;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto known = known_.find(requests[i].key);
    if (requests[i].op == Op::kSet || (known != known_.end() && known->second.whole)) continue;
    Question question{i, {}};
    for (const TableField& field : requests[i].fields) {
      if (known == known_.end() || !known->second.fields.contains(field.name)) {
        question.fields.push_back({field.name});
      }
    }
    if (OfFields(requests[i].op) && question.fields.empty()) continue;
    questions.push_back(std::move(question));
  }
  return questions;
}

Status ExplainedTableStore::Fetch(std::span<const TableRequest> requests,
                                  std::vector<bool>& wrong_type) {
  const std::list<Question> questions = QuestionsOf(requests);
  if (questions.empty()) return Ok();
  std::vector<TableRequest> asked;
  for (const Question& question : questions) {
    const TableRequest& request = requests[question.request];
    asked.push_back({.op = OfFields(request.op) ? Op::kGetFields : request.op,
                     .key = request.key,
                     .fields = question.fields});
  }
  SLUICE_TRY(inner_->Send(asked));
  std::vector<TableReply> replies;
  SLUICE_TRY(inner_->Receive(replies));
  std::size_t at = 0;
  for (const Question& question : questions) {
    const TableReply& reply = replies.at(at);
    wrong_type[question.request] = reply.state == State::kWrongType;
    if (reply.state != State::kWrongType) Keep(asked[at], reply);
    ++at;
  }
  return Ok();
}

void ExplainedTableStore::Keep(const TableRequest& asked, const TableReply& reply) {
  Known& known = known_[std::string(asked.key)];
  if (asked.op == Op::kGetFields) {
    MemoryTable::Fields found;
    for (std::size_t i = 0; i < asked.fields.size(); ++i) {
      known.fields.emplace(asked.fields[i].name);
      if (!reply.values[i]) continue;
      const TableField field{asked.fields[i].name, *reply.values[i]};
      std::vector<TableReply> ignored;
      Arena bytes;
      const TableRequest put{.op = Op::kSetFields, .key = asked.key, .fields = {&field, 1}};
      written_.Run({&put, 1}, 0, ignored, bytes);
    }
    return;
  }
  known.whole = true;
  if (reply.state == State::kMissing) return;
  if (asked.op == Op::kGet) {
    written_.Put(std::string(asked.key), std::string(reply.text));
  } else {
    written_.Put(std::string(asked.key),
                 MemoryTable::Members(reply.members.begin(), reply.members.end()));
  }
}

TableReply ExplainedTableStore::Do(const TableRequest& request, bool wrong_type, Arena& bytes) {
  if (request.op == Op::kSet) known_[std::string(request.key)].whole = true;
  // A text that was put meanwhile took the place of what the inner store has.
  if (wrong_type && !known_[std::string(request.key)].whole) {
    TableReply reply{.state = State::kWrongType};
    if (request.op != Op::kGetFields) return reply;
    std::vector<TableReply> none;
    MemoryTable(kMarksByDefault).Run({&request, 1}, 0, none, bytes);
    reply.values = none.front().values;
    return reply;
  }
  std::vector<TableReply> done;
  written_.Run({&request, 1}, clock_.NowMs(), done, bytes);
  if (Writes(request.op) && done.front().state == State::kDone) tell_(TextOf(request));
  return done.front();
}

}  // namespace sluice
