#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cassandra/cql_request.h"
#include "sluice/result.h"

namespace sluice::cassandra {

/// A node that is connected to.
struct ContactPoint {
  std::string host;
  int port = 9042;

  [[nodiscard]] std::string text() const;  ///< "db1:9042" or "[::1]:9042".
};

/// How to reach a cluster. Never print the password.
struct CassandraSettings {
  std::string where;  ///< Its place in the configuration, for errors; may be empty.
  std::vector<ContactPoint> contact_points;
  Consistency consistency = Consistency::kQuorum;
  std::string user;  ///< Empty: the cluster asks for none.
  std::string password;
  std::string password_file;  ///< Holds the password; read for every connection.

  bool tls = false;
  std::string ca_file;    ///< PEM file of trusted authorities; empty: those of the system.
  std::string cert_file;  ///< PEM files of the client's certificate and key; both or none.
  std::string key_file;

  /// Longest time for a connection to be made, and longest wait for any progress of a request.
  std::chrono::milliseconds timeout{5000};
  std::size_t max_frame = std::size_t{64} << 20;
};

/// "host", "host:port" or "[::1]:port". kInvalidConfig says what is wrong.
Result<ContactPoint> ParseContactPoint(std::string_view text);

}  // namespace sluice::cassandra
