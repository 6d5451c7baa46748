#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// Why a file that begins like this is not text of one record a line: "is a zip archive", "is
/// UTF-16"; empty if it may be.
std::string FaultOfText(std::string_view beginning);

}  // namespace sluice
