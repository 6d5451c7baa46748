#pragma once

#include <string_view>

namespace sluice {

/// Whether UTF-8 text `a` comes before `b` by UTF-16 code units, as the original's maps order
/// names.
bool Utf16Less(std::string_view a, std::string_view b);

}  // namespace sluice
