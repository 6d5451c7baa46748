#include "operations/doctor.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "config/guarantee.h"
#include "daemon/log.h"
#include "kafka/rights_probe.h"
#include "operations/cluster_checks.h"
#include "operations/group_checks.h"
#include "operations/json_output.h"
#include "operations/store_checks.h"
#include "operations/topic_checks.h"

namespace sluice {
namespace {

using Severity = Finding::Severity;

constexpr std::int64_t kRateWindowMs = 300'000;
constexpr std::int64_t kMostAheadMs = 60'000;

class Examination {
 public:
  Examination(const KafkaUse& use, const PipelineConfig& config, const Clock& clock)
      : use_(use), config_(config), clock_(clock) {}

  Findings Run() {
    findings_.Ok("configuration", use_.file,
                 "valid, with its schemas; " + GuaranteeOf(config_, use_.stores));
    ExamineSource();
    ExamineSink();
    CheckTopics(source_topics_, {source_brokers_, 0, use_.file, "source"}, findings_);
    if (sink_client_ != nullptr) {
      CheckTopics(sink_topics_, {sink_brokers_, use_.sink->max_record_bytes, use_.file, "sink"},
                  findings_);
    }
    if (source_brokers_ > 0) ExamineGroup();
    ExamineStores({use_.stores, rate_, clock_}, config_, findings_);
    return std::move(findings_);
  }

 private:
  void ExamineSource() {
    if (!use_.source) return;
    auto client = kafka::AdminClient::ForSource(*use_.source, metrics_);
    if (!client) {
      FailWith(findings_, "kafka_client", "source", client.error());
      return;
    }
    source_client_ = std::move(client).value();
    const auto brokers =
        CheckCluster(*source_client_, use_.transactional, TransactionTimeout(), findings_);
    source_brokers_ = brokers.value_or(0);
    if (source_brokers_ > 0) source_topics_ = Facts(*source_client_, use_.source_topics, false);
  }

  void ExamineSink() {
    const bool same = use_.source && use_.sink && use_.source->brokers == use_.sink->brokers;
    // What does not answer the source is not asked again.
    if (!use_.sink || (same && source_brokers_ == 0)) return;
    auto client = kafka::AdminClient::ForSink(*use_.sink, metrics_);
    if (!client) {
      FailWith(findings_, "kafka_client", "sink", client.error());
      return;
    }
    sink_client_ = std::move(client).value();
    const auto brokers =
        same ? std::optional(source_brokers_)
             : CheckCluster(*sink_client_, use_.transactional, TransactionTimeout(), findings_);
    sink_brokers_ = brokers.value_or(0);
    if (sink_brokers_ == 0) {
      sink_client_ = nullptr;
      return;
    }
    sink_topics_ = Facts(*sink_client_, use_.sink_topics, true);
    TryToWrite();
    if (use_.transactional) TryATransaction();
  }

  [[nodiscard]] std::chrono::milliseconds TransactionTimeout() const {
    return config_.transaction.timeout;
  }

  std::vector<TopicFacts> Facts(kafka::AdminClient& client, const std::vector<std::string>& names,
                                bool written) {
    std::vector<TopicFacts> all;
    for (const std::string& name : names) {
      auto topic = client.Topic(name);
      if (!topic) {
        FailWith(findings_, "topic_unknown", "topic " + name, topic.error());
        continue;
      }
      TopicFacts& facts = all.emplace_back();
      facts.topic = std::move(topic).value();
      facts.read = !written;
      facts.written = written;
      if (!facts.topic.exists) continue;
      auto settings = client.TopicSettings(name);
      if (settings) facts.settings = std::move(settings).value();
    }
    return all;
  }

  void TryToWrite() {
    std::map<std::string, std::size_t> limits;
    for (const TopicFacts& facts : sink_topics_) {
      if (!facts.settings) continue;
      const auto limit = NumberOf(*facts.settings, "max.message.bytes");
      const bool led =
          std::ranges::all_of(facts.topic.partitions, &kafka::PartitionDescription::has_leader);
      if (limit && led) limits[facts.topic.name] = static_cast<std::size_t>(*limit);
    }
    const auto tried = kafka::TryWrites(*use_.sink, limits, metrics_);
    if (!tried) return;
    for (TopicFacts& facts : sink_topics_) {
      const auto found = tried.value().find(facts.topic.name);
      if (found == tried.value().end() || found->second.ok()) continue;
      const Error& error = found->second.error();
      if (error.kind == ErrorKind::kInvalidConfig) facts.write_refused = error.message;
    }
  }

  void TryATransaction() {
    // The brokers would refuse it for the time-out that was named already.
    if (std::ranges::find(findings_.all(), "transaction_timeout", &Finding::code) !=
        findings_.all().end()) {
      return;
    }
    kafka::KafkaSinkSettings settings = *use_.sink;
    settings.transactional_id = (use_.source ? use_.source->group : use_.pipeline) + ".doctor";
    const Status tried = kafka::TryTransactions(settings, metrics_);
    const std::string subject = "transactional.id " + settings.transactional_id;
    if (tried.ok()) {
      findings_.Ok("transactions", subject, "the brokers take it");
    } else if (tried.error().kind == ErrorKind::kUnavailable) {
      findings_.Fail("transactions_unavailable", subject,
                     "the transaction coordinator does not answer: " + tried.error().message,
                     "see that __transaction_state has its replicas in sync "
                     "(transaction.state.log.replication.factor, min.isr)");
    } else {
      findings_.Fail("transactions_refused", subject, tried.error().message,
                     "grant Write and Describe on ids that begin with the group's name and a dot; "
                     "transaction.max.timeout.ms must allow transaction.timeout");
    }
  }

