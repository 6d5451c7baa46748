#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cassandra/cql_bytes.h"
#include "cassandra/cql_request.h"
#include "cassandra/cql_type.h"

namespace sluice::cassandra {

/// The codes of ERROR that matter (protocol v4, section 9).
enum class ErrorCode : std::int32_t {
  kServer = 0x0000,
  kProtocol = 0x000A,
  kCredentials = 0x0100,
  kUnavailable = 0x1000,
  kOverloaded = 0x1001,
  kBootstrapping = 0x1002,
  kTruncate = 0x1003,
  kWriteTimeout = 0x1100,
  kReadTimeout = 0x1200,
  kReadFailure = 0x1300,
  kFunctionFailure = 0x1400,
  kWriteFailure = 0x1500,
  kSyntax = 0x2000,
  kUnauthorized = 0x2100,
  kInvalid = 0x2200,
  kConfig = 0x2300,
  kAlreadyExists = 0x2400,
  kUnprepared = 0x2500,
};

struct ErrorResponse {
  ErrorCode code = ErrorCode::kServer;
  std::string_view message;
  std::string_view unprepared;  ///< Id of the statement, of kUnprepared.
};

enum class ResultKind : std::int32_t {
  kVoid = 1,
  kRows = 2,
  kKeyspace = 3,
  kPrepared = 4,
  kSchemaChange = 5,
};

/// The rows of a RESULT: `values` has rows x columns of [bytes], to be read with ReadValue.
struct RowsResponse {
  std::vector<CqlColumn> columns;
  std::size_t rows = 0;
  CqlReader values;
};

// Each reads the body of a response; nullopt where it is not what it should be.

std::optional<ErrorResponse> ReadError(std::string_view body);
/// Takes the kind off the front.
std::optional<ResultKind> TakeResultKind(std::string_view& body);
std::optional<RowsResponse> ReadRows(std::string_view body);
std::optional<PreparedStatement> ReadPrepared(std::string_view body);
/// The class that an AUTHENTICATE names.
std::optional<std::string_view> ReadAuthenticator(std::string_view body);

}  // namespace sluice::cassandra
