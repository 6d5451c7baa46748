#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sluice {

/// Appends the head of an array of `count` elements, in the form in which Redis takes commands.
void AppendRespArray(std::string& out, std::size_t count);

/// Appends one argument; it may hold any byte. Returns the offset of its first byte in `out`.
std::size_t AppendRespBulk(std::string& out, std::string_view bytes);

/// Appends a whole command, such as {"SELECT", "7"}.
void AppendRespCommand(std::string& out, std::initializer_list<std::string_view> arguments);

}  // namespace sluice
