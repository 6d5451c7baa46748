#include "cassandra/marks_table.h"

#include <cctype>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "cassandra/cql_response.h"

namespace sluice::cassandra {
namespace {

constexpr std::string_view kTable = ".sluice_marks";
constexpr std::chrono::milliseconds kPause{100};

bool IsNamePart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '"';
}

Status Query(CassandraConnection& connection, std::string_view statement, Consistency consistency,
             Frame& response) {
  std::string request;
  AppendQuery(request, statement, consistency);
  return connection.Call(request, response);
}

/// True if all versions that the statement selects are `version`, which the first one sets.
Result<bool> SameVersions(CassandraConnection& connection, std::string_view statement,
                          std::optional<std::string>& version) {
  Frame response;
  SLUICE_TRY(Query(connection, statement, Consistency::kOne, response));
  if (response.opcode != Opcode::kResult) return true;  // Nobody to ask.
  std::string_view body = response.body;
  if (TakeResultKind(body) != ResultKind::kRows) return true;
  auto rows = ReadRows(body);
  if (!rows || rows->columns.size() != 1) return true;
  for (std::size_t left = rows->rows; left > 0; --left) {
    const auto value = rows->values.Bytes();
    if (!value) continue;
    if (!version) version = std::string(*value);
    if (*version != *value) return false;
  }
  return true;
}

Result<bool> NodesAgree(CassandraConnection& connection) {
  std::optional<std::string> version;
  auto local = SameVersions(connection, "SELECT schema_version FROM system.local", version);
  if (!local || !local.value()) return local;
  return SameVersions(connection, "SELECT schema_version FROM system.peers", version);
}

}  // namespace

std::string MarksTableStatement(std::string_view about) {
  const std::size_t at = about.find(kTable);
  if (at == std::string_view::npos) return {};
  std::size_t begin = at;
  while (begin > 0 && IsNamePart(about[begin - 1])) --begin;
  std::string statement = "CREATE TABLE IF NOT EXISTS ";
  statement += about.substr(begin, at + kTable.size() - begin);
  return statement += " (job text, mark text, outcome text, PRIMARY KEY ((job, mark)))";
}

Status MakeMarksTable(CassandraConnection& connection, const std::string& statement) {
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  Frame response;
  SLUICE_TRY(Query(connection, statement, Consistency::kQuorum, response));
  if (response.opcode == Opcode::kError) {
    const auto error = ReadError(response.body);
    if (!error) return connection.Broken(Fault::kProtocol, "an error that can't be read");
    std::string what = "the table of marks is missing, and was not made (";
    what += error->message;
    what += "): ";
    const Fault fault = FaultOfCode(error->code);
    return connection.Broken(fault == Fault::kData ? Fault::kStatement : fault, what + statement);
  }
  const auto deadline = std::chrono::steady_clock::now() + connection.settings().timeout;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto agree = NodesAgree(connection);
    if (!agree) return agree.error();
    if (agree.value()) break;
    std::this_thread::sleep_for(kPause);
  }
  return Ok();
}

}  // namespace sluice::cassandra
