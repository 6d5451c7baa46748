#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/clock.h"
#include "sluice/lookup_store.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "stages/denormalize/enrichment.h"
#include "stages/denormalize/reference_data.h"
#include "stages/denormalize/user_data.h"

namespace sluice::stages {

/// Adds what the caches know of an event's device, user, dial code and contents, and where it took
/// place (de-normalization.md 8 to 12). All lookups of a batch go out together.
class Denormalize final : public Stage {
 public:
  struct Settings {
    std::vector<std::string> permit;  ///< Eids whose contents are looked up whatever their object.
    UserDefaults user_defaults;
    EnrichmentCounters counters;
  };
  /// One cache, and what is under way to it.
  struct Cache {
    std::unique_ptr<LookupStore> store;
    std::vector<Lookup> lookups;
    std::vector<LookupReply> replies;
    std::size_t next = 0;  ///< Replies that were used.
  };
  struct Caches {
    Cache content;
    Cache device;
    Cache user;
    Cache dialcode;
  };
  Denormalize(Settings settings, Caches caches, const Clock& clock)
      : settings_(std::move(settings)), caches_(std::move(caches)), clock_(clock) {}

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override;
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override;

 private:
  using Known = std::unordered_map<const void*, ReferenceRecord>;

  void Ask(const Event& event, Arena& arena);
  void Enrich(Batch& batch, Event& event);
  const ReferenceRecord& Take(Batch& batch, Cache& cache, Known& known,
                              std::span<const WantedField> wanted);
  const ReferenceRecord& TakeDevice(Batch& batch);
  const ReferenceRecord& TakeUser(Batch& batch);
  const LookupReply& Next(Batch& batch, Cache& cache) const;

  Settings settings_;
  Caches caches_;
  const Clock& clock_;
  // What was read of the replies of the batch in hand, by where their bytes stand.
  Known contents_;
  Known l2_contents_;
  Known dialcodes_;
  Known devices_;
  Known users_;
  Arena arena_;
};

StageSpec DenormalizeSpec();

}  // namespace sluice::stages
