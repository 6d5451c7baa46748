#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

/// Rows under a head, in columns that are as wide as they must be; the last is not padded.
/// Columns of `right` (by index) are set flush right.
std::string TextTable(const std::vector<std::vector<std::string>>& rows,
                      const std::vector<std::size_t>& right);

/// "172800000 ms" as "48h", "90000 ms" as "90s": the largest unit that leaves nothing over.
std::string DurationText(std::int64_t ms);

/// "2025-01-01T00:00:00.000Z"
std::string TimeText(std::int64_t ms);

}  // namespace sluice
