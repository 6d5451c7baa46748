#include "kafka/metrics.h"

#include <utility>
#include <vector>

#include "kafka/errors.h"

namespace sluice::kafka {
namespace {

const std::vector<double> kSecondBuckets{0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15};

}  // namespace

SourceMetrics::SourceMetrics(MetricsRegistry& registry)
    : rebalances(registry.CounterOf("sluice_kafka_rebalances_total",
                                    "Times that partitions were given or taken.", {})),
      received_records(registry.CounterOf("sluice_kafka_received_records_total",
                                          "Records handed out by the Kafka source.", {})),
      received_bytes(registry.CounterOf("sluice_kafka_received_bytes_total",
                                        "Value bytes handed out by the Kafka source.", {})),
      rewinds(registry.CounterOf("sluice_kafka_rewinds_total",
                                 "Times that the source went back to its committed offsets.", {})),
      registry_(registry) {}

std::shared_ptr<Gauge> SourceMetrics::Lag(std::string_view topic, int partition) {
  return registry_.LeaseGauge(
      "sluice_consumer_lag_records",
      "Offsets between the committed one and the end of the partition; 0 once all is read, also "
      "behind the markers of transactions.",
      {{"topic", std::string(topic)}, {"partition", std::to_string(partition)}});
}

SinkMetrics::SinkMetrics(MetricsRegistry& registry)
    : sent_records(registry.CounterOf("sluice_kafka_sent_records_total",
                                      "Records given to the producer, aborted ones included.", {})),
      sent_bytes(registry.CounterOf(
          "sluice_kafka_sent_bytes_total",
          "Key and value bytes given to the producer, aborted ones included.", {})),
      aborts(registry.CounterOf("sluice_kafka_aborts_total", "Transactions aborted.", {})),
      recreations(registry.CounterOf("sluice_kafka_producer_recreations_total",
                                     "Producers replaced by a new one.", {})),
      fencings(registry.CounterOf("sluice_kafka_fencings_total",
                                  "Producers fenced by the broker or by another producer.", {})),
      commit_seconds(registry.HistogramOf(
          "sluice_kafka_commit_duration_seconds",
          "Time from the last record given to the producer to the end of the commit.", {},
          kSecondBuckets)) {}

ErrorMetrics::ErrorMetrics(MetricsRegistry& registry, std::string client)
    : registry_(registry), client_(std::move(client)) {}

void ErrorMetrics::Count(int code) {
  Counter*& counter = counters_[code];
  if (counter == nullptr) {
    counter = &registry_.CounterOf("sluice_kafka_errors_total",
                                   "Errors that the Kafka client library reported.",
                                   {{"client", client_}, {"error", CodeName(code)}});
  }
  counter->Increment();
}

}  // namespace sluice::kafka
