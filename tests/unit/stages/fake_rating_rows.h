#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sluice/row_store.h"

namespace sluice {

/// The tables of ratings, with a timestamp for each cell as Cassandra has them: whatever the order
/// in which writes arrive, the latest one counts.
struct RatingRows {
  struct Value {
    std::optional<std::string> text;
    std::optional<double> number;
    std::int64_t at = 0;
    friend bool operator==(const Value& a, const Value& b) {
      return a.text == b.text && a.number == b.number;
    }
  };
  using Row = std::map<std::string, Value>;
  using Key = std::vector<std::string>;

  std::set<std::pair<std::string, std::string>> enrolments;  ///< User, course.
  std::map<Key, Row> summaries;                              ///< By activity and type.
  std::map<Key, Row> lookups;  ///< By activity, type, rating and time; "userid" null: removed.
  std::map<Key, Row> marks;

  static void Put(Row& row, const std::string& column, const Cell& cell, std::int64_t at) {
    Value& value = row[column];
    const bool removed = value.at > 0 && !value.text && !value.number;
    if (at < value.at || (at == value.at && removed)) return;
    value.at = at;
    value.text.reset();
    value.number.reset();
    if (cell.kind == Cell::Kind::kText) value.text = std::string(cell.text);
    if (cell.kind == Cell::Kind::kDouble) value.number = cell.number;
  }
  /// What a reader sees of the two tables.
  [[nodiscard]] std::map<Key, Row> Seen() const {
    std::map<Key, Row> seen = summaries;
    for (const auto& [key, row] : lookups) {
      const auto user = row.find("userid");
      if (user != row.end() && user->second.text) seen[key] = row;
    }
    return seen;
  }
};

/// Plays the statements of apply_rating on RatingRows. The process "dies" at a chosen write: that
/// one and all later ones of the store are not done, but may be done later (DoLate).
class FakeRatingRows final : public RowStore {
 public:
  struct Life {
    int writes = 0;         ///< That were asked for.
    int dies_at = -1;       ///< At which of them the process dies.
    int statements = 1000;  ///< How many of that write's statements are done nonetheless.
    std::vector<std::vector<std::pair<std::string, std::vector<Cell>>>> late;
    std::deque<std::string> kept;      ///< What the cells of `late` point to.
    std::vector<std::string> refuses;  ///< Writes whose statement has one of these are refused.
    std::vector<std::size_t> batches;  ///< Statements of each write, in order.
  };

  FakeRatingRows(RatingRows& rows, Life& life) : rows_(rows), life_(life) {}

  StatementId Prepare(std::string text) override {
    statements_.push_back(std::move(text));
    return static_cast<StatementId>(statements_.size() - 1);
  }

  Status Send(std::span<const RowRequest> requests) override {
    std::vector<RowReply>& replies = replies_.emplace_back();
    for (const RowRequest& request : requests) {
      if (!Play(request, replies.emplace_back())) {
        return Error{ErrorKind::kUnavailable, "the process is dead"};
      }
    }
    return Ok();
  }
  Status Receive(std::vector<RowReply>& replies) override {
    replies = std::move(replies_.front());
    replies_.pop_front();
    return Ok();
  }
  void Cancel() override { replies_.clear(); }

  /// The writes that were under way when the process died reach the tables after all.
  static void DoLate(RatingRows& rows, Life& life) {
    FakeRatingRows store(rows, life);
    for (const auto& request : life.late) {
      for (const auto& [text, values] : request) store.Do(text, values);
    }
    life.late.clear();
  }

 private:
  bool Play(const RowRequest& request, RowReply& reply) {
    const std::string& first = statements_[request.statements[0].statement];
    if (first.starts_with("SELECT")) {
      Read(first, request.statements[0].values, reply);
      return true;
    }
    for (const BoundStatement& bound : request.statements) {
      for (const std::string& refused : life_.refuses) {
        if (statements_[bound.statement].find(refused) == std::string::npos) continue;
        reply = {.state = RowReply::State::kRefused, .detail = "2200 no"};
        return true;
      }
    }
    const bool dies = life_.dies_at == life_.writes++;
    life_.batches.push_back(request.statements.size());
    int left = dies ? life_.statements : static_cast<int>(request.statements.size());
    if (dies) life_.late.emplace_back();
    for (const BoundStatement& bound : request.statements) {
      const std::string& text = statements_[bound.statement];
      if (left-- > 0) Do(text, bound.values);
      if (dies) life_.late.back().emplace_back(text, Keep(bound.values));
    }
    return !dies;
  }

