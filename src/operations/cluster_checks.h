#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "kafka/admin_client.h"
#include "sluice/finding.h"

namespace sluice {

/// Everything up to the last "; " of a message is what was found, the rest is what to do.
void FailWith(Findings& findings, const std::string& code, const std::string& subject,
              const Error& error);

/// Asks each broker of a cluster for its settings, and examines them: version, mixed versions, the
/// longest transaction, compaction of the internal topics. The number of brokers; nothing if none
/// answers, so that the rest need not be asked.
std::optional<std::size_t> CheckCluster(kafka::AdminClient& client, bool transactional,
                                        std::chrono::milliseconds transaction_timeout,
                                        Findings& findings);

/// "3.9" of "3.9-IV0"; "4.0 or newer" where the brokers no longer have the setting.
std::string VersionOf(const kafka::ServerSettings& settings);
/// True for brokers before 2.5, which don't check the membership of offsets in transactions.
bool IsTooOld(const std::string& version);

}  // namespace sluice
