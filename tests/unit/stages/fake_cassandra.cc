#include "fake_cassandra.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <regex>
#include <sstream>

#include "sluice/document.h"
#include "util/arena_array.h"

namespace sluice::fakes {
namespace cql {

using Kind = Cell::Kind;

[[noreturn]] void Abort(const std::string& why) {
  std::cerr << "FakeCassandra: " << why << '\n';
  std::abort();
}

std::vector<std::string> Split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  for (std::size_t end = 0; end != std::string::npos; at = end + separator.size()) {
    end = text.find(separator, at);
    parts.push_back(text.substr(at, end == std::string::npos ? end : end - at));
  }
  return parts;
}

/// `column <op> <term>`; a term is a parameter or a text.
struct Clause {
  std::string column;
  bool adds = false;
  std::optional<std::string> literal;
};

struct Statement {
  char verb = 0;
  std::string table;
  std::vector<Clause> sets;    ///< Also the columns of an INSERT.
  std::vector<Clause> wheres;  ///< All with `=`.
  std::vector<std::string> selects;
  bool ttl = false;
};

Clause ParseClause(const std::string& text) {
  static const std::regex kForm(R"((\w+) = (?:(\w+) \+ )?(?:\?|'(\w+)'))");
  std::smatch found;
  if (!std::regex_match(text, found, kForm)) Abort("can't read " + text);
  if (found[2].matched && found[2] != found[1]) Abort("another column is added to in " + text);
  Clause clause{found[1], found[2].matched, std::nullopt};
  if (found[3].matched) clause.literal = found[3];
  return clause;
}

std::vector<Clause> ParseClauses(const std::string& text, const std::string& separator) {
  std::vector<Clause> clauses;
  for (const std::string& part : Split(text, separator)) clauses.push_back(ParseClause(part));
  return clauses;
}

Statement Parse(const std::string& text) {
  static const std::regex kSelect("SELECT (.+) FROM (\\S+) WHERE (.+)");
  static const std::regex kUpdate("UPDATE (\\S+) SET (.+) WHERE (.+)");
  static const std::regex kInsert(
      R"(INSERT INTO (\S+) \((.+)\) VALUES \((\?(?:, \?)*)\)( USING TTL \?)?)");
  std::smatch found;
  if (std::regex_match(text, found, kSelect)) {
    Statement statement{'S', found[2], {}, ParseClauses(found[3], " AND "), {}};
    for (const std::string& part : Split(found[1], ", ")) {
      statement.selects.push_back(part.substr(0, part.find(' ')));
    }
    return statement;
  }
  if (std::regex_match(text, found, kUpdate)) {
    return {'U', found[1], ParseClauses(found[2], ", "), ParseClauses(found[3], " AND "), {}};
  }
  if (!std::regex_match(text, found, kInsert)) Abort("can't read " + text);
  Statement statement{'I', found[1], {}, {}, {}, found[4].matched};
  for (const std::string& column : Split(found[2], ", ")) {
    statement.sets.push_back({column, false, std::nullopt});
  }
  if (Split(found[3], ", ").size() != statement.sets.size())
    Abort("columns without value: " + text);
  return statement;
}

void Check(const Statement& statement, const FakeCassandra::Table& table) {
  const auto names = [](const std::vector<Clause>& clauses, const std::string& column) {
    return std::ranges::find(clauses, column, &Clause::column) != clauses.end();
  };
  for (const auto* clauses : {&statement.sets, &statement.wheres}) {
    for (const Clause& clause : *clauses) {
      if (!table.columns.contains(clause.column)) Abort("no column " + clause.column);
    }
  }
  for (const std::string& column : statement.selects) {
    if (!table.columns.contains(column)) Abort("no column " + column);
  }
  const auto& named = statement.verb == 'I' ? statement.sets : statement.wheres;
  const std::size_t needed = statement.verb == 'S' ? table.partition : table.key.size();
  for (std::size_t i = 0; i < needed; ++i) {
    if (!names(named, table.key[i])) Abort(table.key[i] + " is not given");
  }
}

bool Fits(const Cell& cell, Kind column) {
  return cell.is_null() || cell.kind == column ||
         (cell.kind == Kind::kInt && column == Kind::kDouble);
}

void MergeInto(OwnedCell& column, const OwnedCell& value) {
  if (column.scalar.kind != Kind::kMap) {
    column = value;
    return;
  }
  for (const auto& [name, field] : value.fields) column.fields[name] = field;
}

}  // namespace cql

