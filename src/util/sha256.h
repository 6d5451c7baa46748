#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sluice {

using Sha256Digest = std::array<unsigned char, 32>;

/// SHA-256 of the parts, one after the other. Allocates nothing but in a thread's first call.
Sha256Digest Sha256(std::initializer_list<std::string_view> parts);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

}  // namespace sluice
