#include "cassandra/row_batch.h"

#include <memory>
#include <optional>

#include "cassandra/cql_value.h"

namespace sluice::cassandra {
namespace {

/// A frame that was larger gives its memory back.
constexpr std::size_t kKeep = std::size_t{64} << 10;

template <typename T>
std::span<T> MakeSpan(Arena& arena, std::size_t count) {
  auto* at = reinterpret_cast<T*>(arena.Allocate(count * sizeof(T)));
  std::uninitialized_value_construct_n(at, count);
  return {at, count};
}

}  // namespace

void RowBatch::Reset(std::size_t requests) {
  arena_.Reset(1);
  if (entries_.size() < requests) entries_.resize(requests);
  for (std::size_t i = 0; i < requests; ++i) {
    Entry& entry = entries_[i];
    entry.frame.clear();
    if (entry.frame.capacity() > kKeep) entry.frame.shrink_to_fit();
    entry.repeats = 0;
    entry.reply = {};
  }
  size_ = open_ = requests;
}

void RowBatch::AnswerDone(std::size_t /*index*/) { --open_; }

void RowBatch::AnswerRefused(std::size_t index, std::string_view detail) {
  entries_[index].reply = {.state = RowReply::State::kRefused, .detail = arena_.Copy(detail)};
  --open_;
}

bool RowBatch::AnswerRows(std::size_t index, std::string_view body) {
  auto response = ReadRows(arena_.Copy(body));
  if (!response) return false;
  const std::span<RowReply::Row> rows = MakeSpan<RowReply::Row>(arena_, response->rows);
  for (RowReply::Row& row : rows) {
    const std::span<Cell> cells = MakeSpan<Cell>(arena_, response->columns.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto cell = ReadValue(response->columns[i].type, response->values.Bytes(), arena_);
      if (!cell) return false;
      cells[i] = *cell;
    }
    row = cells;
  }
  if (response->values.failed()) return false;
  entries_[index].reply.rows = rows;
  --open_;
  return true;
}

void RowBatch::TakeReplies(std::vector<RowReply>& replies) const {
  replies.clear();
  for (std::size_t i = 0; i < size_; ++i) replies.push_back(entries_[i].reply);
}

}  // namespace sluice::cassandra