  void ExamineGroup() {
    for (const std::string& topic : use_.source_topics) {
      const Status right = source_client_->TryCommit(use_.source->group, topic);
      if (!right.ok()) FailWith(findings_, "read_refused", "topic " + topic, right.error());
    }
    const auto report = ReadLag(use_, *source_client_, clock_);
    if (!report) {
      const bool missing = std::ranges::any_of(
          source_topics_, [](const TopicFacts& facts) { return !facts.topic.exists; });
      // A topic that is missing was named.
      if (!missing) {
        FailWith(findings_, "group_unknown", "group " + use_.source->group, report.error());
      }
      return;
    }
    GroupDemands demands{.file = use_.file,
                         .pipeline = use_.pipeline,
                         .reset = use_.source->auto_offset_reset,
                         .workers = config_.workers};
    for (const TopicFacts& facts : source_topics_) {
      if (!facts.settings) continue;
      const auto retention = NumberOf(*facts.settings, "retention.ms");
      if (retention) demands.retention_ms[facts.topic.name] = *retention;
    }
    CheckGroup(report.value(), demands, findings_);
    ExamineTimes(report.value());
  }

  /// How fast records come in, and whether their clocks are right.
  void ExamineTimes(const LagReport& report) {
    std::vector<kafka::PartitionId> partitions;
    std::map<kafka::PartitionId, std::int64_t> ends;
    for (const PartitionLag& partition : report.partitions) {
      partitions.push_back(partition.id);
      ends[partition.id] = partition.end;
    }
    const std::int64_t now = clock_.NowMs();
    const auto recent = source_client_->OffsetsAt(partitions, now - kRateWindowMs);
    const auto ahead = source_client_->OffsetsAt(partitions, now + kMostAheadMs);
    if (!recent || !ahead) return;
    for (const auto& [id, offset] : recent.value()) {
      if (offset == kafka::AdminClient::kNone || ends[id] < offset) continue;
      rate_ += static_cast<double>(ends[id] - offset) * 1000 / kRateWindowMs;
    }
    std::set<std::string> topics;
    for (const auto& [id, offset] : ahead.value()) {
      if (offset != kafka::AdminClient::kNone) topics.insert(id.topic);
    }
    for (const std::string& topic : topics) {
      findings_.Warn("clock_ahead", "topic " + topic,
                     "has records that are more than a minute ahead of this host's clock",
                     "compare the clocks of this host, the brokers and the producers");
    }
  }

  const KafkaUse& use_;
  const PipelineConfig& config_;
  const Clock& clock_;
  PrometheusMetrics metrics_;
  std::unique_ptr<kafka::AdminClient> source_client_;
  std::unique_ptr<kafka::AdminClient> sink_client_;
  std::size_t source_brokers_ = 0;
  std::size_t sink_brokers_ = 0;
  std::vector<TopicFacts> source_topics_;
  std::vector<TopicFacts> sink_topics_;
  double rate_ = 0;
  Findings findings_;
};

const char* NameOf(Severity severity) {
  switch (severity) {
    case Severity::kOk:
      return "ok";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "";
}

std::int64_t Count(const Findings& findings, Severity severity) {
  return std::ranges::count(findings.all(), severity, &Finding::severity);
}

}  // namespace

Findings ExamineSurroundings(const KafkaUse& use, const PipelineConfig& config,
                             const Clock& clock) {
  return Examination(use, config, clock).Run();
}

Severity WorstOf(const Findings& findings) {
  Severity worst = Severity::kOk;
  for (const Finding& finding : findings.all()) worst = std::max(worst, finding.severity);
  return worst;
}

std::string FindingsText(const Findings& findings) {
  constexpr std::size_t kWidth = 9;
  std::string text;
  for (const Finding& finding : findings.all()) {
    std::string line = NameOf(finding.severity);
    line.resize(kWidth, ' ');
    line += finding.subject + ": " + finding.text;
    if (!finding.advice.empty()) line += "; " + finding.advice;
    // A line stays one, whatever a server said.
    std::ranges::replace(line, '\n', ' ');
    text += line + '\n';
  }
  text += std::to_string(Count(findings, Severity::kError)) + " error(s), ";
  text += std::to_string(Count(findings, Severity::kWarning)) + " warning(s), ";
  return text + std::to_string(Count(findings, Severity::kOk)) + " ok\n";
}

std::string FindingsJson(const Findings& findings) {
  return JsonObject([&](JsonWriter& json) {
    Put(json, "errors", Count(findings, Severity::kError));
    Put(json, "warnings", Count(findings, Severity::kWarning));
    PutList(json, "findings", findings.all(), [](JsonWriter& to, const Finding& finding) {
      to.StartObject();
      Put(to, "severity", NameOf(finding.severity));
      Put(to, "code", finding.code);
      Put(to, "subject", finding.subject);
      Put(to, "text", finding.text);
      Put(to, "advice", finding.advice);
      to.EndObject();
    });
  });
}

}  // namespace sluice
