#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/clock.h"
#include "sluice/lookup_store.h"
#include "sluice/requests.h"
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
  /// One cache, and its name in the configuration.
  struct Cache {
    std::unique_ptr<LookupStore> store;
    std::string name;
  };
  struct Caches {
    Cache content;
    Cache device;
    Cache user;
    Cache dialcode;
  };
  Denormalize(Settings settings, Caches caches, const Clock& clock);

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override;
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override;

 private:
  using Known = std::unordered_map<const void*, ReferenceRecord>;
  /// An event and the replies to its questions; nullptr where it has none.
  struct Task {
    Event* event = nullptr;
    const LookupReply* device = nullptr;
    const LookupReply* user = nullptr;
    const LookupReply* dialcode = nullptr;
    const LookupReply* content = nullptr;
    const LookupReply* collection = nullptr;
    const LookupReply* l2 = nullptr;
  };
  /// Where a reply goes: a member of its event's Task.
  using Slots = Requests<LookupStore, const LookupReply**>;

  void Ask(Event& event, Arena& arena);
  static Status Deliver(Slots& cache);
  void Enrich(Batch& batch, const Task& task);
  const ReferenceRecord& Read(Batch& batch, const LookupReply& reply, Known& known,
                              std::span<const WantedField> wanted);
  const ReferenceRecord& DeviceOf(Batch& batch, const LookupReply& reply);
  const ReferenceRecord& UserOf(Batch& batch, const LookupReply& reply);
  void CountWrongType(Batch& batch, const LookupReply& reply) const;

  Settings settings_;
  Slots content_;
  /// Every active event is an entry here, so that its answers are the tasks of the batch.
  Requests<LookupStore, Task*> device_;
  Slots user_;
  Slots dialcode_;
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
