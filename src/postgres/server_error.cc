#include "postgres/server_error.h"

#include <algorithm>
#include <string_view>

namespace sluice {
namespace {

std::string_view FieldOf(const PGresult* error, int field) {
  const char* text = PQresultErrorField(error, field);
  return text != nullptr ? text : std::string_view();
}

/// "parameter $7" of "unnamed portal parameter $7 = '...'": a value that the server could not read
/// belongs to no column yet.
std::string_view ParameterIn(std::string_view context) {
  constexpr std::string_view kBefore = "parameter $";
  const std::size_t at = context.rfind(kBefore);
  if (at == std::string_view::npos) return {};
  const std::size_t digits = at + kBefore.size();
  const std::size_t end = std::min(context.find_first_not_of("0123456789", digits), context.size());
  return context.substr(at, end - at);
}

std::string PlaceOf(const PGresult* error) {
  struct Named {
    int field;
    const char* kind;
  };
  for (const Named& named :
       {Named{PG_DIAG_COLUMN_NAME, "column "}, Named{PG_DIAG_CONSTRAINT_NAME, "constraint "},
        Named{PG_DIAG_DATATYPE_NAME, "type "}}) {
    const std::string_view name = FieldOf(error, named.field);
    if (!name.empty()) return std::string(named.kind).append(name);
  }
  const std::string_view parameter = ParameterIn(FieldOf(error, PG_DIAG_CONTEXT));
  if (!parameter.empty()) return std::string(parameter);
  const std::string_view table = FieldOf(error, PG_DIAG_TABLE_NAME);
  return table.empty() ? "" : std::string("table ").append(table);
}

}  // namespace

std::string DetailOf(const PGresult* error) {
  std::string text(FieldOf(error, PG_DIAG_SQLSTATE));
  if (text.empty()) {
    // It is libpq's own, about the connection.
    const std::string_view said = PQresultErrorMessage(error);
    return std::string(said.substr(0, said.find('\n')));
  }
  if (const std::string place = PlaceOf(error); !place.empty()) text.append(" ").append(place);
  text.append(": ").append(FieldOf(error, PG_DIAG_MESSAGE_PRIMARY));
  const std::string_view more = FieldOf(error, PG_DIAG_MESSAGE_DETAIL);
  if (!more.empty()) text.append(" (").append(more).append(")");
  return text;
}

PostgresFault FaultOf(const PGresult* error) {
  const std::string_view state = FieldOf(error, PG_DIAG_SQLSTATE);
  return state.empty() ? PostgresFault::kConnectionLost : FaultOfState(state);
}

bool EndsSession(const PGresult* error) {
  const std::string_view severity = FieldOf(error, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity.empty() || severity == "FATAL" || severity == "PANIC";
}

}  // namespace sluice
