#pragma once

#include <string>

#include "sluice/value.h"

namespace sluice::stages {

/// Appends `value` as Gson writes what it has read untyped: every number a double, no null members,
/// strings by AppendGsonString.
void AppendGsonText(std::string& text, Value value);

}  // namespace sluice::stages
