#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cassandra/cassandra_connection.h"
#include "cassandra/cassandra_metrics.h"
#include "cassandra/cassandra_settings.h"
#include "cassandra/row_batch.h"
#include "cassandra/statement_list.h"
#include "sluice/metrics.h"
#include "sluice/row_store.h"

namespace sluice::cassandra {

/// Rows in a Cassandra cluster: prepared statements, many under way at once on one connection to
/// one node, which coordinates them. A node that can't serve, or doesn't answer, is left for the
/// next contact point.
///
/// Writes carry the time of this process, in microseconds and growing, unless the statement says
/// USING TIMESTAMP: of two writes of a process the later one wins whichever node got it, and one
/// that a node had held up can't come out on top of its repetition.
///
/// Errors: kUnavailable where waiting helps. kInvalidConfig: user, password, a table, a column or a
/// right is wrong, and no connection was ever complete; later the same is kUnavailable. After any
/// error all Sends are lost: Cancel before the next one.
/// Threading: one worker, one instance. `metrics` must outlive it. `stop` ends a connection that is
/// being made.
class CassandraRowStore final : public RowStore {
 public:
  /// `store` is the store's name in the configuration: a metric label. `first` tells which contact
  /// point is asked first, so that workers are spread over the nodes.
  CassandraRowStore(CassandraSettings settings, MetricsRegistry& metrics, const std::string& store,
                    std::size_t first = 0, std::stop_token stop = {});

  StatementId Prepare(std::string text) override { return statements_.Add(std::move(text)); }
  Status Ping() override;
  Status Send(std::span<const RowRequest> requests) override;
  Status Receive(std::vector<RowReply>& replies) override;
  void Cancel() override;

 private:
  static constexpr std::size_t kStreams = 128;

  /// One request of a batch.
  struct Place {
    RowBatch* batch = nullptr;
    std::size_t index = 0;
  };

  Status EnsureConnected();
  Status ConnectTo(const ContactPoint& node);
  /// Counts the fault, and leaves the node for the next one.
  Error Leave(Fault fault, std::string_view what);
  void ForgetUnderWay();

  void Build(RowBatch& batch, std::size_t index, const RowRequest& request);
  /// Sends what waits, as far as streams are free.
  Status SendWaiting();
  /// Takes in one response.
  Status TakeResponse();
  Status TakeAnswer(const Place& place, const Frame& response);
  Status TakeError(const Place& place, const Frame& response);
  /// Prepares what the node had forgotten, once nothing else is under way, and repeats.
  Status Repeat();

  CassandraMetrics metrics_;
  CassandraConnection connection_;
  StatementList statements_;
  std::stop_token stop_;
  std::size_t node_;  ///< Contact point in use, or to be tried first.
  bool opened_ = false;

  std::list<RowBatch> pending_;  ///< Sent and not received, oldest first.
  std::list<RowBatch> spare_;
  std::deque<Place> waiting_;  ///< For a stream.
  std::vector<Place> streams_{kStreams};
  std::vector<std::int16_t> free_;
  std::vector<Place> repeats_;
  std::vector<std::string> forgotten_;  ///< Ids of statements.
};

}  // namespace sluice::cassandra
