#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cassandra/cassandra_connection.h"
#include "cassandra/cql_request.h"
#include "sluice/row_store.h"

namespace sluice::cassandra {

/// The statements of a store, and what the node in use said of them.
///
/// Calls that prepare need a connection on which nothing else is outstanding; it is closed by an
/// error (as of CassandraConnection::Broken).
class StatementList {
 public:
  StatementId Add(std::string text);

  [[nodiscard]] std::size_t size() const { return statements_.size(); }
  [[nodiscard]] const PreparedStatement& prepared(StatementId id) const {
    return statements_[id].prepared;
  }

  /// Prepares all of them. A table sluice_marks that is missing is made.
  Status Prepare(CassandraConnection& connection);

  /// Prepares again the one that the node has forgotten, by its prepared id. True if what was bound
  /// to it before may be sent again as it is; false if its table has changed.
  Result<bool> PrepareAgain(CassandraConnection& connection, std::string_view id);

 private:
  struct Statement {
    std::string text;
    PreparedStatement prepared;
  };

  Status PrepareOne(CassandraConnection& connection, Statement& statement, bool makes_marks);
  Status Refused(CassandraConnection& connection, Statement& statement, std::string_view body,
                 bool makes_marks);

  std::vector<Statement> statements_;
};

}  // namespace sluice::cassandra