using cql::Clause;
using cql::Kind;
using cql::Statement;

OwnedCell::OwnedCell(const Cell& cell) : scalar(cell), text(cell.text) {
  scalar.text = {};
  scalar.items = {};
  scalar.fields = {};
  for (const Cell& item : cell.items) items.emplace_back(item);
  for (const CellField& field : cell.fields) {
    if (!fields.try_emplace(std::string(field.name), field.value).second)
      cql::Abort("a name twice");
  }
}

Cell OwnedCell::View(Arena& arena) const {
  Cell cell = scalar;
  cell.text = arena.Copy(text);
  return cell;
}

std::string OwnedCell::Text() const {
  std::string out;
  char number[64];
  switch (scalar.kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return scalar.integer != 0 ? "true" : "false";
    case Kind::kInt:
      return std::to_string(scalar.integer);
    case Kind::kDouble:
      return {number, std::to_chars(number, number + sizeof number, scalar.number).ptr};
    case Kind::kText:
      AppendJsonString(out, text);
      return out;
    case Kind::kList:
      for (const OwnedCell& item : items) out += (out.empty() ? "" : ",") + item.Text();
      return "[" + out + "]";
    case Kind::kMap:
    case Kind::kStruct:
      for (const auto& [name, field] : fields) {
        if (!out.empty()) out += ',';
        AppendJsonString(out, name);
        out += ':';
        out += field.Text();
      }
      return "{" + out + "}";
  }
  return out;
}

/// A connection: statements of its own, replies that last until the next call.
class FakeCassandraStore final : public RowStore {
 public:
  explicit FakeCassandraStore(FakeCassandra& cluster) : cluster_(cluster) {}

  StatementId Prepare(std::string text) override {
    Statement statement = cql::Parse(text);
    const auto table = cluster_.tables_.find(statement.table);
    if (table == cluster_.tables_.end()) cql::Abort("no table " + statement.table);
    cql::Check(statement, table->second);
    statements_.push_back(std::move(statement));
    return static_cast<StatementId>(statements_.size() - 1);
  }

  Status Send(std::span<const RowRequest> requests) override {
    if (!sent_.empty()) cql::Abort("sent before the last round was received");
    arena_.Reset();
    for (const RowRequest& request : requests) {
      if (cluster_.left_ && *cluster_.left_ == 0) {
        return Error{ErrorKind::kUnavailable, "cassandra: connection refused"};
      }
      if (cluster_.left_) --*cluster_.left_;
      ++cluster_.applied_;
      if (request.statements.size() != 1) cql::Abort("no batches here");
      sent_.push_back(Apply(request.statements[0]));
    }
    return Ok();
  }
  Status Receive(std::vector<RowReply>& replies) override {
    ++cluster_.rounds_;
    replies = std::move(sent_);
    sent_.clear();
    return Ok();
  }
  void Cancel() override { sent_.clear(); }

 private:
  RowReply Apply(const BoundStatement& bound) {
    const Statement& statement = statements_.at(bound.statement);
    for (const Cell& cell : bound.values) {
      if (cluster_.refused_text.empty() || cell.text != cluster_.refused_text) continue;
      return {.state = RowReply::State::kRefused, .detail = cluster_.refusal};
    }
    std::vector<std::pair<const Clause*, OwnedCell>> values;
    std::size_t next = 0;
    for (const auto* clauses : {&statement.sets, &statement.wheres}) {
      for (const Clause& clause : *clauses) {
        if (clause.literal) {
          values.emplace_back(&clause, OwnedCell(Cell::Text(*clause.literal)));
          continue;
        }
        const Cell& cell = bound.values[next++];
        if (!cql::Fits(cell, cluster_.tables_[statement.table].columns[clause.column])) {
          cql::Abort("a value that does not fit " + clause.column);
        }
        values.emplace_back(&clause, OwnedCell(cell));
      }
    }
    if (next + (statement.ttl ? 1 : 0) != bound.values.size())
      cql::Abort("another number of values");
    return statement.verb == 'S' ? Read(statement, values) : Write(statement, values);
  }

  using Values = std::vector<std::pair<const Clause*, OwnedCell>>;

