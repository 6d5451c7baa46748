#pragma once

#include <string>

namespace sluice {

/// The path for a message that it can't be opened: with the working folder, where that counts.
std::string PlaceOf(const std::string& path);

}  // namespace sluice
