#pragma once

#include <string>

#include "config/pipeline_config.h"
#include "operations/kafka_use.h"
#include "sluice/clock.h"
#include "sluice/finding.h"

namespace sluice {

/// Examines the servers of a configuration, which is known to be valid, as a run would use them:
/// brokers, topics, rights, transactions, the group, and each store by its kind's own examination.
/// Changes nothing that a reader or another process would notice; see TryWrites and
/// TryTransactions for what it tries.
Findings ExamineSurroundings(const KafkaUse& use, const PipelineConfig& config, const Clock& clock);

/// The worst of them; kOk for none.
Finding::Severity WorstOf(const Findings& findings);

/// One line each, and one with the counts.
std::string FindingsText(const Findings& findings);
std::string FindingsJson(const Findings& findings);

}  // namespace sluice
