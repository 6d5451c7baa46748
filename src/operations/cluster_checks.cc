#include "operations/cluster_checks.h"

#include <charconv>
#include <set>
#include <utility>
#include <vector>

#include "operations/topic_checks.h"
#include "util/join.h"

namespace sluice {
namespace {

constexpr const char* kVersionSetting = "inter.broker.protocol.version";

void CheckTransactionTimeout(const kafka::ServerSettings& settings, const std::string& subject,
                             std::chrono::milliseconds timeout, Findings& findings) {
  const auto most = NumberOf(settings, "transaction.max.timeout.ms");
  if (!most || *most >= timeout.count()) return;
  findings.Fail("transaction_timeout", subject,
                "transaction.max.timeout.ms is " + std::to_string(*most) +
                    ", but transaction.timeout is " + std::to_string(timeout.count()) + " ms",
                "raise the one or lower the other");
}

void CheckCleaner(const kafka::ServerSettings& settings, const std::string& subject,
                  Findings& findings) {
  const auto cleaner = settings.find("log.cleaner.enable");
  if (cleaner == settings.end() || cleaner->second != "false") return;
  findings.Warn("cleaner_off", subject,
                "log.cleaner.enable is false: __consumer_offsets and __transaction_state grow for "
                "ever, and brokers load them at each start",
                "set log.cleaner.enable=true on the brokers");
}

/// What the brokers of a cluster say of themselves.
struct BrokerFacts {
  std::set<std::string> versions;
  std::optional<kafka::ServerSettings> settings;  ///< Of one of them; nothing: may not be read.
};

BrokerFacts AskEach(kafka::AdminClient& client,
                    const std::vector<kafka::BrokerDescription>& brokers,
                    const std::string& subject, Findings& findings) {
  BrokerFacts facts;
  for (const kafka::BrokerDescription& broker : brokers) {
    auto settings = client.BrokerSettings(broker.id);
    if (settings) {
      facts.versions.insert(VersionOf(settings.value()));
      facts.settings = std::move(settings).value();
    } else if (settings.error().kind == ErrorKind::kUnavailable) {
      findings.Fail(
          "broker_unreachable", subject,
          "broker " + std::to_string(broker.id) + " at " + broker.address + " does not answer",
          "start it; its advertised.listeners must be reachable from here");
    }
  }
  return facts;
}

void CheckVersions(const std::set<std::string>& versions, const std::string& subject,
                   bool transactional, Findings& findings) {
  const std::vector<std::string> list(versions.begin(), versions.end());
  if (list.size() > 1) {
    findings.Warn("broker_versions", subject, "the brokers speak several versions: " + Join(list),
                  "finish the upgrade (inter.broker.protocol.version)");
  }
  for (const std::string& version : list) {
    if (!transactional || !IsTooOld(version)) continue;
    findings.Fail("broker_too_old", subject,
                  "exactly once needs Kafka 2.5 or newer, and this is " + version,
                  "upgrade, or set `delivery: at_least_once`");
  }
}

}  // namespace

void FailWith(Findings& findings, const std::string& code, const std::string& subject,
              const Error& error) {
  const std::size_t at = error.message.rfind("; ");
  const bool split = at != std::string::npos;
  findings.Fail(code, subject, error.message.substr(0, at),
                split ? error.message.substr(at + 2) : "see the log of the brokers");
}

std::string VersionOf(const kafka::ServerSettings& settings) {
  const auto found = settings.find(kVersionSetting);
  if (found == settings.end()) return "4.0 or newer";
  return found->second.substr(0, found->second.find('-'));
}

bool IsTooOld(const std::string& version) {
  int major = 0;
  int minor = 0;
  const char* end = version.data() + version.size();
  const char* dot = std::from_chars(version.data(), end, major).ptr;
  if (dot != end && *dot == '.') std::from_chars(dot + 1, end, minor);
  return major < 2 || (major == 2 && minor < 5);
}

std::optional<std::size_t> CheckCluster(kafka::AdminClient& client, bool transactional,
                                        std::chrono::milliseconds transaction_timeout,
                                        Findings& findings) {
  const std::string subject = "kafka " + client.brokers();
  const auto brokers = client.Brokers();
  if (!brokers) {
    FailWith(findings, "brokers_unreachable", subject, brokers.error());
    return std::nullopt;
  }
  const BrokerFacts facts = AskEach(client, brokers.value(), subject, findings);
  const std::size_t count = brokers.value().size();
  const std::string text = std::to_string(count) + " broker(s)";
  if (!facts.settings) {
    findings.Ok("brokers", subject,
                text +
                    "; version and settings are not checked, since the login lacks "
                    "DescribeConfigs on the cluster");
    return count;
  }
  findings.Ok("brokers", subject,
              text + ", Kafka " + Join({facts.versions.begin(), facts.versions.end()}));
  CheckVersions(facts.versions, subject, transactional, findings);
  if (transactional) {
    CheckTransactionTimeout(*facts.settings, subject, transaction_timeout, findings);
  }
  CheckCleaner(*facts.settings, subject, findings);
  return count;
}

}  // namespace sluice
