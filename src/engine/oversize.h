#pragma once

#include <string>
#include <string_view>

#include "sluice/position.h"

namespace sluice {

/// The small record that stands for one that is too large (core.md C-6): reason, size, position,
/// SHA-256 and the first 64 KiB. The whole record stays in the source topic.
std::string OversizeReplacement(std::string_view raw, const Position& position,
                                std::string_view refused_by, std::size_t limit);

}  // namespace sluice
