#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// Name-based UUID (version 8, RFC 9562) of a text: the same text, the same UUID.
std::string NameBasedUuid(std::string_view name);

}  // namespace sluice