  std::vector<Cell> Keep(std::span<const Cell> values) {
    std::vector<Cell> kept(values.begin(), values.end());
    for (Cell& cell : kept) {
      if (cell.kind == Cell::Kind::kText) cell.text = life_.kept.emplace_back(cell.text);
    }
    return kept;
  }

  static RatingRows::Key KeyOf(std::span<const Cell> cells) {
    RatingRows::Key key;
    for (const Cell& cell : cells) {
      key.push_back(cell.kind == Cell::Kind::kDouble ? std::to_string(cell.number)
                                                     : std::string(cell.text));
    }
    return key;
  }
  static std::vector<std::string> Columns(const std::string& text, const char* begin,
                                          const char* end) {
    std::vector<std::string> columns;
    const std::size_t from = text.find(begin) + std::string(begin).size();
    std::string list = text.substr(from, text.find(end, from) - from);
    for (std::size_t at = 0; at != std::string::npos;
         list = list.substr(std::min(list.size(), at + 2))) {
      at = list.find(", ");
      columns.push_back(list.substr(0, at));
      if (at == std::string::npos) break;
    }
    return columns;
  }

  std::map<RatingRows::Key, RatingRows::Row>& TableOf(const std::string& text) {
    if (text.find("sluice_marks") != std::string::npos) return rows_.marks;
    return text.find("ratings_summary") != std::string::npos ? rows_.summaries : rows_.lookups;
  }

  void Do(const std::string& text, std::span<const Cell> values) {
    auto& table = TableOf(text);
    if (text.starts_with("INSERT")) {
      const auto columns = Columns(text, " (", ")");
      const std::size_t keys = &table == &rows_.lookups ? 4 : 2;
      const std::int64_t at = values.back().integer;
      RatingRows::Row& row = table[KeyOf(values.first(keys))];
      for (std::size_t i = keys; i < columns.size(); ++i) {
        RatingRows::Put(row, columns[i], values[i], at);
      }
    } else if (text.starts_with("UPDATE")) {
      RatingRows::Put(table[KeyOf(values.subspan(2))], "latest50reviews", values[1],
                      values[0].integer);
    } else {
      RatingRows::Put(table[KeyOf(values.subspan(1))], "userid", Cell::Null(), values[0].integer);
    }
  }

  Cell Kept(const RatingRows::Value& value) {
    if (value.number) return Cell::Double(*value.number);
    return value.text ? Cell::Text(texts_.emplace_back(*value.text)) : Cell::Null();
  }

  void Read(const std::string& text, std::span<const Cell> values, RowReply& reply) {
    const RatingRows::Key key = KeyOf(values);
    std::vector<Cell>& cells = cells_.emplace_back();
    if (text.find("user_enrolments") != std::string::npos) {
      if (!rows_.enrolments.contains({key[0], key[1]})) return;
      cells.push_back(Cell::Text(values[0].text));
    } else {
      const auto& table = TableOf(text);
      const auto row = table.find(key);
      if (row == table.end()) return;
      const auto& columns = row->second;
      if (&table == &rows_.lookups && !columns.at("userid").text) return;
      for (const std::string& column : Columns(text, "SELECT ", " FROM")) {
        if (column.starts_with("WRITETIME")) {
          const auto sum = columns.find("sum_of_total_ratings");
          cells.push_back(sum == columns.end() ? Cell::Null() : Cell::Int(sum->second.at));
        } else {
          const auto at = columns.find(column);
          cells.push_back(at == columns.end() ? Cell::Null() : Kept(at->second));
        }
      }
    }
    reply.rows = {&lists_.emplace_back(cells), 1};
  }

  RatingRows& rows_;
  Life& life_;
  std::vector<std::string> statements_;
  std::deque<std::vector<RowReply>> replies_;
  std::deque<std::string> texts_;
  std::deque<std::vector<Cell>> cells_;
  std::deque<RowReply::Row> lists_;
};

}  // namespace sluice
