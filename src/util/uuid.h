#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

namespace sluice {

using UuidText = std::array<char, 36>;

/// Name-based UUID (version 8, RFC 9562) of a text in parts: the same text, the same UUID.
UuidText NameBasedUuid(std::initializer_list<std::string_view> name);

}  // namespace sluice
