#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sluice::bench {

using Options = std::vector<std::pair<std::string, std::string>>;

/// Everything that goes wrong ends the program with status 1: there is nothing to save.
[[noreturn]] void Die(const std::string& why);

struct DestroyClient {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, DestroyClient>;

using DeliveryReport = void(rd_kafka_t*, const rd_kafka_message_t*, void*);

/// A client of librdkafka with these options; dies where it takes one of them not.
Client MakeClient(rd_kafka_type_t type, const std::string& brokers, const Options& options,
                  DeliveryReport* delivered = nullptr);

}  // namespace sluice::bench
