#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// "a, b or c": the words with `around` on both sides of each, ", " between them, and `last`
/// between the last two. Empty for no words.
inline std::string Join(const std::vector<std::string>& words, std::string_view around = "",
                        std::string_view last = ", ") {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : last;
    text.append(around).append(words[i]).append(around);
  }
  return text;
}

}  // namespace sluice
