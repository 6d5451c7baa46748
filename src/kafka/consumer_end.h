#pragma once

#include <memory>

#include "kafka/client_events.h"
#include "kafka/handles.h"

namespace sluice::kafka {

/// Leaves the group, or gives up after some seconds: what is committed is committed, and the group
/// notices in the end. Rebalances are not reported any more.
void LeaveGroup(rd_kafka_s* consumer);

/// Destroys a client that has left its group and lent nothing. Returns after some seconds where the
/// library does not come to an end, as after the deletion of a topic that it read: the rest is left
/// to a thread of its own, `events` are kept for it, and it returns false.
bool EndConsumer(ClientHandle consumer, std::shared_ptr<ClientEvents> events);

}  // namespace sluice::kafka
