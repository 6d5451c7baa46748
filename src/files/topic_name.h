#pragma once

#include <string_view>

#include "sluice/result.h"

namespace sluice {

/// kInvalidConfig unless the name is one that Kafka would take, which is safe as part of a file's
/// name: at most 249 of a-z, A-Z, 0-9, ".", "_", "-", and not "." or "..".
Status CheckTopicName(std::string_view name);

}  // namespace sluice
