#include "operations/text_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sluice/arena.h"
#include "util/timestamp.h"

namespace sluice {

std::string TextTable(const std::vector<std::vector<std::string>>& rows,
                      const std::vector<std::size_t>& right) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      const std::string padding(widths[i] - row[i].size(), ' ');
      const bool flush_right = std::ranges::find(right, i) != right.end();
      line += flush_right ? padding + row[i] : row[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string DurationText(std::int64_t ms) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 3> kUnits = {
      {{3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}}};
  for (const auto& [size, name] : kUnits) {
    if (ms != 0 && ms % size == 0) return std::to_string(ms / size) + name;
  }
  return std::to_string(ms) + "ms";
}

std::string TimeText(std::int64_t ms) {
  Arena arena(64);
  return std::string(FormatTimestamp(ms, arena));
}

}  // namespace sluice
