#pragma once

#include <string>

#include "stages/denormalize/reference_data.h"

namespace sluice::stages {

/// What a user's `userdata` says where the hash doesn't.
struct UserDefaults {
  std::string signin_type;
  std::string login_type;
};

/// `userdata` of a user's hash (de-normalization.md 10.3), defaults included; `empty` tells whether
/// the hash had anything. The record's memory is the arena's.
ReferenceRecord ReadUser(const LookupReply& user, const UserDefaults& defaults, Arena& arena);

}  // namespace sluice::stages
