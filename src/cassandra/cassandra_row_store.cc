#include "cassandra/cassandra_row_store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "cassandra/cql_request.h"
#include "cassandra/cql_response.h"

namespace sluice::cassandra {
namespace {

/// How often a node may forget the statement of one request: one that has no room for it would be
/// asked for ever.
constexpr int kMostRepeats = 8;

/// Microseconds since 1970, each greater than the ones before it in this process. Of the system's
/// clock: other writers' times, which it is compared with, are so too.
std::int64_t NextTimestamp() {
  static std::atomic<std::int64_t> last{0};
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::int64_t before = last.load();
  std::int64_t next = 0;
  do {
    next = std::max<std::int64_t>(now.time_since_epoch().count(), before + 1);
  } while (!last.compare_exchange_weak(before, next));
  return next;
}

std::string Detail(const ErrorResponse& error) {
  constexpr std::array kDigits = {'0', '1', '2', '3', '4', '5', '6', '7',
                                  '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
  std::string text;
  const auto code = static_cast<std::uint32_t>(error.code);
  for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[code >> shift & 15U];
  text += ' ';
  return text += error.message;
}

}  // namespace

CassandraRowStore::CassandraRowStore(CassandraSettings settings, MetricsRegistry& metrics,
                                     const std::string& store, std::size_t first,
                                     std::stop_token stop)
    : metrics_(metrics, store),
      connection_(std::move(settings), metrics_, stop),
      stop_(std::move(stop)),
      node_(first % connection_.settings().contact_points.size()) {
  ForgetUnderWay();
}

Status CassandraRowStore::Ping() {
  SLUICE_TRY(EnsureConnected());
  if (!pending_.empty()) return Ok();
  std::string request;
  AppendOptions(request);
  Frame response;
  if (Status status = connection_.Call(request, response); !status.ok()) {
    ++node_;
    return status;
  }
  if (response.opcode == Opcode::kSupported) return Ok();
  return Leave(Fault::kProtocol, "an answer to OPTIONS that is none");
}

Status CassandraRowStore::EnsureConnected() {
  if (connection_.is_open()) return Ok();
  // A new connection would not bring the replies that are still expected.
  if (!pending_.empty()) {
    return connection_.Broken(Fault::kConnectionLost, "the connection was lost");
  }
  if (opened_) metrics_.CountReconnect();
  const std::vector<ContactPoint>& nodes = connection_.settings().contact_points;
  std::string problems;
  for (std::size_t left = nodes.size(); left > 0; --left, ++node_) {
    Status status = ConnectTo(nodes[node_ % nodes.size()]);
    if (status.ok() || status.error().kind == ErrorKind::kInvalidConfig) return status;
    if (!problems.empty()) problems += "; ";
    problems += status.error().message;
    if (stop_.stop_requested()) break;
  }
  return Error{ErrorKind::kUnavailable, problems};
}

Status CassandraRowStore::ConnectTo(const ContactPoint& node) {
  ForgetUnderWay();
  SLUICE_TRY(connection_.Open(node));
  SLUICE_TRY(statements_.Prepare(connection_));
  connection_.Accept();
  opened_ = true;
  return Ok();
}

Error CassandraRowStore::Leave(Fault fault, std::string_view what) {
  ++node_;
  return connection_.Broken(fault, what);
}

void CassandraRowStore::ForgetUnderWay() {
  waiting_.clear();
  repeats_.clear();
  forgotten_.clear();
  streams_.assign(kStreams, {});
  free_.clear();
  for (std::size_t stream = kStreams; stream-- > 0;) {
    free_.push_back(static_cast<std::int16_t>(stream));
  }
}

Status CassandraRowStore::Send(std::span<const RowRequest> requests) {
  if (!requests.empty()) SLUICE_TRY(EnsureConnected());
  if (spare_.empty()) spare_.emplace_back();
  RowBatch& batch = spare_.front();
  batch.Reset(requests.size());
  batch.sent_at = std::chrono::steady_clock::now();
  pending_.splice(pending_.end(), spare_, spare_.begin());
  for (std::size_t i = 0; i < requests.size(); ++i) Build(batch, i, requests[i]);
  return SendWaiting();
}

void CassandraRowStore::Build(RowBatch& batch, std::size_t index, const RowRequest& request) {
  std::vector<PreparedValues> bound;
  bound.reserve(request.statements.size());
  for (const BoundStatement& statement : request.statements) {
    bound.push_back({&statements_.prepared(statement.statement), statement.values});
  }
  const std::string problem = AppendStatements(batch.at(index).frame, bound,
                                               connection_.settings().consistency, NextTimestamp());
  if (problem.empty()) {
    waiting_.push_back({&batch, index});
    return;
  }
  metrics_.CountError(Fault::kData);
  batch.AnswerRefused(index, problem);
}

Status CassandraRowStore::SendWaiting() {
  // While a statement is to be prepared again, what is under way comes to its end.
  while (!waiting_.empty() && !free_.empty() && forgotten_.empty()) {
    const Place place = waiting_.front();
    const std::int16_t stream = free_.back();
    std::string& frame = place.batch->at(place.index).frame;
    SetStream(frame, stream);
    if (Status status = connection_.Write(frame); !status.ok()) {
      ++node_;
      return status;
    }
    waiting_.pop_front();
    free_.pop_back();
    streams_[static_cast<std::size_t>(stream)] = place;
  }
  return Ok();
}

Status CassandraRowStore::Receive(std::vector<RowReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "cassandra: Receive without a Send"};
  RowBatch& batch = pending_.front();
  while (!batch.answered()) {
    SLUICE_TRY(SendWaiting());
    SLUICE_TRY(TakeResponse());
    if (!forgotten_.empty() && free_.size() == kStreams) SLUICE_TRY(Repeat());
  }
  if (batch.size() > 0) {
    metrics_.ObserveRoundTrip(std::chrono::steady_clock::now() - batch.sent_at);
  }
  batch.TakeReplies(replies);
  spare_.splice(spare_.end(), pending_, pending_.begin());
  return Ok();
}

Status CassandraRowStore::TakeResponse() {
  Frame response;
  if (Status status = connection_.Read(response); !status.ok()) {
    ++node_;
    return status;
  }
  const auto stream = static_cast<std::size_t>(response.stream);
  if (response.stream < 0 || stream >= kStreams || streams_[stream].batch == nullptr) {
    return Leave(Fault::kProtocol, "an answer to what was not asked");
  }
  const Place place = std::exchange(streams_[stream], {});
  free_.push_back(response.stream);
  return TakeAnswer(place, response);
}

Status CassandraRowStore::TakeAnswer(const Place& place, const Frame& response) {
  if (response.opcode == Opcode::kError) return TakeError(place, response);
  std::string_view body = response.body;
  const auto kind = response.opcode == Opcode::kResult ? TakeResultKind(body) : std::nullopt;
  if (kind == ResultKind::kRows) {
    if (place.batch->AnswerRows(place.index, body)) return Ok();
    return Leave(Fault::kProtocol, "rows that can't be read");
  }
  if (!kind || kind == ResultKind::kPrepared) {
    return Leave(Fault::kProtocol, "an answer to EXECUTE that is none");
  }
  place.batch->AnswerDone(place.index);
  return Ok();
}

Status CassandraRowStore::TakeError(const Place& place, const Frame& response) {
  const auto error = ReadError(response.body);
  if (!error) return Leave(Fault::kProtocol, "an error that can't be read");
  const Fault fault = FaultOfCode(error->code);
  if (fault == Fault::kData) {
    metrics_.CountError(fault);
    place.batch->AnswerRefused(place.index, Detail(*error));
    return Ok();
  }
  RowBatch::Entry& entry = place.batch->at(place.index);
  if (fault == Fault::kUnprepared && ++entry.repeats <= kMostRepeats) {
    metrics_.CountError(fault);
    repeats_.push_back(place);
    const std::string id(error->unprepared);
    if (std::ranges::find(forgotten_, id) == forgotten_.end()) forgotten_.push_back(id);
    return Ok();
  }
  return Leave(fault, Detail(*error));
}

Status CassandraRowStore::Repeat() {
  for (const std::string& id : std::exchange(forgotten_, {})) {
    const auto same = statements_.PrepareAgain(connection_, id);
    if (!same) return same.error();
    // What is bound has the form that the table had: only whoever bound it can do so again.
    if (!same.value()) {
      return connection_.Broken(Fault::kUnprepared, "a table was changed while it was in use");
    }
  }
  waiting_.insert(waiting_.begin(), repeats_.begin(), repeats_.end());
  repeats_.clear();
  return Ok();
}

void CassandraRowStore::Cancel() {
  // Replies to come would be taken for those of the next Send.
  if (!waiting_.empty() || !repeats_.empty() || free_.size() < kStreams) connection_.Close();
  ForgetUnderWay();
  spare_.splice(spare_.end(), pending_);
}

}  // namespace sluice::cassandra
