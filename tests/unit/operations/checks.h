#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "sluice/finding.h"

namespace sluice {

/// "error topic_missing", in order, of what is not as it must be.
inline std::vector<std::string> Faulty(const Findings& findings) {
  std::vector<std::string> codes;
  for (const Finding& finding : findings.all()) {
    if (finding.severity == Finding::Severity::kOk) continue;
    const bool error = finding.severity == Finding::Severity::kError;
    codes.push_back((error ? "error " : "warning ") + finding.code);
  }
  return codes;
}

/// True if every one says what to do.
inline bool AllAdvise(const Findings& findings) {
  return std::ranges::all_of(findings.all(), [](const Finding& finding) {
    return finding.severity == Finding::Severity::kOk || !finding.advice.empty();
  });
}

}  // namespace sluice
