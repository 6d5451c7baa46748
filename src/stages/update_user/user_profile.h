#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/event.h"
#include "stages/update_user/user_fields.h"

namespace sluice::stages {

/// What the User Read API says of a user (user-cache-updater.md 3). The bytes are the arena's.
struct UserProfile {
  enum class Kind : std::uint8_t {
    kUser,
    kBlocked,  ///< The account is blocked: there is no user, and that is all right.
    kNone,     ///< No user, or one that can't be used.
  };
  explicit UserProfile(Arena& arena) : fields(arena) {}

  Kind kind = Kind::kNone;
  bool found = false;            ///< The API had a user, usable or not.
  Reason reason = nullptr;       ///< Of kNone.
  std::string_view detail = {};  ///< Of kNone.
  UserFields fields;
  std::optional<std::string_view> root_org = {};
};

/// Reads the body of an answer. An account that is blocked may have one of the response codes
/// `tolerated`, in capitals.
UserProfile ReadUserProfile(std::string_view body, const std::vector<std::string>& tolerated,
                            Arena& arena);

}  // namespace sluice::stages
