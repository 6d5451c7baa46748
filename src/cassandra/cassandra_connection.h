#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "cassandra/cassandra_fault.h"
#include "cassandra/cassandra_metrics.h"
#include "cassandra/cassandra_settings.h"
#include "cassandra/cql_frame.h"
#include "cassandra/tls_session.h"
#include "sluice/result.h"

namespace sluice::cassandra {

/// One connection to one node: dials, starts TLS, logs in, and carries frames both ways.
///
/// After a failed call the connection is closed, so that a late response can't be taken for the
/// answer to a later request; Open makes a new one, once. Which frames go under which stream, and
/// what they say, is the caller's.
///
/// Threading: one owner, one thread. `metrics` must outlive it.
class CassandraConnection {
 public:
  /// `stop` ends an Open under way, and the calls up to Accept.
  CassandraConnection(CassandraSettings settings, CassandraMetrics& metrics, std::stop_token stop);
  ~CassandraConnection();
  CassandraConnection(const CassandraConnection&) = delete;
  CassandraConnection& operator=(const CassandraConnection&) = delete;

  /// Connects to the node and logs in. kUnavailable: it is away, or not able to serve.
  /// kInvalidConfig: user or password are refused, and never were taken before (see Accept).
  Status Open(const ContactPoint& node);
  void Close();
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  /// The connection is complete. From now on refusals count as kUnavailable: the configuration was
  /// right once, so that what changed is outside.
  void Accept() { accepted_ = complete_ = true; }

  /// Takes a frame to be written, and hands to the system what it takes now.
  Status Write(std::string_view frame);
  /// Waits for the next response, and writes on meanwhile; its body is valid until the next call.
  /// kUnavailable: the connection is lost, or nothing went either way for `timeout`.
  Status Read(Frame& frame);
  /// One request, and the answer to it. Nothing else may be outstanding.
  Status Call(std::string_view request, Frame& response);

  /// Counts a fault and makes it an Error: kInvalidConfig where waiting can't help and nothing was
  /// ever accepted, else kUnavailable. Leaves the connection open.
  Error Unusable(Fault fault, std::string_view what);
  /// The same, and closes.
  Error Broken(Fault fault, std::string_view what);

  [[nodiscard]] const CassandraSettings& settings() const { return settings_; }

 private:
  Status Dial();
  Status StartTls();
  Status StartUp();
  Status LogIn();
  /// Hands out what the system takes, and takes in what is there.
  Status Move(bool& moved);
  Status WriteSome(bool& moved);
  Status ReadSome(bool& moved);
  Status Wait(short events, std::chrono::steady_clock::time_point deadline);

  CassandraSettings settings_;
  CassandraMetrics& metrics_;
  std::stop_token stop_;
  ContactPoint node_;
  int fd_ = -1;
  std::unique_ptr<TlsSession> tls_;
  bool write_wants_read_ = false;  ///< TLS has to read before it can write, or the reverse.
  bool read_wants_write_ = false;
  FrameReader reader_;
  std::string unwritten_;
  std::size_t written_ = 0;  ///< Of unwritten_.
  bool accepted_ = false;
  bool complete_ = false;
};

}  // namespace sluice::cassandra
