#pragma once

#include "kafka/settings.h"
#include "sluice/result.h"

namespace sluice::kafka {

/// Makes the client that a port would open, without any broker to connect to, and lets go of it:
/// what the library refuses only then is found before the start (properties that contradict each
/// other, a SASL mechanism that it does not know, certificates and keys that can't be read).
/// kInvalidConfig says what. No network; GSSAPI, which would run kinit, is left out.
Status CheckConsumer(KafkaSourceSettings settings);
Status CheckProducer(KafkaSinkSettings settings);

}  // namespace sluice::kafka
