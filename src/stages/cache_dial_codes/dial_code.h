#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::stages {

/// A dial code as the cache holds it (content-cache-updater.md 4).

/// True if a cached text has one of the fields that are used, and it is not "". What is no JSON
/// object counts as empty.
bool IsCachedDialCode(std::string_view text);

/// `result.dialcode` of an API's answer; nullopt where there is none, or it is no object.
std::optional<std::string> DialCodeOf(std::string_view body);

}  // namespace sluice::stages
