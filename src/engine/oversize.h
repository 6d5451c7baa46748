#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sluice/event.h"
#include "sluice/position.h"

namespace sluice {

/// Why a record is replaced by a small one, and who refused it.
struct Refusal {
  Reason reason = nullptr;
  std::string_view by;
  std::string_view detail = {};  ///< In the words of who refused it.
};
inline constexpr Refusal kInputTooLarge{"oversize", "input size limit"};
inline constexpr Refusal kRecordTooLarge{"oversize", "record size limit"};
inline constexpr Refusal kRefusedBySink{"refused_by_sink", "sink"};

/// The small record that stands for one that can't be written (core.md C-6): reason, size in bytes,
/// position, SHA-256 and the first 64 KiB. The whole record stays in the source topic.
std::string OversizeReplacement(std::string_view raw, const Position& position,
                                const Refusal& refusal, std::size_t limit);

}  // namespace sluice
