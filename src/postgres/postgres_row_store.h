#pragma once

#include <list>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "postgres/postgres_metrics.h"
#include "postgres/postgres_session.h"
#include "postgres/postgres_settings.h"
#include "postgres/row_batch.h"
#include "postgres/statement_parameters.h"
#include "sluice/metrics.h"
#include "sluice/row_store.h"

namespace sluice {

/// Rows in PostgreSQL 13 or newer, one round trip a Send.
///
/// The statements of a request are one transaction; the requests of a Send are applied in their
/// order, each by itself: one that is refused leaves the others as they are. Cells are bound by the
/// types that the server gives the parameters: kInt to integers, floating point and, as
/// milliseconds since 1970 in UTC, timestamp and timestamptz; kDouble to floating point; each of
/// them and kBool to text as well; kText to any type, in its text form. A cell that does not fit is
/// refused without asking the server. Columns of other types than those of Cell are to be cast.
///
/// A lost connection is made anew by the next Send or Ping, one attempt a call; waiting in between
/// is the caller's. A server that takes no writes any more (a standby) is left.
///
/// Errors: kUnavailable where waiting helps, and where a table, a column or a right went missing
/// later. kInvalidConfig: login, database, table, column or right are wrong, and no connection was
/// ever complete. kRefused: classes 22, 23 and the like of SQLSTATE. kFatal: a request has another
/// number of values than its statement.
/// Threading: one worker, one instance. `metrics` must outlive it. `stop` ends a connection that is
/// being made.
class PostgresRowStore final : public RowStore {
 public:
  /// `store` is the store's name in the configuration: a metric label.
  PostgresRowStore(PostgresSettings settings, MetricsRegistry& metrics, const std::string& store,
                   std::stop_token stop = {});

  StatementId Prepare(std::string text) override { return session_.Add(std::move(text)); }
  /// Connects if necessary; asks the server for a sign of life unless Sends are outstanding.
  Status Ping() override;
  Status Send(std::span<const RowRequest> requests) override;
  Status Receive(std::vector<RowReply>& replies) override;
  void Cancel() override;

 private:
  Status EnsureConnected();
  Status Queue(RowBatch& batch, const RowRequest& request);
  /// False: a value does not fit, and refusal() of the last of parameters_ says which.
  bool Bind(RowBatch& batch, const RowRequest& request);
  Status CheckCounts(const RowRequest& request) const;

  PostgresMetrics metrics_;
  PostgresSession session_;
  std::vector<StatementParameters> parameters_;  ///< Of the statements of a request.
  std::size_t refused_ = 0;                      ///< Index of the one that did not fit.
  std::list<RowBatch> pending_;                  ///< Sent and not received, oldest first.
  std::list<RowBatch> spare_;
};

}  // namespace sluice
