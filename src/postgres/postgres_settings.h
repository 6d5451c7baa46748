#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// One server of a URL.
struct PostgresHost {
  std::string host;  ///< A name, an address, or the directory of a Unix socket ("/run/postgresql").
  int port = 5432;

  [[nodiscard]] bool is_socket() const { return host.starts_with('/') || host.starts_with('@'); }
  [[nodiscard]] std::string text() const;  ///< "db1:5432", "[::1]:5432" or "/run/postgresql:5432".
};

/// How to reach one database. Never print the password or `options`: print Address().
struct PostgresSettings {
  std::string where;  ///< Its place in the configuration, for errors; may be empty.
  std::vector<PostgresHost> hosts;
  std::string database;  ///< Empty: the one that has the user's name.
  std::string user;      ///< Empty: that of the process.
  std::string password;
  std::string password_file;  ///< Holds the password; read for every connection.

  std::string tls_mode;   ///< As libpq's sslmode; empty: the URL's, else "prefer".
  std::string ca_file;    ///< PEM file of trusted authorities.
  std::string cert_file;  ///< PEM files of the client's certificate and key; both or none.
  std::string key_file;
  std::vector<std::pair<std::string, std::string>> options;  ///< The URL's further parameters.

  /// Longest time for making a connection, and longest wait without any progress of a statement.
  std::chrono::milliseconds timeout{5000};

  /// "postgresql://db1:5432,db2:5432/analytics": for messages, without user and password.
  [[nodiscard]] std::string Address() const;
};

/// Reads "postgresql://[user[:password]@]host[:port][,host[:port]...][/database][?parameter=value]"
/// with the parameters of libpq; `?host=/directory` names a Unix socket.
///
/// kInvalidConfig: the URL has another form, or a parameter that a key of the store stands for. The
/// message doesn't show the user or the password.
Result<PostgresSettings> ParsePostgresUrl(std::string_view url);

}  // namespace sluice
