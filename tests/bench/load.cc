// Puts telemetry on a Kafka topic for scripts/bench.
//   load fill  BROKERS TOPIC EVENTS.ndjson COUNT [PARTITIONS] [CODEC] [FIRST]
//     Writes COUNT events as fast as the broker takes them.
//   load paced BROKERS IN_TOPIC OUT_TOPIC EVENTS.ndjson RATE SECONDS [WARM_UP_SECONDS]
//     Writes RATE events per second to one partition and reads them, committed ones only, from the
//     other topic. Prints how long each took from the call that sent it to the one that got it.
// Output: one line of JSON.
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/fresh_events.h"
#include "bench/kafka_client.h"

namespace sluice::bench {
namespace {

using Clock = std::chrono::steady_clock;
void DieIfFailed(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Die(std::string("writing: ") + rd_kafka_err2str(message->err));
  }
}

/// Writes copies of what it is given.
class Writer {
 public:
  Writer(const std::string& brokers, const std::string& topic, const std::string& codec,
         const std::string& linger_ms)
      : client_(MakeClient(RD_KAFKA_PRODUCER, brokers,
                           {{"linger.ms", linger_ms},
                            {"compression.codec", codec},
                            {"batch.size", "1000000"},
                            {"message.max.bytes", "33554432"},
                            {"queue.buffering.max.messages", "200000"},
                            {"enable.idempotence", "true"}},
                           DieIfFailed)),
        topic_(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr)) {}
  ~Writer() { rd_kafka_topic_destroy(topic_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void Write(std::string_view value, std::int32_t partition) {
    while (rd_kafka_produce(topic_, partition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                            value.size(), nullptr, 0, nullptr) == -1) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        Die(rd_kafka_err2str(rd_kafka_last_error()));
      }
      rd_kafka_poll(client_.get(), 10);
    }
  }
  void Serve() { rd_kafka_poll(client_.get(), 0); }
  void Flush() {
    if (rd_kafka_flush(client_.get(), 120'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      Die("not everything could be written within two minutes");
    }
  }

 private:
  Client client_;
  rd_kafka_topic_t* topic_;
};

FreshEvents ReadEvents(const char* path) {
  std::optional<FreshEvents> events = FreshEvents::Read(path);
  if (!events) Die(std::string("no events in ") + path);
  return *std::move(events);
}

double Seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

int Fill(int argc, char** argv) {
  FreshEvents events = ReadEvents(argv[4]);
  const std::int64_t count = std::atoll(argv[5]);
  const int partitions = argc > 6 ? std::atoi(argv[6]) : 1;
  const std::int64_t first = argc > 8 ? std::atoll(argv[8]) : 0;
  Writer writer(argv[2], argv[3], argc > 7 ? argv[7] : "none", "20");
  const Clock::time_point start = Clock::now();
  std::int64_t bytes = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string_view event = events.Make(first + i);
    bytes += static_cast<std::int64_t>(event.size());
    writer.Write(event, static_cast<std::int32_t>(i % partitions));
    if (i % 1000 == 0) writer.Serve();
  }
  writer.Flush();
  std::printf("{\"events\": %lld, \"mean_bytes\": %.1f, \"seconds\": %.3f}\n",
              static_cast<long long>(count),
              static_cast<double>(bytes) / static_cast<double>(count),
              Seconds(Clock::now() - start));
  return 0;
}

/// When each event was sent, and how long the ones that came out took.
class Latencies {
 public:
  explicit Latencies(std::size_t count) : sent_(count), taken_ms_() { taken_ms_.reserve(count); }

  void Sent(std::int64_t number) {
    sent_[static_cast<std::size_t>(number)].store(Now(), std::memory_order_release);
  }
  /// Called by one thread. Events before `first` only warm up.
  void Arrived(std::int64_t number, std::int64_t first) {
    const auto at = static_cast<std::size_t>(number);
    if (number < first || at >= sent_.size()) return;
    const std::int64_t sent = sent_[at].load(std::memory_order_acquire);
    if (sent > 0) taken_ms_.push_back(static_cast<double>(Now() - sent) / 1e6);
  }
  [[nodiscard]] std::size_t arrived() const { return taken_ms_.size(); }
  /// Of the sorted latencies.
  [[nodiscard]] double Quantile(double share) const {
    if (taken_ms_.empty()) return -1;
    const auto last = static_cast<double>(taken_ms_.size() - 1);
    return taken_ms_[static_cast<std::size_t>(share * last)];
  }
  void Sort() { std::sort(taken_ms_.begin(), taken_ms_.end()); }

