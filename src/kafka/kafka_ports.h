#pragma once

#include "sluice/port_spec.h"

namespace sluice::kafka {

/// `source: { kafka: ... }`: KafkaSource.
SourceSpec KafkaSourceSpec();
/// `sink: { kafka: ... }`: KafkaSink.
SinkSpec KafkaSinkSpec();

}  // namespace sluice::kafka
