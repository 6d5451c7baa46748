#include "cassandra/cql_request.h"

#include <cstddef>

#include "cassandra/cql_bytes.h"
#include "cassandra/cql_frame.h"
#include "cassandra/cql_value.h"

namespace sluice::cassandra {
namespace {

constexpr std::uint8_t kHasValues = 0x01;
constexpr std::uint8_t kHasTimestamp = 0x20;
constexpr std::uint8_t kLogged = 0;
constexpr std::uint8_t kPrepared = 1;

std::string AppendValues(std::string& out, const PreparedValues& bound) {
  const std::vector<CqlColumn>& parameters = bound.statement->parameters;
  if (bound.values.size() != parameters.size()) {
    std::string problem = std::to_string(bound.values.size());
    problem += " values for ";
    problem += std::to_string(parameters.size());
    return problem += " parameters";
  }
  AppendShort(out, static_cast<std::uint16_t>(parameters.size()));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string problem = AppendValue(out, parameters[i].type, bound.values[i]);
    if (!problem.empty()) return "column " + parameters[i].name + ": " + problem;
  }
  return {};
}

std::string AppendExecute(std::string& out, const PreparedValues& bound, Consistency consistency,
                          std::int64_t timestamp) {
  const std::size_t begun = BeginFrame(out, Opcode::kExecute);
  AppendString(out, bound.statement->id);
  AppendShort(out, static_cast<std::uint16_t>(consistency));
  // No page size: all rows come in one response.
  AppendByte(out, kHasValues | kHasTimestamp);
  std::string problem = AppendValues(out, bound);
  AppendLong(out, timestamp);
  EndFrame(out, begun);
  return problem;
}

std::string AppendBatch(std::string& out, std::span<const PreparedValues> statements,
                        Consistency consistency, std::int64_t timestamp) {
  const std::size_t begun = BeginFrame(out, Opcode::kBatch);
  AppendByte(out, kLogged);
  AppendShort(out, static_cast<std::uint16_t>(statements.size()));
  for (const PreparedValues& bound : statements) {
    AppendByte(out, kPrepared);
    AppendString(out, bound.statement->id);
    if (std::string problem = AppendValues(out, bound); !problem.empty()) return problem;
  }
  AppendShort(out, static_cast<std::uint16_t>(consistency));
  AppendByte(out, kHasTimestamp);
  AppendLong(out, timestamp);
  EndFrame(out, begun);
  return {};
}

}  // namespace

void AppendStartup(std::string& out) {
  const std::size_t begun = BeginFrame(out, Opcode::kStartup);
  AppendShort(out, 2);
  AppendString(out, "CQL_VERSION");
  AppendString(out, "3.0.0");
  AppendString(out, "DRIVER_NAME");
  AppendString(out, "sluice");
  EndFrame(out, begun);
}

void AppendOptions(std::string& out) { EndFrame(out, BeginFrame(out, Opcode::kOptions)); }

void AppendPasswordResponse(std::string& out, std::string_view user, std::string_view password) {
  const std::size_t begun = BeginFrame(out, Opcode::kAuthResponse);
  std::string token(1, '\0');
  token.append(user).append(1, '\0').append(password);
  AppendLongString(out, token);
  EndFrame(out, begun);
}

void AppendPrepare(std::string& out, std::string_view statement) {
  const std::size_t begun = BeginFrame(out, Opcode::kPrepare);
  AppendLongString(out, statement);
  EndFrame(out, begun);
}

void AppendQuery(std::string& out, std::string_view statement, Consistency consistency) {
  const std::size_t begun = BeginFrame(out, Opcode::kQuery);
  AppendLongString(out, statement);
  AppendShort(out, static_cast<std::uint16_t>(consistency));
  AppendByte(out, 0);
  EndFrame(out, begun);
}

std::string AppendStatements(std::string& out, std::span<const PreparedValues> statements,
                             Consistency consistency, std::int64_t timestamp) {
  if (statements.size() == 1) {
    return AppendExecute(out, statements[0], consistency, timestamp);
  }
  if (statements.empty() || statements.size() > 0xFFFF) {
    return "a request of " + std::to_string(statements.size()) + " statements";
  }
  return AppendBatch(out, statements, consistency, timestamp);
}

}  // namespace sluice::cassandra
