#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cassandra/cql_response.h"
#include "sluice/arena.h"
#include "sluice/row_store.h"

namespace sluice::cassandra {

/// The requests of one Send and what is known of their answers; reused for its memory.
class RowBatch {
 public:
  /// A request on its way: a frame that waits for a stream, is under way, or is answered.
  struct Entry {
    std::string frame;
    int repeats = 0;  ///< How often a node had forgotten its statement.
    RowReply reply;
  };

  /// Forgets what was before, and makes room for as many requests.
  void Reset(std::size_t requests);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Entry& at(std::size_t index) { return entries_[index]; }
  [[nodiscard]] bool answered() const { return open_ == 0; }

  void AnswerDone(std::size_t index);
  void AnswerRefused(std::size_t index, std::string_view detail);
  /// Copies the rows of a RESULT; false if they are not what the columns say, or of a type that
  /// cells have no form for.
  bool AnswerRows(std::size_t index, std::string_view body);

  /// The replies in the order of the requests; their views are valid until the next Reset.
  void TakeReplies(std::vector<RowReply>& replies) const;

  std::chrono::steady_clock::time_point sent_at;

 private:
  Arena arena_{std::size_t{64} << 10};
  std::vector<Entry> entries_;
  std::size_t size_ = 0;
  std::size_t open_ = 0;
};

}  // namespace sluice::cassandra
