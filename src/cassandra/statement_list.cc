#include "cassandra/statement_list.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cassandra/cql_response.h"
#include "cassandra/marks_table.h"

namespace sluice::cassandra {
namespace {

std::optional<PreparedStatement> PreparedOf(const Frame& response) {
  std::string_view body = response.body;
  if (response.opcode != Opcode::kResult) return std::nullopt;
  if (TakeResultKind(body) != ResultKind::kPrepared) return std::nullopt;
  return ReadPrepared(body);
}

/// What is wrong with the columns; empty if cells have a form for all of them.
std::string Unsupported(const std::vector<CqlColumn>& columns) {
  for (const CqlColumn& column : columns) {
    if (const CqlType* type = UnsupportedIn(column.type)) {
      return "column " + column.name + " is of type " + TypeName(*type) +
             ", which sluice can't use";
    }
  }
  return {};
}

}  // namespace

StatementId StatementList::Add(std::string text) {
  statements_.push_back({std::move(text), {}});
  return static_cast<StatementId>(statements_.size() - 1);
}

Status StatementList::Prepare(CassandraConnection& connection) {
  for (Statement& statement : statements_) SLUICE_TRY(PrepareOne(connection, statement, true));
  return Ok();
}

Result<bool> StatementList::PrepareAgain(CassandraConnection& connection, std::string_view id) {
  const auto at = std::ranges::find_if(
      statements_, [&](const Statement& statement) { return statement.prepared.id == id; });
  if (at == statements_.end()) {
    return connection.Broken(Fault::kProtocol, "a statement that was never prepared is unknown");
  }
  const PreparedStatement before = at->prepared;
  SLUICE_TRY(PrepareOne(connection, *at, false));
  return before.id == at->prepared.id && before.parameters == at->prepared.parameters;
}

Status StatementList::PrepareOne(CassandraConnection& connection, Statement& statement,
                                 bool makes_marks) {
  std::string request;
  AppendPrepare(request, statement.text);
  Frame response;
  SLUICE_TRY(connection.Call(request, response));
  if (response.opcode == Opcode::kError) {
    return Refused(connection, statement, response.body, makes_marks);
  }
  auto prepared = PreparedOf(response);
  if (!prepared) return connection.Broken(Fault::kProtocol, "an answer to PREPARE that is none");
  std::string problem = Unsupported(prepared->parameters);
  if (problem.empty()) problem = Unsupported(prepared->columns);
  if (!problem.empty()) {
    return connection.Broken(Fault::kStatement, "\"" + statement.text + "\": " + problem);
  }
  statement.prepared = std::move(*prepared);
  return Ok();
}

Status StatementList::Refused(CassandraConnection& connection, Statement& statement,
                              std::string_view body, bool makes_marks) {
  const auto error = ReadError(body);
  if (!error) return connection.Broken(Fault::kProtocol, "an error that can't be read");
  const bool invalid = error->code == ErrorCode::kInvalid || error->code == ErrorCode::kConfig;
  const std::string marks = MarksTableStatement(statement.text);
  // A keyspace that is missing is not for us to make.
  const bool no_table = invalid && error->message.find("sluice_marks") != std::string_view::npos;
  if (makes_marks && no_table && !marks.empty()) {
    SLUICE_TRY(MakeMarksTable(connection, marks));
    return PrepareOne(connection, statement, false);
  }
  Fault fault = FaultOfCode(error->code);
  if (fault == Fault::kData || invalid) fault = Fault::kStatement;
  std::string what = "can't prepare \"" + statement.text;
  what += "\": ";
  return connection.Broken(fault, what += error->message);
}

}  // namespace sluice::cassandra
