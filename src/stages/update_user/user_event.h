#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/document.h"
#include "sluice/event.h"

namespace sluice::stages {

/// How what an event says is read.
struct UserEventSettings {
  std::string registered_pid;                   ///< Of events whose user the API knows.
  std::vector<std::string> self_sign_in_types;  ///< Ids of sign-up types.
  std::vector<std::string> validated_types;     ///< The same; these come first.
  std::string self_sign_in;                     ///< What `usersignintype` is then.
  std::string validated;
};

/// What an event says of a user (user-cache-updater.md 2, 1 to 4). Views are the event's, the
/// settings' or the arena's.
struct UserEvent {
  enum class Kind : std::uint8_t { kUpdate, kSkipped, kFailed };
  Kind kind = Kind::kSkipped;
  Reason reason = nullptr;       ///< Of kSkipped and kFailed.
  std::string_view detail = {};  ///< Of kFailed.

  std::string_view id = {};
  bool created = false;     ///< The state is that of a new user.
  bool registered = false;  ///< The API knows the user.
  std::optional<std::string_view> sign_in_type = {};
  std::optional<std::string_view> login_type = {};
};

UserEvent ReadUserEvent(const Document& event, const UserEventSettings& settings, Arena& arena);

}  // namespace sluice::stages
