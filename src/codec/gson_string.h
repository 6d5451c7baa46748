#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// Appends a JSON string with its quotes as Gson, which the original jobs use, writes it: `<`, `>`,
/// `&`, `=`, `'` and the line separators of Unicode are escaped as well. `value` is UTF-8.
void AppendGsonString(std::string& text, std::string_view value);

}  // namespace sluice
