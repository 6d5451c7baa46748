#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "kafka/handles.h"
#include "kafka/metrics.h"
#include "kafka/settings.h"

namespace sluice::kafka {

/// A message of the library without what it quotes of a property that may hold a secret.
std::string WithoutSecrets(std::string_view text);

/// The opaque of one client: receives its log lines and errors. Must outlive the client.
/// Errors arrive on the worker's thread (while it polls), log lines on any.
class ClientEvents {
 public:
  /// `owner` is for the callbacks of the client's owner (see OwnerOf).
  ClientEvents(MetricsRegistry& registry, std::string client, LogSink log, void* owner);

  /// Points the client-to-be at this object.
  void Install(rd_kafka_conf_s* conf);

  /// The object given as `owner`.
  [[nodiscard]] void* owner() const { return owner_; }

  /// Set while all brokers are down, until ClearBrokersDown.
  [[nodiscard]] bool brokers_down() const { return brokers_down_; }
  void ClearBrokersDown() { brokers_down_ = false; }
  /// The last error about connections ("" if none): why a broker does not answer.
  [[nodiscard]] const std::string& last_error() const { return last_error_; }

  /// The partition whose registration with a transaction the brokers refused last, in the library's
  /// words, which its error leaves out; "" if none. Cleared by the call.
  std::string TakeRefusedPartition();

  /// Counts and logs an error that came in another way than through the error callback.
  void Note(int code, const std::string& text);
  /// No log line is passed on from now on.
  void Mute() { muted_ = true; }
  void Log(int level, std::string_view facility, std::string_view text) const;

 private:
  static void OnError(rd_kafka_s* client, int code, const char* reason, void* opaque);
  static void OnLog(const rd_kafka_s* client, int level, const char* facility, const char* text);

  ErrorMetrics errors_;
  LogSink log_;
  void* owner_;
  bool brokers_down_ = false;
  std::string last_error_;
  std::atomic<bool> muted_{false};
  mutable std::mutex mutex_;
  mutable std::string refused_partition_;
};

}  // namespace sluice::kafka
