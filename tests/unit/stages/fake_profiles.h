#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/row_store.h"
#include "stages/update_device/profile_table.h"

namespace sluice::fakes {

/// The table of device profiles: applies the statement of UpsertStatement as PostgreSQL does, and
/// refuses texts with a NUL as it does. The rows outlive the connections.
class FakeProfiles {
 public:
  using Row = std::map<std::string, std::string>;  ///< By column, those that are not null.

  std::unique_ptr<RowStore> Connect() { return std::make_unique<Connection>(*this); }

  std::map<std::string, Row> rows;
  int failures = 0;      ///< So many Sends find the store away.
  int lost_answers = 0;  ///< So many Sends are applied, and their answers lost.
  std::vector<std::string> statements;
  std::size_t sends = 0;

 private:
  class Connection final : public RowStore {
   public:
    explicit Connection(FakeProfiles& table) : table_(table) {}
    StatementId Prepare(std::string text) override {
      table_.statements.push_back(std::move(text));
      return 0;
    }
    Status Send(std::span<const RowRequest> requests) override {
      if (table_.failures > 0) {
        --table_.failures;
        return Error{ErrorKind::kUnavailable, "postgresql: connection refused"};
      }
      ++table_.sends;
      std::vector<RowReply>& replies = sent_.emplace_back();
      for (const RowRequest& request : requests) replies.push_back(table_.Apply(request));
      return Ok();
    }
    Status Receive(std::vector<RowReply>& replies) override {
      if (table_.lost_answers > 0) {
        --table_.lost_answers;
        return Error{ErrorKind::kUnavailable, "postgresql: the connection was lost"};
      }
      replies = std::move(sent_.front());
      sent_.pop_front();
      return Ok();
    }
    void Cancel() override { sent_.clear(); }

   private:
    FakeProfiles& table_;
    std::deque<std::vector<RowReply>> sent_;
  };

  static std::string TextOfCell(const Cell& cell) {
    if (cell.kind == Cell::Kind::kInt) return std::to_string(cell.integer);
    if (cell.kind == Cell::Kind::kDouble) return std::to_string(cell.number);
    return std::string(cell.text);
  }
  RowReply Apply(const RowRequest& request) {
    using stages::ColumnRule;
    using stages::kProfileColumns;
    const auto values = request.statements.front().values;
    const auto wrong = std::ranges::find_if(
        values, [](const Cell& cell) { return cell.text.find('\0') != std::string_view::npos; });
    if (wrong != values.end()) {
      const auto number = std::to_string(wrong - values.begin() + 1);
      details_.push_back("22021 parameter $" + number + ": invalid byte sequence");
      return {RowReply::State::kRefused, {}, details_.back()};
    }
    Row& row = rows[std::string(values[0].text)];
    for (std::size_t i = 0; i < kProfileColumns.size(); ++i) {
      const std::string name(kProfileColumns[i].name);
      const bool stays = kProfileColumns[i].rule == ColumnRule::kFirst && row.contains(name);
      if (!values[i].is_null() && !stays) row[name] = TextOfCell(values[i]);
    }
    return {};
  }

  std::deque<std::string> details_;
};

}  // namespace sluice::fakes
