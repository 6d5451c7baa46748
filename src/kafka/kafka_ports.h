#pragma once

#include "kafka/settings.h"
#include "sluice/port_spec.h"

namespace sluice::kafka {

/// `source: { kafka: ... }`: KafkaSource.
SourceSpec KafkaSourceSpec();
/// `sink: { kafka: ... }`: KafkaSink.
SinkSpec KafkaSinkSpec();

/// What the keys of such a source or sink say: brokers, group, reset and options. The rest is that
/// of a worker.
KafkaSourceSettings SourceSettingsOf(const ConfigNode& node);
KafkaSinkSettings SinkSettingsOf(const ConfigNode& node);

}  // namespace sluice::kafka
