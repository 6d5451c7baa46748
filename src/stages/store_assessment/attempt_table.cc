#include "stages/store_assessment/attempt_table.h"

#include "stages/rows/bind.h"

namespace sluice::stages {
namespace {

std::optional<std::int64_t> TimeIn(const Cell& cell) {
  return cell.is_null() ? std::nullopt : std::optional(cell.integer);
}

}  // namespace

AttemptTable::AttemptTable(RowStore& rows, const std::string& table)
    : read_(rows.Prepare("SELECT last_attempted_on, created_on FROM " + table +
                         " WHERE attempt_id = ? AND batch_id = ? AND user_id = ? AND "
                         "content_id = ? AND course_id = ?")),
      write_(rows.Prepare("INSERT INTO " + table +
                          " (course_id, batch_id, user_id, content_id, attempt_id, updated_on, "
                          "created_on, last_attempted_on, total_score, total_max_score, question, "
                          "grand_total) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {}

RowRequest AttemptTable::Read(const AttemptKey& key, Arena& arena) const {
  return Bind(read_,
              {Cell::Text(key.attempt), Cell::Text(key.batch), Cell::Text(key.user),
               Cell::Text(key.content), Cell::Text(key.course)},
              arena);
}

RowRequest AttemptTable::Write(const AttemptKey& key, const AttemptRow& row, Arena& arena) const {
  return Bind(
      write_,
      {Cell::Text(key.course), Cell::Text(key.batch), Cell::Text(key.user), Cell::Text(key.content),
       Cell::Text(key.attempt), Cell::Int(row.updated_on), Cell::Int(row.created_on),
       Cell::Int(row.last_attempted_on), Cell::Double(row.total_score),
       Cell::Double(row.total_max_score), row.questions, Cell::Text(row.grand_total)},
      arena);
}

StoredAttempt AttemptTable::StoredIn(const RowReply& reply) {
  if (reply.rows.empty()) return {};
  const RowReply::Row row = reply.rows[0];
  return {.exists = true, .created_on = TimeIn(row[1]), .last_attempted_on = TimeIn(row[0])};
}

}  // namespace sluice::stages
