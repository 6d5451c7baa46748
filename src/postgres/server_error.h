#pragma once

#include <libpq-fe.h>

#include <string>

#include "postgres/postgres_fault.h"

namespace sluice {

/// What an error of the server says, without the statement: the SQLSTATE, the column, constraint,
/// parameter or table where it names one, and its message, such as "23502 column city: null value
/// ...". May quote the data.
std::string DetailOf(const PGresult* error);

PostgresFault FaultOf(const PGresult* error);

/// True if the server ends the connection with it.
bool EndsSession(const PGresult* error);

}  // namespace sluice
