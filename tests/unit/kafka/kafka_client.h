#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kafka/handles.h"
#include "sluice/record.h"

namespace sluice::kafka {

/// A record as a read_committed reader sees it; nullopt is null.
struct SeenRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
};

using Properties = std::vector<std::pair<std::string, std::string>>;

/// Plain clients for tests, beside those under test. A failure fails the test.
ClientHandle NewClient(rd_kafka_type_t type, const Properties& properties);
void CreateTopic(const std::string& brokers, const std::string& topic, int partitions,
                 const Properties& settings = {});
void DeleteTopic(const std::string& brokers, const std::string& topic);
void WriteTopic(const std::string& brokers, const std::string& topic, std::int32_t partition,
                const std::vector<std::string>& values);
/// One record with its key and headers, to the partition of its position.
void WriteRecord(const std::string& brokers, const std::string& topic, const Record& record);
/// All records of partition 0; waits for `count` of them, and a little for one too many.
std::vector<SeenRecord> ReadTopic(const std::string& brokers, const std::string& topic,
                                  std::size_t count);
void DeleteRecordsBefore(const std::string& brokers, const std::string& topic,
                         std::int32_t partition, std::int64_t offset);

}  // namespace sluice::kafka
