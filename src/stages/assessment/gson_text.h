#pragma once

#include <string>
#include <string_view>

#include "sluice/value.h"

namespace sluice::stages {

/// Appends `value` as Gson writes what it has read untyped: every number a double, no null members,
/// strings as below.
void AppendGsonText(std::string& text, Value value);

/// Appends a JSON string with its quotes, in which `<`, `>`, `&`, `=`, `'` and the line separators
/// of Unicode are escaped as well.
void AppendGsonString(std::string& text, std::string_view value);

}  // namespace sluice::stages
