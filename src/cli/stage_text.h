#pragma once

#include <string>
#include <vector>

#include "sluice/stage_spec.h"

namespace sluice {

/// "correct_telemetry   Sets @timestamp, ..." for each stage.
std::string StageList(const std::vector<StageSpec>& specs);

/// A stage with its keys, reasons and an example, for a terminal.
std::string StageText(const StageSpec& spec);

/// docs/stages.md: a page with a section for each stage.
std::string StagePage(const std::vector<StageSpec>& specs);

/// One stage's section of that page.
std::string StageSection(const StageSpec& spec);

}  // namespace sluice
