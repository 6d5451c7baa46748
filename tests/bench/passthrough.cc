// What the client library alone needs for the work that the main job does on Kafka: every record of
// a topic of one partition is written, unread but for its eid and did, to one or two others.
//   own_passthrough BROKERS GROUP IN_TOPIC PREFIX eos|alo CODEC EVENTS_PER_TRANSACTION COUNT
// eos: exactly once, a transaction per EVENTS_PER_TRANSACTION events or 50 ms.
// alo: at least once, offsets committed every second as far as all records are acknowledged.
// Ends after COUNT events. Output: one line of JSON.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bench/kafka_client.h"

namespace sluice::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTimeoutMs = 30'000;
constexpr std::chrono::milliseconds kLongestBatch{50};
constexpr std::size_t kLargestRound = 2000;

/// Events whose offsets are committed together.
struct Batch {
  std::int64_t end = 0;  ///< The offset after the last.
  std::size_t events = 0;
  std::size_t open = 0;  ///< Events that are not acknowledged on every topic.
};

/// A consumed message, kept until its last delivery report: its payload is produced without a copy.
struct Held {
  rd_kafka_message_t* message;
  Batch* batch;
  int reports;
};

void Delivered(rd_kafka_t*, const rd_kafka_message_t* report, void*) {
  if (report->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Die(std::string("writing: ") + rd_kafka_err2str(report->err));
  }
  auto* held = static_cast<Held*>(report->_private);
  if (--held->reports > 0) return;
  --held->batch->open;
  rd_kafka_message_destroy(held->message);
  delete held;
}

void DieIf(rd_kafka_error_t* error) {
  if (error != nullptr) Die(rd_kafka_error_string(error));
}

/// The string member `name`, found by its bytes within the first `room` of them; empty if none.
std::string_view Member(std::string_view event, std::string_view name, std::size_t room) {
  const std::string mark = "\"" + std::string(name) + "\":\"";
  const std::size_t at = event.substr(0, room).find(mark);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + mark.size();
  return event.substr(begin, event.find('"', begin) - begin);
}

