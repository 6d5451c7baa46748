#pragma once

#include <optional>
#include <string_view>

#include "sluice/value.h"
#include "stages/update_user/user_profile.h"

namespace sluice::stages {

/// The members of the API's answers, as Gson reads them into their types.

/// Null counts as missing.
bool IsMissing(const Value& value);
/// A text, a number by its literal, or a boolean; nullopt where it is missing. False for anything
/// else.
bool ReadText(const Value& value, std::optional<std::string_view>& text);
/// An object of free members; an empty array counts as an empty one.
bool IsFreeObject(const Value& value);

/// Puts what `response` says of the user into the profile's fields and root organisation. nullptr,
/// or which member is of another type than it must be.
const char* ReadUser(const Value& response, UserProfile& profile, Arena& arena);

}  // namespace sluice::stages
