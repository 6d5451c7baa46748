#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kafka/client_events.h"
#include "kafka/handles.h"
#include "kafka/settings.h"
#include "sluice/metrics.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// A partition by its real topic name.
struct PartitionId {
  std::string topic;
  std::int32_t partition = 0;
  auto operator<=>(const PartitionId&) const = default;
};

/// An offset, or a timestamp, for each partition.
using PartitionOffsets = std::map<PartitionId, std::int64_t>;

struct BrokerDescription {
  std::int32_t id = 0;
  std::string address;  ///< "host:9092", as the brokers advertise it.
};

struct PartitionDescription {
  std::int32_t id = 0;
  bool has_leader = false;
  std::size_t replicas = 0;
  std::size_t in_sync = 0;
};

struct TopicDescription {
  std::string name = {};
  bool exists = false;
  std::string problem =
      {};  ///< Why it does not exist, in the brokers' words: a right may be missing.
  std::vector<PartitionDescription> partitions = {};
};

struct GroupMember {
  std::string client_id;
  std::string host;
};

struct GroupDescription {
  std::string state;  ///< "Stable", "Empty", "Dead", ...
  std::vector<GroupMember> members = {};
};

struct NewTopic {
  std::string name;
  int partitions = 1;
  int replication = 1;
  std::map<std::string, std::string> settings = {};
};

/// Settings of a topic or broker, by Kafka's names.
using ServerSettings = std::map<std::string, std::string>;

/// Asks a cluster, one question at a time, with the login of a source or sink. It never joins a
/// group. One thread.
///
/// Errors: kUnavailable if nobody answered within the request time-out of the settings, with the
/// reason of the last connection that failed; kInvalidConfig if the brokers refused, with their
/// words and what can be done.
class AdminClient {
 public:
  static constexpr std::int64_t kEarliest = -2;
  static constexpr std::int64_t kLatest = -1;
  static constexpr std::int64_t kNone = -1;

  /// `metrics` must outlive it. kInvalidConfig if the library refuses the options.
  static Result<std::unique_ptr<AdminClient>> ForSource(const KafkaSourceSettings& settings,
                                                        MetricsRegistry& metrics);
  static Result<std::unique_ptr<AdminClient>> ForSink(const KafkaSinkSettings& settings,
                                                      MetricsRegistry& metrics);
  ~AdminClient();
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  [[nodiscard]] const std::string& brokers() const { return brokers_; }

  Result<std::vector<BrokerDescription>> Brokers();
  /// A topic that is missing is no error: see `exists`.
  Result<TopicDescription> Topic(const std::string& name);
  Result<ServerSettings> TopicSettings(const std::string& name);
  /// Asks that broker itself.
  Result<ServerSettings> BrokerSettings(std::int32_t id);
  /// A group that nobody has heard of is "Dead" and has no members.
  Result<GroupDescription> Group(const std::string& name);

  /// The group's committed offsets, kNone where there is none. `stable`: refused while a
  /// transaction that holds offsets of the group is open; else the last ones committed.
  Result<PartitionOffsets> Committed(const std::string& group,
                                     const std::vector<PartitionId>& partitions, bool stable);
  /// Replaces them. The brokers refuse it while the group has members.
  Status SetCommitted(const std::string& group, const PartitionOffsets& offsets);
  /// Whether this login may commit offsets of `topic` for the group, which needs Read on both.
  /// Commits nothing: the partition that it names does not exist.
  Status TryCommit(const std::string& group, const std::string& topic);

  /// The first offset whose record is as new as `time_ms`, kNone where no record is; or the first
  /// offset of all (kEarliest), or the end (kLatest; of a source where the first open transaction
  /// begins). Partitions that do not answer, as for want of a leader, are left out.
  Result<PartitionOffsets> OffsetsAt(const std::vector<PartitionId>& partitions,
                                     std::int64_t time_ms);
  /// Of a source only: the timestamp of the first committed record at or after each offset, in
  /// milliseconds; left out where there is none, or it did not come in time.
  PartitionOffsets TimestampsAt(const PartitionOffsets& offsets);

  Status Create(const NewTopic& topic);

 private:
  using Send = std::function<void(const rd_kafka_AdminOptions_s* options, rd_kafka_queue_s* queue)>;
  static constexpr std::int32_t kAnyBroker = -1;

  AdminClient(std::string brokers, std::chrono::milliseconds timeout, MetricsRegistry& metrics)
      : brokers_(std::move(brokers)), timeout_(timeout), events_(metrics, "admin", {}, nullptr) {}
  Status Make(bool consumer, Result<ConfHandle> conf);
  [[nodiscard]] int timeout_ms() const { return static_cast<int>(timeout_.count()); }
  Error ErrorOf(int code, const std::string& what, const std::string& words = {});
  /// Makes one request and waits for the answer; `error` is its code, or that there is none.
  EventHandle Await(const AdminOptionsHandle& options, const Send& send, int& error);
  [[nodiscard]] AdminOptionsHandle Options(std::int32_t broker = kAnyBroker, bool stable = false);
  Result<ServerSettings> Describe(int resource, const std::string& name, std::int32_t broker);
  Result<std::int32_t> OneBroker();
  /// The code of the first partition that was refused.
  int Alter(const std::string& group, const PartitionOffsets& offsets, PartitionId& refused);

  std::string brokers_;
  std::chrono::milliseconds timeout_;
  ClientEvents events_;
  ClientHandle client_;
};

}  // namespace sluice::kafka
