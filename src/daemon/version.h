#pragma once

#include <string>

namespace sluice {

/// "0.1.0".
inline std::string VersionText() { return SLUICE_VERSION; }

}  // namespace sluice
