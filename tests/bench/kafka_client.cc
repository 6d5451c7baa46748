#include "bench/kafka_client.h"

#include <cstdlib>
#include <iostream>

namespace sluice::bench {

void Die(const std::string& why) {
  std::cerr << why << std::endl;
  std::_Exit(1);
}

Client MakeClient(rd_kafka_type_t type, const std::string& brokers, const Options& options,
                  DeliveryReport* delivered) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char text[512];
  const auto set = [&](const std::string& name, const std::string& value) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text) !=
        RD_KAFKA_CONF_OK) {
      Die(text);
    }
  };
  set("bootstrap.servers", brokers);
  for (const auto& [name, value] : options) set(name, value);
  if (delivered != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_t* client = rd_kafka_new(type, conf, text, sizeof text);
  if (client == nullptr) Die(text);
  return Client(client);
}

}  // namespace sluice::bench
