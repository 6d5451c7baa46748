#include "daemon/builtin_ports.h"

#include "cassandra/cassandra_stores.h"
#include "files/file_ports.h"
#include "kafka/kafka_ports.h"
#include "memory/memory_stores.h"
#include "postgres/postgres_stores.h"
#include "redis/redis_stores.h"
#include "rest/rest_stores.h"

namespace sluice {

Status RegisterBuiltinPorts(Registry& registry) {
  SLUICE_TRY(registry.sources.Add(kafka::KafkaSourceSpec()));
  SLUICE_TRY(registry.sources.Add(FilesSourceSpec()));

  SLUICE_TRY(registry.sinks.Add(kafka::KafkaSinkSpec()));
  SLUICE_TRY(registry.sinks.Add(FilesSinkSpec()));

  SLUICE_TRY(registry.stores.Add(RedisStoreSpec()));
  SLUICE_TRY(registry.stores.Add(CassandraStoreSpec()));
  SLUICE_TRY(registry.stores.Add(PostgresStoreSpec()));
  SLUICE_TRY(registry.stores.Add(MemoryStoreSpec()));
  SLUICE_TRY(registry.stores.Add(FileStoreSpec()));
  SLUICE_TRY(registry.stores.Add(HttpStoreSpec()));
  return Ok();
}

}  // namespace sluice