  RowReply Read(const Statement& statement, const Values& wheres) {
    std::vector<RowReply::Row> found;
    for (const auto& [key, row] : cluster_.rows_[statement.table]) {
      const bool matches = std::ranges::all_of(wheres, [&row = row](const auto& where) {
        return row.at(where.first->column).Text() == where.second.Text();
      });
      if (!matches) continue;
      const auto cells = NewArray<Cell>(arena_, statement.selects.size());
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto column = row.find(statement.selects[i]);
        if (column != row.end()) cells[i] = column->second.View(arena_);
      }
      found.emplace_back(cells);
    }
    const auto rows = NewArray<RowReply::Row>(arena_, found.size());
    std::ranges::copy(found, rows.begin());
    return {.rows = rows};
  }

  RowReply Write(const Statement& statement, const Values& values) {
    const FakeCassandra::Table& table = cluster_.tables_[statement.table];
    std::vector<std::string> key;
    for (const std::string& column : table.key) {
      const auto given =
          std::ranges::find(values, column, [](const auto& value) { return value.first->column; });
      key.push_back(given->second.text);
    }
    FakeCassandra::Row& row = cluster_.rows_[statement.table][key];
    for (const auto& [clause, value] : values) {
      if (clause->adds) {
        cql::MergeInto(row[clause->column], value);
      } else {
        row[clause->column] = value;
      }
    }
    return {};
  }

  FakeCassandra& cluster_;
  std::vector<Statement> statements_;
  std::vector<RowReply> sent_;
  Arena arena_;
};

FakeCassandra::FakeCassandra() {
  using Columns = std::map<std::string, Kind>;
  const Kind text = Kind::kText;
  const Kind time = Kind::kInt;
  tables_["sunbird_courses.sluice_marks"] = {
      Columns{{"job", text}, {"mark", text}, {"outcome", text}}, {"job", "mark"}, 2};
  tables_["sunbird_courses.assessment_aggregator"] = {
      Columns{{"user_id", text},
              {"course_id", text},
              {"batch_id", text},
              {"content_id", text},
              {"attempt_id", text},
              {"created_on", time},
              {"last_attempted_on", time},
              {"updated_on", time},
              {"total_score", Kind::kDouble},
              {"total_max_score", Kind::kDouble},
              {"grand_total", text},
              {"question", Kind::kList}},
      {"user_id", "course_id", "batch_id", "content_id", "attempt_id"},
      2};
  tables_["sunbird_courses.user_activity_agg"] = {
      Columns{{"activity_type", text},
              {"activity_id", text},
              {"user_id", text},
              {"context_id", text},
              {"aggregates", Kind::kMap},
              {"agg_details", Kind::kList},
              {"agg_last_updated", Kind::kMap}},
      {"activity_type", "activity_id", "user_id", "context_id"},
      3};
}

std::unique_ptr<RowStore> FakeCassandra::Connect() {
  return std::make_unique<FakeCassandraStore>(*this);
}

std::vector<FakeCassandra::Texts> FakeCassandra::Rows(const std::string& table) const {
  std::vector<Texts> rows;
  const auto at = rows_.find("sunbird_courses." + table);
  if (at == rows_.end()) return rows;
  for (const auto& [key, row] : at->second) {
    Texts& texts = rows.emplace_back();
    for (const auto& [column, cell] : row) {
      if (!cell.scalar.is_null()) texts[column] = cell.Text();
    }
  }
  return rows;
}

std::string FakeCassandra::Dump(const std::string& without) const {
  std::ostringstream out;
  for (const auto& [name, table] : tables_) {
    const std::string plain = name.substr(name.find('.') + 1);
    if (plain == without) continue;
    for (const Texts& row : Rows(plain)) {
      out << plain;
      for (const auto& [column, text] : row) out << ' ' << column << '=' << text;
      out << '\n';
    }
  }
  return out.str();
}

void FakeCassandra::Put(const std::string& table, const std::map<std::string, Cell>& columns) {
  const std::string name = "sunbird_courses." + table;
  std::vector<std::string> key;
  for (const std::string& column : tables_.at(name).key) key.emplace_back(columns.at(column).text);
  for (const auto& [column, cell] : columns) rows_[name][key][column] = OwnedCell(cell);
}

}  // namespace sluice::fakes
