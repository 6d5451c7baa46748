#include "operations/topic_checks.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "util/join.h"

namespace sluice {
namespace {

using Severity = Finding::Severity;

/// Puts topics with the same fault together, in the order in which the faults came.
class Faults {
 public:
  void Add(Severity severity, const std::string& code, const std::string& topic,
           const std::string& text, const std::string& advice) {
    const auto same = [&](const Fault& fault) {
      return fault.code == code && fault.text == text && fault.advice == advice;
    };
    auto at = std::ranges::find_if(faults_, same);
    if (at == faults_.end()) {
      faults_.push_back({severity, code, text, advice, {}});
      at = faults_.end() - 1;
    }
    at->topics.push_back(topic);
  }

  void Report(Findings& findings) const {
    for (const Fault& fault : faults_) {
      const std::string subject =
          (fault.topics.size() == 1 ? "topic " : "topics ") + Join(fault.topics);
      if (fault.severity == Severity::kError) {
        findings.Fail(fault.code, subject, fault.text, fault.advice);
      } else {
        findings.Warn(fault.code, subject, fault.text, fault.advice);
      }
    }
  }

  [[nodiscard]] bool empty() const { return faults_.empty(); }

 private:
  struct Fault {
    Severity severity;
    std::string code;
    std::string text;
    std::string advice;
    std::vector<std::string> topics;
  };
  std::vector<Fault> faults_;
};

struct Replicas {
  std::size_t least = 0;
  std::size_t least_in_sync = 0;
  bool all_in_sync = true;
  std::size_t leaderless = 0;
};

Replicas ReplicasOf(const kafka::TopicDescription& topic) {
  Replicas out;
  for (const auto& partition : topic.partitions) {
    const bool first = &partition == topic.partitions.data();
    out.least = first ? partition.replicas : std::min(out.least, partition.replicas);
    out.least_in_sync = first ? partition.in_sync : std::min(out.least_in_sync, partition.in_sync);
    out.all_in_sync = out.all_in_sync && partition.in_sync >= partition.replicas;
    if (!partition.has_leader) ++out.leaderless;
  }
  return out;
}

void CheckReplicas(const TopicFacts& facts, const TopicDemands& demands, Faults& faults) {
  const std::string& name = facts.topic.name;
  const Replicas replicas = ReplicasOf(facts.topic);
  if (replicas.leaderless > 0) {
    faults.Add(Severity::kError, "topic_leaderless", name,
               std::to_string(replicas.leaderless) + " partition(s) have no leader",
               "start the brokers that hold them (kafka-topics.sh --describe shows which)");
    return;
  }
  if (!replicas.all_in_sync) {
    faults.Add(Severity::kWarning, "topic_under_replicated", name, "some replicas are not in sync",
               "look for a broker that is down or slow");
  }
  if (replicas.least == 1 && demands.brokers > 1) {
    faults.Add(Severity::kWarning, "topic_one_replica", name,
               "one replica only: what its broker loses is lost",
               "raise the replication factor (kafka-reassign-partitions.sh)");
  }
  if (!facts.written || !facts.settings) return;
  const auto needed = static_cast<std::size_t>(
      std::max<std::int64_t>(NumberOf(*facts.settings, "min.insync.replicas").value_or(1), 1));
  if (needed > replicas.least_in_sync) {
    faults.Add(Severity::kError, "topic_min_insync", name,
               "min.insync.replicas is " + std::to_string(needed) + ", but " +
                   std::to_string(replicas.least_in_sync) +
                   " replica(s) are in sync: every write is refused",
               "start the missing brokers, or lower min.insync.replicas");
  } else if (needed > 1 && needed >= replicas.least) {
    faults.Add(Severity::kWarning, "topic_min_insync_tight", name,
               "min.insync.replicas equals the " + std::to_string(replicas.least) +
                   " replicas: one broker that is down stops the pipeline",
               "add a replica, or lower min.insync.replicas by one");
  }
}

void CheckSettings(const TopicFacts& facts, const TopicDemands& demands, Faults& faults) {
  const std::string& name = facts.topic.name;
  if (!facts.settings) {
    if (!facts.written) return;
    faults.Add(Severity::kWarning, "topic_settings_unreadable", name,
               "settings can't be read: sink.max_record_bytes is taken for its limit",
               "grant DescribeConfigs on it");
    return;
  }
  const auto limit = NumberOf(*facts.settings, "max.message.bytes");
  if (facts.written && limit && static_cast<std::size_t>(*limit) < demands.max_record_bytes) {
    faults.Add(Severity::kWarning, "topic_small_records", name,
               "max.message.bytes is " + std::to_string(*limit) + ", but sink.max_record_bytes " +
                   std::to_string(demands.max_record_bytes) +
                   ": larger records are replaced on the failed topic",
               "set max.message.bytes to the latter");
  }
  const auto policy = facts.settings->find("cleanup.policy");
  if (policy != facts.settings->end() && policy->second.find("compact") != std::string::npos) {
    faults.Add(Severity::kWarning, "topic_compacted", name,
               "cleanup.policy is " + policy->second +
                   ": older events of a key vanish, and events without a key are refused",
               "set cleanup.policy=delete");
  }
}

void CheckTopic(const TopicFacts& facts, const TopicDemands& demands, Faults& faults) {
  const std::string& name = facts.topic.name;
  if (!facts.topic.exists) {
    const bool hidden = facts.topic.problem.find("authorization") != std::string::npos;
    faults.Add(Severity::kError, hidden ? "topic_hidden" : "topic_missing", name,
               hidden ? "may not be described (" + facts.topic.problem + ")" : "not there",
               hidden ? (facts.written ? "grant Write and Describe on it"
                                       : "grant Read and Describe on it")
                      : "create it: sluice topics " + demands.file + " --create");
    return;
  }
  if (facts.write_refused) {
    faults.Add(Severity::kError, "topic_write_refused", name,
               "may not be written (" + *facts.write_refused + ")", "grant Write on it");
  }
  CheckReplicas(facts, demands, faults);
  CheckSettings(facts, demands, faults);
}

}  // namespace

std::optional<std::int64_t> NumberOf(const kafka::ServerSettings& settings,
                                     const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return std::nullopt;
  std::int64_t value = 0;
  const std::string& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void CheckTopics(const std::vector<TopicFacts>& topics, const TopicDemands& demands,
                 Findings& findings) {
  Faults faults;
  for (const TopicFacts& facts : topics) CheckTopic(facts, demands, faults);
  faults.Report(findings);
  if (!faults.empty() || topics.empty()) return;
  const bool written = topics.front().written;
  findings.Ok("topics", demands.which + " topics",
              std::to_string(topics.size()) + " there, with leaders and replicas in sync" +
                  (written ? ", and take what is written" : ""));
}

}  // namespace sluice
