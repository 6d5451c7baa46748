#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/claim_store.h"
#include "sluice/requests.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Diverts every event whose key another event has claimed (core.md 7, design.md 5).
///
/// The claim's owner is the event's own position, so that a batch that comes again after a crash
/// or an abort finds its own claims and is not taken for a duplicate of itself.
class Deduplicate final : public Stage {
 public:
  /// What happens to `flags` where a flag is to be set.
  enum class Flags : std::uint8_t {
    kKeep,     ///< Something else than an object stays, and the flag is not set.
    kRepair,   ///< Something else than an object is replaced by one.
    kReplace,  ///< Whatever is there is replaced.
  };
  struct Settings {
    Path key;
    std::string prefix = {};  ///< Of the key in the store.
    bool blank_is_missing = false;
    bool missing_is_unique = false;
    std::chrono::seconds ttl;
    Flags on_flags = Flags::kKeep;
    Path flags;
    Path flag;
    bool flag_unique = false;  ///< Unique events get the flag as false.
    SideOutputId side_output = 0;
    CounterId unique = 0;
    CounterId duplicate = 0;
    std::optional<CounterId> count = std::nullopt;  ///< One more of duplicates.
  };
  /// `store_name` is its name in the configuration, for errors.
  Deduplicate(Settings settings, std::unique_ptr<ClaimStore> store, std::string store_name)
      : settings_(std::move(settings)), claims_(std::move(store), std::move(store_name)) {}

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override { return claims_.Ping(); }
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override { claims_.Cancel(); }

 private:
  /// The key as it stands in the event.
  [[nodiscard]] std::optional<std::string_view> KeyOf(const Event& event) const;
  /// The key as it stands in the store.
  std::string_view StoreKey(std::string_view key, Arena& arena) const;
  void Judge(Batch& batch, Event& event, const ClaimReply& reply);
  void Pass(Batch& batch, Event& event);
  void Divert(Batch& batch, Event& event, Reason reason, std::string_view first_claimant = {});
  void SetFlag(Document& doc, bool value) const;

  Settings settings_;
  /// Every active event is an entry; one without a key asks for nothing.
  Requests<ClaimStore, Event*> claims_;
  std::string owner_;
};

StageSpec DeduplicateSpec();

}  // namespace sluice::stages
