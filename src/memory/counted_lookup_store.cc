#include "memory/counted_lookup_store.h"

#include <utility>

namespace sluice {
namespace {

/// By LookupReply::State.
constexpr std::array<const char*, 4> kResults = {"found", "missing", "wrong_type", "unanswered"};

}  // namespace

CountedLookupStore::CountedLookupStore(std::unique_ptr<LookupStore> lookups,
                                       MetricsRegistry& metrics, const std::string& store)
    : lookups_(std::move(lookups)) {
  for (std::size_t i = 0; i < kResults.size(); ++i) {
    counters_[i] =
        &metrics.CounterOf("sluice_lookups_total", "Answers of reference data, cached ones too.",
                           {{"store", store}, {"result", kResults[i]}});
  }
}

Status CountedLookupStore::Receive(std::vector<LookupReply>& replies) {
  SLUICE_TRY(lookups_->Receive(replies));
  std::array<std::size_t, kResults.size()> counts{};
  for (const LookupReply& reply : replies) ++counts[static_cast<std::size_t>(reply.state)];
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) counters_[i]->Add(static_cast<double>(counts[i]));
  }
  return Ok();
}

}  // namespace sluice
