#include "kafka/consumer_end.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <future>
#include <thread>
#include <utility>

namespace sluice::kafka {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLeaveTime{5};
constexpr std::chrono::seconds kEndTime{3};
constexpr int kSliceMs = 100;

}  // namespace

void LeaveGroup(rd_kafka_s* consumer) {
  const QueueHandle queue(rd_kafka_queue_new(consumer));
  const ErrorHandle error(rd_kafka_consumer_close_queue(consumer, queue.get()));
  const Clock::time_point end = Clock::now() + kLeaveTime;
  while (error == nullptr && rd_kafka_consumer_closed(consumer) == 0 && Clock::now() < end) {
    const EventHandle event(rd_kafka_queue_poll(queue.get(), kSliceMs));
    const bool taken =
        event != nullptr && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE;
    if (taken) rd_kafka_assign(consumer, nullptr);
  }
}

bool EndConsumer(ClientHandle consumer, std::shared_ptr<ClientEvents> events) {
  std::promise<void> ended;
  const std::future<void> end = ended.get_future();
  std::thread([client = std::move(consumer), events, ended = std::move(ended)]() mutable {
    rd_kafka_destroy_flags(client.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    ended.set_value();
  }).detach();
  return end.wait_for(kEndTime) == std::future_status::ready;
}

}  // namespace sluice::kafka