class Passthrough {
 public:
  explicit Passthrough(char** argv)
      : in_(argv[3]),
        prefix_(argv[4]),
        exactly_once_(std::string(argv[5]) == "eos"),
        largest_(std::strtoul(argv[7], nullptr, 10)),
        consumer_(MakeConsumer(argv)),
        producer_(MakeProducer(argv)) {
    rd_kafka_poll_set_consumer(consumer_.get());
    if (exactly_once_) DieIf(rd_kafka_init_transactions(producer_.get(), kTimeoutMs));
    rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, in_.c_str(), RD_KAFKA_PARTITION_UA);
    if (rd_kafka_subscribe(consumer_.get(), topics) != RD_KAFKA_RESP_ERR_NO_ERROR) Die("subscribe");
    rd_kafka_topic_partition_list_destroy(topics);
    queue_ = rd_kafka_queue_get_consumer(consumer_.get());
  }

  /// Until `count` events are committed; the seconds since the first came.
  double Run(std::size_t count) {
    while (done_ < count) {
      Batch& batch = batches_.emplace_back();
      Fill(batch, count - done_);
      done_ += batch.events;
      if (exactly_once_ && batch.events > 0) Commit(batch);
      Settle();
    }
    rd_kafka_flush(producer_.get(), kTimeoutMs);
    Settle();
    if (!exactly_once_) rd_kafka_commit(consumer_.get(), nullptr, 0);
    return std::chrono::duration<double>(Clock::now() - first_).count();
  }

  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  Client MakeConsumer(char** argv) const {
    return MakeClient(RD_KAFKA_CONSUMER, argv[1],
                      {{"group.id", argv[2]},
                       {"auto.offset.reset", "earliest"},
                       {"isolation.level", "read_committed"},
                       {"enable.auto.commit", exactly_once_ ? "false" : "true"},
                       {"auto.commit.interval.ms", "1000"},
                       {"enable.auto.offset.store", "false"},
                       {"check.crcs", "true"},
                       {"fetch.wait.max.ms", "50"},
                       {"fetch.message.max.bytes", "4194304"},
                       {"queued.max.messages.kbytes", "65536"}});
  }

  Client MakeProducer(char** argv) const {
    Options options = {{"enable.idempotence", "true"},  {"linger.ms", "5"},
                       {"compression.codec", argv[6]},  {"batch.size", "1000000"},
                       {"batch.num.messages", "10000"}, {"queue.buffering.max.messages", "400000"}};
    if (exactly_once_) options.emplace_back("transactional.id", std::string(argv[2]) + "-own");
    return MakeClient(RD_KAFKA_PRODUCER, argv[1], options, Delivered);
  }

  rd_kafka_topic_t* Topic(const char* name) const {
    return rd_kafka_topic_new(producer_.get(), (prefix_ + name).c_str(), nullptr);
  }

  /// Until it is full, has waited for long enough, or holds the last event.
  void Fill(Batch& batch, std::size_t wanted) {
    const std::size_t most = std::min(largest_, wanted);
    const Clock::time_point end = Clock::now() + kLongestBatch;
    while (batch.events < most && Clock::now() < end) {
      std::vector<rd_kafka_message_t*>& round = round_;
      round.resize(std::min(most - batch.events, kLargestRound));
      const ssize_t got = rd_kafka_consume_batch_queue(queue_, 5, round.data(), round.size());
      for (ssize_t i = 0; i < got; ++i) Pass(round[static_cast<std::size_t>(i)], batch);
      rd_kafka_poll(producer_.get(), 0);
    }
  }

  void Pass(rd_kafka_message_t* message, Batch& batch) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_message_destroy(message);
      return;
    }
    if (written_ == 0) first_ = Clock::now();
    if (exactly_once_ && batch.events == 0) DieIf(rd_kafka_begin_transaction(producer_.get()));
    ++batch.events;
    ++batch.open;
    batch.end = message->offset + 1;
    const std::string_view event(static_cast<const char*>(message->payload), message->len);
    const std::string_view eid = Member(event, "eid", 48);
    const std::string_view did = Member(event, "did", event.size());
    const bool single = eid == "LOG" || eid == "ERROR";
    auto* held = new Held{message, &batch, single ? 1 : 2};
    if (single) {
      Write(eid == "LOG" ? log_ : error_, did, held);
      return;
    }
    // Not touched after its last record is handed over.
    Write(eid == "INTERACT" || eid == "IMPRESSION" ? secondary_ : primary_, did, held);
    Write(unique_, did, held);
  }

  void Write(rd_kafka_topic_t* topic, std::string_view key, Held* held) {
    ++written_;
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, 0, held->message->payload,
                            held->message->len, key.data(), key.size(), held) == -1) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        Die(rd_kafka_err2str(rd_kafka_last_error()));
      }
      rd_kafka_poll(producer_.get(), 10);
    }
  }

  void Commit(const Batch& batch) {
    rd_kafka_topic_partition_list_t* offsets = Offsets(batch);
    rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(consumer_.get());
    DieIf(rd_kafka_send_offsets_to_transaction(producer_.get(), offsets, group, kTimeoutMs));
    DieIf(rd_kafka_commit_transaction(producer_.get(), kTimeoutMs));
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(offsets);
    while (batch.open > 0) rd_kafka_poll(producer_.get(), 10);
  }

  rd_kafka_topic_partition_list_t* Offsets(const Batch& batch) const {
    rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(offsets, in_.c_str(), 0)->offset = batch.end;
    return offsets;
  }

  /// Forgets what is acknowledged, from the oldest on.
  void Settle() {
    for (; !batches_.empty() && batches_.front().open == 0; batches_.pop_front()) {
      if (exactly_once_ || batches_.front().events == 0) continue;
      rd_kafka_topic_partition_list_t* offsets = Offsets(batches_.front());
      rd_kafka_offsets_store(consumer_.get(), offsets);
      rd_kafka_topic_partition_list_destroy(offsets);
    }
  }

  const std::string in_;
  const std::string prefix_;
  const bool exactly_once_;
  const std::size_t largest_;
  const Client consumer_;
  const Client producer_;
  rd_kafka_queue_t* queue_ = nullptr;
  rd_kafka_topic_t* const unique_ = Topic("telemetry.unique");
  rd_kafka_topic_t* const primary_ = Topic("telemetry.unique.primary");
  rd_kafka_topic_t* const secondary_ = Topic("telemetry.unique.secondary");
  rd_kafka_topic_t* const log_ = Topic("druid.events.log");
  rd_kafka_topic_t* const error_ = Topic("telemetry.error");
  std::vector<rd_kafka_message_t*> round_;
  std::deque<Batch> batches_;  // a deque keeps what is inside where it is
  std::size_t done_ = 0;
  std::size_t written_ = 0;
  Clock::time_point first_;
};

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace
}  // namespace sluice::bench

int main(int argc, char** argv) {
  using sluice::bench::Seconds;
  if (argc != 9) {
    sluice::bench::Die(
        "usage: own_passthrough BROKERS GROUP IN_TOPIC PREFIX eos|alo CODEC "
        "EVENTS_PER_TRANSACTION COUNT");
  }
  const std::size_t count = std::strtoul(argv[8], nullptr, 10);
  sluice::bench::Passthrough passthrough(argv);
  const double wall = passthrough.Run(count);
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  std::printf(
      "{\"events\": %zu, \"outputs\": %zu, \"wall\": %.3f, \"cpu\": %.3f, \"rss_kb\": %ld}\n",
      count, passthrough.written(), wall, Seconds(used.ru_utime) + Seconds(used.ru_stime),
      used.ru_maxrss);
  std::fflush(stdout);
  std::_Exit(0);  // the operating system closes faster than the library
}
