#include "kafka/membership.h"

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice::kafka {
namespace {

/// What the library puts in front of the generation, which has the host's byte order.
constexpr std::string_view kMagic = "CGMDv2:";

bool HasMemberId(rd_kafka_s* consumer) {
  char* id = rd_kafka_memberid(consumer);
  const bool has = id != nullptr && *id != '\0';
  if (id != nullptr) rd_kafka_mem_free(consumer, id);
  return has;
}

}  // namespace

std::string MembershipOf(rd_kafka_s* consumer) {
  const GroupMetadataHandle metadata(rd_kafka_consumer_group_metadata(consumer));
  if (metadata == nullptr || !HasMemberId(consumer)) return {};
  void* bytes = nullptr;
  std::size_t size = 0;
  const ErrorHandle error(rd_kafka_consumer_group_metadata_write(metadata.get(), &bytes, &size));
  if (error != nullptr) return {};
  std::string text(static_cast<const char*>(bytes), size);
  rd_kafka_mem_free(nullptr, bytes);
  return GenerationOf(text) < 0 ? std::string{} : text;
}

int GenerationOf(const std::string& membership) {
  std::int32_t generation = -1;
  if (!membership.starts_with(kMagic) || membership.size() < kMagic.size() + sizeof generation) {
    return -1;
  }
  std::memcpy(&generation, membership.data() + kMagic.size(), sizeof generation);
  return generation;
}

}  // namespace sluice::kafka
