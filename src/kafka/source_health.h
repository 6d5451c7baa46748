#pragma once

#include <chrono>
#include <optional>

#include "kafka/client_events.h"
#include "kafka/handles.h"
#include "kafka/settings.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// Remembers what keeps all of a consumer from getting records, and finds out when it is over: the
/// library reports each of these once and then says nothing. Costs nothing while all is well. One
/// thread.
class SourceHealth {
 public:
  SourceHealth(const KafkaSourceSettings& settings, ClientEvents& events)
      : settings_(settings), events_(events) {}

  /// A source topic is gone.
  void NoteMissingTopic() { topic_missing_ = true; }

  /// kUnavailable for as long as that holds, or no broker answers.
  Status Check(rd_kafka_s* consumer);

 private:
  Status AskAgain(rd_kafka_s* consumer);

  const KafkaSourceSettings& settings_;
  ClientEvents& events_;
  bool topic_missing_ = false;
  std::chrono::steady_clock::time_point next_check_;
  std::optional<Error> last_;
};

}  // namespace sluice::kafka
