#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cassandra/cql_type.h"
#include "sluice/cell.h"

namespace sluice::cassandra {

enum class Consistency : std::uint16_t { kOne = 1, kQuorum = 4, kAll = 5, kLocalQuorum = 6 };

/// What the server said when a statement was prepared.
struct PreparedStatement {
  std::string id;
  std::vector<CqlColumn> parameters;
  std::vector<CqlColumn> columns;  ///< Of its rows; empty for a statement that writes.
};

/// A prepared statement and its values, one a parameter.
struct PreparedValues {
  const PreparedStatement* statement;
  std::span<const Cell> values;
};

// Each appends one frame; the stream is set when it is sent (cql_frame.h).

void AppendStartup(std::string& out);
void AppendOptions(std::string& out);
/// SASL PLAIN, as the PasswordAuthenticator takes it.
void AppendPasswordResponse(std::string& out, std::string_view user, std::string_view password);
void AppendPrepare(std::string& out, std::string_view statement);
/// A statement without parameters, such as one that makes a table.
void AppendQuery(std::string& out, std::string_view statement, Consistency consistency);

/// An EXECUTE of one statement, a logged BATCH of several. The timestamp, in microseconds, is that
/// of writes that don't say theirs. Returns what does not fit its parameter, or "".
std::string AppendStatements(std::string& out, std::span<const PreparedValues> statements,
                             Consistency consistency, std::int64_t timestamp);

}  // namespace sluice::cassandra
