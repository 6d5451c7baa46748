#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kafka/settings.h"

namespace sluice::kafka {

enum class ClientKind : std::uint8_t { kConsumer, kProducer };

/// One passed-through property that can't stand, and why.
struct OptionProblem {
  std::string name;
  std::string message;  ///< Names the property, the reason and what to set instead.
};

/// Checks properties before any client is made: those that sluice sets itself are refused, and so
/// is what the installed librdkafka does not know or take. Pure: no connection.
/// Relations between properties are checked by the library only when the client is opened.
std::vector<OptionProblem> CheckOptions(ClientKind kind, const Options& options);

}  // namespace sluice::kafka
