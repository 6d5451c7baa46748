#pragma once

#include <string_view>

namespace sluice {

/// The position that a claim's value names, or "" if the value has another form: the empty
/// one of the Flink jobs, or whatever someone else put under that key.
std::string_view HolderOf(std::string_view value);

}  // namespace sluice
