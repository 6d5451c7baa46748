#include "postgres/row_batch.h"

#include <utility>

#include "postgres/cell_reader.h"
#include "postgres/server_error.h"

namespace sluice {

void RowBatch::Reset() {
  refusals_.clear();
  replies_.clear();
  kept_.clear();
  arena_.Reset();
  answered_ = false;
}

RowReply RowBatch::Refused(std::string_view detail) {
  return {.state = RowReply::State::kRefused, .rows = {}, .detail = detail};
}

RowReply RowBatch::ReplyOf(std::vector<PgResult>& results) {
  RowReply reply;
  for (PgResult& result : results) {
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) continue;
    reply.rows = ReadRows(result.get(), arena_);
    kept_.push_back(std::move(result));
  }
  return reply;
}

Status RowBatch::Read(PostgresConnection& connection) {
  std::optional<Error> error;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!sent(i)) {
      replies_.push_back(Refused(refusals_[i]));
      continue;
    }
    SLUICE_TRY(connection.ReadUntilSync(results_, failure_));
    if (failure_ == nullptr) {
      replies_.push_back(ReplyOf(results_));
      continue;
    }
    const PostgresFault fault = FaultOf(failure_.get());
    const std::string detail = DetailOf(failure_.get());
    if (fault == PostgresFault::kData) {
      connection.Count(fault);
      replies_.push_back(Refused(arena_.Copy(detail)));
      continue;
    }
    if (EndsConnection(fault)) return connection.Broken(fault, detail);
    // The others are read all the same, so that the connection can be used again.
    Error unusable = connection.Unusable(fault, detail);
    if (!error) error = std::move(unusable);
    replies_.emplace_back();
  }
  answered_ = true;
  return error ? Status(*std::move(error)) : Ok();
}

}  // namespace sluice
