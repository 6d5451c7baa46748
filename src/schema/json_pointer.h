#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Appends "/" and the escaped name to a JSON pointer.
void AppendToPointer(std::string& pointer, std::string_view name);

/// The names of the JSON pointer in a URI fragment (percent-encoded, without "#"); nullopt if it is
/// none.
std::optional<std::vector<std::string>> ParsePointerFragment(std::string_view fragment);

}  // namespace sluice
