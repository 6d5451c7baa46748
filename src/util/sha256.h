#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace sluice