 private:
  static std::int64_t Now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
        .count();
  }

  std::vector<std::atomic<std::int64_t>> sent_;
  std::vector<double> taken_ms_;
};

/// Reads the topic until nothing has come for a while after `done`.
void Measure(rd_kafka_t* client, std::int64_t first, const std::atomic<bool>& done,
             Latencies& latencies) {
  constexpr std::chrono::seconds kQuiet{3};
  Clock::time_point last = Clock::now();
  while (!done || Clock::now() - last < kQuiet) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client, 50);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const auto number =
          FreshEvents::NumberOf({static_cast<const char*>(message->payload), message->len});
      if (number) latencies.Arrived(*number, first);
      last = Clock::now();
    } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      Die(std::string("reading: ") + rd_kafka_message_errstr(message));
    }
    rd_kafka_message_destroy(message);
  }
}

Client MakeReader(const std::string& brokers, const std::string& topic) {
  Client client = MakeClient(RD_KAFKA_CONSUMER, brokers,
                             {{"group.id", "sluice-bench-load"},
                              {"isolation.level", "read_committed"},
                              {"enable.auto.commit", "false"},
                              {"auto.offset.reset", "earliest"},
                              {"fetch.wait.max.ms", "50"},
                              {"fetch.error.backoff.ms", "5"}});
  rd_kafka_poll_set_consumer(client.get());
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(client.get(), list);
  rd_kafka_topic_partition_list_destroy(list);
  return client;
}

/// Sends every millisecond what is due by then; returns the time that it took.
double Pace(Writer& writer, FreshEvents& events, std::int64_t count, double rate,
            Latencies& latencies) {
  const Clock::time_point start = Clock::now();
  for (std::int64_t number = 0; number < count;) {
    const auto due =
        std::min(count, static_cast<std::int64_t>(Seconds(Clock::now() - start) * rate) + 1);
    for (; number < due; ++number) {
      const std::string_view event = events.Make(number);
      latencies.Sent(number);
      writer.Write(event, 0);
    }
    writer.Serve();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const double seconds = Seconds(Clock::now() - start);
  writer.Flush();
  return seconds;
}

int Paced(int argc, char** argv) {
  FreshEvents events = ReadEvents(argv[5]);
  const double rate = std::atof(argv[6]);
  const double warm_up = argc > 8 ? std::atof(argv[8]) : 2;
  const auto first = static_cast<std::int64_t>(rate * warm_up);
  const auto count = first + static_cast<std::int64_t>(rate * std::atof(argv[7]));
  Latencies latencies(static_cast<std::size_t>(count));
  const Client reader = MakeReader(argv[2], argv[4]);
  Writer writer(argv[2], argv[3], "none", "1");
  std::atomic<bool> done = false;
  std::thread measuring([&] { Measure(reader.get(), first, done, latencies); });
  const double seconds = Pace(writer, events, count, rate, latencies);
  done = true;
  measuring.join();
  latencies.Sort();
  std::printf(
      "{\"sent\": %lld, \"arrived\": %zu, \"rate\": %.0f, \"p50_ms\": %.2f, \"p99_ms\": %.2f, "
      "\"p999_ms\": %.2f, \"max_ms\": %.2f}\n",
      static_cast<long long>(count - first), latencies.arrived(),
      static_cast<double>(count) / seconds, latencies.Quantile(0.5), latencies.Quantile(0.99),
      latencies.Quantile(0.999), latencies.Quantile(1));
  return 0;
}

int Run(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "fill" && argc >= 6) return Fill(argc, argv);
  if (verb == "paced" && argc >= 8) return Paced(argc, argv);
  Die("usage: load fill BROKERS TOPIC EVENTS COUNT [PARTITIONS] [CODEC] [FIRST]\n"
      "       load paced BROKERS IN_TOPIC OUT_TOPIC EVENTS RATE SECONDS [WARM_UP_SECONDS]");
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) { return sluice::bench::Run(argc, argv); }
