#include "kafka/settings.h"

namespace sluice::kafka {

std::optional<OffsetReset> ParseOffsetReset(std::string_view text) {
  if (text == "earliest") return OffsetReset::kEarliest;
  if (text == "latest") return OffsetReset::kLatest;
  if (text == "error") return OffsetReset::kError;
  return std::nullopt;
}

std::optional<Delivery> ParseDelivery(std::string_view text) {
  if (text == "exactly_once") return Delivery::kExactlyOnce;
  if (text == "at_least_once") return Delivery::kAtLeastOnce;
  return std::nullopt;
}

}  // namespace sluice::kafka
