#pragma once

#include <string>
#include <string_view>

#include "cassandra/cassandra_connection.h"
#include "sluice/result.h"

namespace sluice::cassandra {

/// The statement that makes the table of marks (docs/adr/0011) that the statement is about, such as
/// "SELECT outcome FROM sunbird.sluice_marks WHERE ..."; empty if it is about another one.
std::string MarksTableStatement(std::string_view about);

/// Makes it and waits, for a while, until the nodes agree that it is there. One at a time in the
/// process: nodes that make the same table at once make two. Nothing else may be outstanding on the
/// connection, which is closed by an error.
Status MakeMarksTable(CassandraConnection& connection, const std::string& statement);

}  // namespace sluice::cassandra
