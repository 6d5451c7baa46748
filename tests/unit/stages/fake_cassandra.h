#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/arena.h"
#include "sluice/row_store.h"

namespace sluice::fakes {

/// A cell with memory of its own; printed as JSON, a decimal as its text.
struct OwnedCell {
  OwnedCell() = default;
  explicit OwnedCell(const Cell& cell);
  [[nodiscard]] Cell View(Arena& arena) const;
  [[nodiscard]] std::string Text() const;

  Cell scalar;  ///< Its views are not used.
  std::string text;
  std::vector<OwnedCell> items;
  std::map<std::string, OwnedCell> fields;
};

/// Tables that keep their rows, for the few forms of CQL that the stages use, and for a process
/// that ends between any two of its requests. What Cassandra would refuse to prepare aborts the
/// test.
class FakeCassandra {
 public:
  struct Table {
    std::map<std::string, Cell::Kind> columns;
    std::vector<std::string> key;  ///< Of all rows, in the order of the table.
    std::size_t partition = 1;     ///< How many of them each statement must name.
  };
  using Row = std::map<std::string, OwnedCell>;
  using Texts = std::map<std::string, std::string>;

  FakeCassandra();  ///< With the tables of the assessments, empty.

  /// A connection, which must not outlive the tables.
  std::unique_ptr<RowStore> Connect();

  /// All rows of a table in its order, as texts; columns that are null are left out.
  [[nodiscard]] std::vector<Texts> Rows(const std::string& table) const;
  /// The same as one text for all tables but `without`.
  [[nodiscard]] std::string Dump(const std::string& without = {}) const;
  void Put(const std::string& table, const std::map<std::string, Cell>& columns);

  /// The server is lost once it has applied that many more requests.
  void LoseAfter(std::size_t requests) { left_ = requests; }
  void Restore() { left_.reset(); }
  /// Requests that were applied so far, those that read included.
  [[nodiscard]] std::size_t applied() const { return applied_; }
  /// Rounds of requests that were answered so far.
  [[nodiscard]] std::size_t rounds() const { return rounds_; }

  /// A request with this text among its values is refused, and why.
  std::string refused_text;
  std::string refusal = "2200 key: too long";

 private:
  friend class FakeCassandraStore;

  std::map<std::string, Table> tables_;
  std::map<std::string, std::map<std::vector<std::string>, Row>> rows_;
  std::optional<std::size_t> left_;
  std::size_t applied_ = 0;
  std::size_t rounds_ = 0;
};

}  // namespace sluice::fakes
