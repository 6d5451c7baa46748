#include "postgres/postgres_row_store.h"

#include <utility>

namespace sluice {
namespace {

constexpr int kBinaryFormat = 1;

}  // namespace

PostgresRowStore::PostgresRowStore(PostgresSettings settings, MetricsRegistry& metrics,
                                   const std::string& store, std::stop_token stop)
    : metrics_(metrics, store), session_(std::move(settings), metrics_, std::move(stop)) {}

Status PostgresRowStore::EnsureConnected() {
  PostgresConnection& connection = session_.connection();
  if (connection.connected()) return Ok();
  // A new connection would not bring the answers that are still expected.
  if (pending_.empty()) return session_.EnsureConnected();
  return connection.Broken(PostgresFault::kConnectionLost, "the connection was lost");
}

Status PostgresRowStore::Ping() {
  SLUICE_TRY(EnsureConnected());
  if (!pending_.empty()) return Ok();
  PostgresConnection& connection = session_.connection();
  if (!session_.Sync()) {
    return connection.Broken(PostgresFault::kConnectionLost,
                             FirstLine(PQerrorMessage(connection.handle())));
  }
  SLUICE_TRY(connection.Flush());
  std::vector<PgResult> results;
  PgResult failure;
  return connection.ReadUntilSync(results, failure);
}

Status PostgresRowStore::Send(std::span<const RowRequest> requests) {
  SLUICE_TRY(EnsureConnected());
  if (spare_.empty()) spare_.emplace_back();
  RowBatch& batch = spare_.front();
  batch.Reset();
  batch.sent_at = std::chrono::steady_clock::now();
  session_.SetBusy(true);
  for (const RowRequest& request : requests) {
    SLUICE_TRY(CheckCounts(request));
    SLUICE_TRY(Queue(batch, request));
  }
  SLUICE_TRY(session_.connection().Flush());
  pending_.splice(pending_.end(), spare_, spare_.begin());
  return Ok();
}

Status PostgresRowStore::CheckCounts(const RowRequest& request) const {
  for (const BoundStatement& bound : request.statements) {
    if (bound.statement < session_.size() &&
        session_.parameters(bound.statement).size() == bound.values.size()) {
      continue;
    }
    return Error{ErrorKind::kFatal,
                 "postgres: a request has another number of values than its statement"};
  }
  return Ok();
}

bool PostgresRowStore::Bind(RowBatch& batch, const RowRequest& request) {
  if (parameters_.size() < request.statements.size()) parameters_.resize(request.statements.size());
  for (refused_ = 0; refused_ < request.statements.size(); ++refused_) {
    const BoundStatement& bound = request.statements[refused_];
    StatementParameters& parameters = parameters_[refused_];
    const auto types = session_.parameters(bound.statement);
    if (!parameters.Bind(types, bound.values, batch.arena())) return false;
  }
  return true;
}

/// All statements up to a sync are one transaction of the server's, without BEGIN and COMMIT.
Status PostgresRowStore::Queue(RowBatch& batch, const RowRequest& request) {
  if (!Bind(batch, request)) {
    metrics_.CountError(PostgresFault::kData);
    batch.AddRefused(parameters_[refused_].refusal());
    return Ok();
  }
  PostgresConnection& connection = session_.connection();
  bool queued = true;
  for (std::size_t i = 0; queued && i < request.statements.size(); ++i) {
    const StatementParameters& bound = parameters_[i];
    const std::string& name = session_.name(request.statements[i].statement);
    queued = PQsendQueryPrepared(connection.handle(), name.c_str(), bound.size(), bound.values(),
                                 bound.lengths(), bound.formats(), kBinaryFormat) == 1;
  }
  if (!queued || !session_.Sync()) {
    return connection.Broken(PostgresFault::kConnectionLost,
                             FirstLine(PQerrorMessage(connection.handle())));
  }
  batch.AddSent();
  return Ok();
}

Status PostgresRowStore::Receive(std::vector<RowReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "postgres: Receive without a Send"};
  RowBatch& batch = pending_.front();
  Status read = batch.Read(session_.connection());
  if (!batch.answered()) return read;
  metrics_.ObserveRoundTrip(std::chrono::steady_clock::now() - batch.sent_at);
  batch.TakeReplies(replies);
  spare_.splice(spare_.begin(), pending_, pending_.begin());
  session_.SetBusy(!pending_.empty());
  return read;
}

void PostgresRowStore::Cancel() {
  for (const RowBatch& batch : pending_) {
    // Its answers would be taken for those to the next Send.
    if (!batch.answered()) session_.connection().Close();
  }
  if (session_.connection().connected()) session_.SetBusy(false);
  spare_.splice(spare_.begin(), pending_);
}

}  // namespace sluice
