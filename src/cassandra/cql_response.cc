#include "cassandra/cql_response.h"

namespace sluice::cassandra {
namespace {

enum Flag : std::int32_t { kGlobalTable = 1, kMorePages = 2, kNoMetadata = 4 };

void SkipTable(CqlReader& reader) {
  reader.String();  // Keyspace.
  reader.String();  // Table.
}

/// The columns behind their number and the flags.
std::vector<CqlColumn> ReadColumns(CqlReader& reader, std::int32_t flags, std::int32_t count) {
  std::vector<CqlColumn> columns;
  const bool global = (flags & kGlobalTable) != 0;
  if (global) SkipTable(reader);
  for (; count > 0 && !reader.failed(); --count) {
    if (!global) SkipTable(reader);
    CqlColumn& column = columns.emplace_back();
    column.name = reader.String();
    column.type = ReadType(reader);
  }
  return columns;
}

std::vector<CqlColumn> ReadResultMetadata(CqlReader& reader) {
  const std::int32_t flags = reader.Int();
  const std::int32_t count = reader.Int();
  if ((flags & kMorePages) != 0) reader.Bytes();
  if ((flags & kNoMetadata) != 0) return {};
  return ReadColumns(reader, flags, count);
}

std::vector<CqlColumn> ReadParameters(CqlReader& reader) {
  const std::int32_t flags = reader.Int();
  const std::int32_t count = reader.Int();
  for (std::int32_t keys = reader.Int(); keys > 0 && !reader.failed(); --keys) reader.Short();
  if ((flags & kNoMetadata) != 0) return {};
  return ReadColumns(reader, flags, count);
}

}  // namespace

std::optional<ErrorResponse> ReadError(std::string_view body) {
  CqlReader reader(body);
  ErrorResponse error;
  error.code = static_cast<ErrorCode>(reader.Int());
  error.message = reader.String();
  if (error.code == ErrorCode::kUnprepared) error.unprepared = reader.ShortBytes();
  if (reader.failed()) return std::nullopt;
  return error;
}

std::optional<ResultKind> TakeResultKind(std::string_view& body) {
  CqlReader reader(body);
  const std::int32_t kind = reader.Int();
  body = reader.rest();
  if (reader.failed() || kind < 1 || kind > 5) return std::nullopt;
  return static_cast<ResultKind>(kind);
}

std::optional<RowsResponse> ReadRows(std::string_view body) {
  CqlReader reader(body);
  RowsResponse rows;
  rows.columns = ReadResultMetadata(reader);
  const std::int32_t count = reader.Int();
  // A value takes four bytes at least: a number of rows that can't be right is not believed.
  const std::size_t most =
      rows.columns.empty() ? 0 : reader.rest().size() / 4 / rows.columns.size();
  if (reader.failed() || count < 0 || static_cast<std::size_t>(count) > most) return std::nullopt;
  rows.rows = static_cast<std::size_t>(count);
  rows.values = reader;
  return rows;
}

std::optional<PreparedStatement> ReadPrepared(std::string_view body) {
  CqlReader reader(body);
  PreparedStatement statement;
  statement.id = reader.ShortBytes();
  statement.parameters = ReadParameters(reader);
  statement.columns = ReadResultMetadata(reader);
  if (reader.failed() || statement.id.empty()) return std::nullopt;
  return statement;
}

std::optional<std::string_view> ReadAuthenticator(std::string_view body) {
  CqlReader reader(body);
  const std::string_view name = reader.String();
  if (reader.failed()) return std::nullopt;
  return name;
}

}  // namespace sluice::cassandra
