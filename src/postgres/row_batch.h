#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "postgres/postgres_connection.h"
#include "sluice/arena.h"
#include "sluice/result.h"
#include "sluice/row_store.h"

namespace sluice {

/// The requests of one Send, and what was answered. Meant to be reused.
class RowBatch {
 public:
  void Reset();

  /// A request that was sent.
  void AddSent() { refusals_.push_back({nullptr, 0}); }
  /// One that is refused without asking the server.
  void AddRefused(std::string_view detail) { refusals_.push_back(arena_.Copy(detail)); }

  [[nodiscard]] std::size_t size() const { return refusals_.size(); }
  [[nodiscard]] bool sent(std::size_t i) const { return refusals_[i].data() == nullptr; }
  /// Reads the answers to the requests in their order; afterwards answered().
  /// kUnavailable: one of them failed for another reason than its data.
  Status Read(PostgresConnection& connection);
  [[nodiscard]] bool answered() const { return answered_; }

  /// Hands the replies over (by swap); they are valid until Reset.
  void TakeReplies(std::vector<RowReply>& replies) { replies.swap(replies_); }

  /// For what must live as long as the batch.
  [[nodiscard]] Arena& arena() { return arena_; }

  std::chrono::steady_clock::time_point sent_at;

 private:
  RowReply ReplyOf(std::vector<PgResult>& results);
  RowReply Refused(std::string_view detail);

  std::vector<std::string_view> refusals_;  ///< By request.
  std::vector<RowReply> replies_;
  std::vector<PgResult> kept_;  ///< Of statements that read.
  std::vector<PgResult> results_;
  PgResult failure_;
  Arena arena_{std::size_t{64} << 10};
  bool answered_ = false;
};

}  // namespace sluice
