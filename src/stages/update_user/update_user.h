#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/lookup_store.h"
#include "sluice/requests.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "sluice/table_store.h"
#include "stages/update_user/cached_users.h"
#include "stages/update_user/user_event.h"
#include "stages/update_user/user_profile.h"

namespace sluice::stages {

/// Keeps the hash of each user up to date from audit events and the User Read API, and counts the
/// new users of each organisation (user-cache-updater.md). Every event ends here.
///
/// The API is asked in Start for the whole batch. Finish works the events out one after the other,
/// writes the hashes, and counts once these are written. Replay: hashes are absolute, the counter
/// is marked with the event's position.
class UpdateUser final : public Stage {
 public:
  struct Counters {
    CounterId total;
    CounterId skipped;
    CounterId success;
    CounterId cached;
    CounterId found;
    CounterId missed;
    CounterId failed;
  };
  struct Settings {
    UserEventSettings events;
    std::vector<std::string> tolerated_codes;
    std::vector<std::string> removable_fields;
    std::string counter_key;
    SideOutputId side_output = 0;
    Counters counters;
  };
  /// A store, and its name in the configuration.
  template <typename Store>
  struct Named {
    std::unique_ptr<Store> store;
    std::string name;
  };
  UpdateUser(Settings settings, Named<TableStore> users, Named<LookupStore> api);

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override;
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override;

 private:
  /// An event on its way from Start to Finish, in the batch's arena.
  struct Task {
    Event* event = nullptr;
    UserEvent said = {};
  };
  /// An event that changes the hash of a user.
  struct Update {
    Event* event;
    std::size_t user;  ///< Index in users_.
    UserFields fields;
    bool removes;                         ///< Removable fields that it hasn't got go.
    std::optional<std::string_view> org;  ///< Whose counter goes up.
  };

  void Take(Batch& batch, const Task& task, const LookupReply* reply);
  /// The user of the task; nullopt where the event has ended.
  std::optional<UserProfile> ProfileOf(Batch& batch, const Task& task, const LookupReply& reply);
  void AddUpdate(Batch& batch, const Task& task, UserProfile profile);
  Status CountOrganisations(Batch& batch);
  void EndUpdates(Batch& batch);
  void Skip(Batch& batch, Event& event, Reason reason) const;
  void Fail(Batch& batch, Event& event, Reason reason, std::string_view detail) const;

  Settings settings_;
  Requests<LookupStore, Task*> api_;
  // Of the batch in hand:
  std::vector<Update> updates_;
  CachedUsers users_;
};

StageSpec UpdateUserSpec();

}  // namespace sluice::stages
