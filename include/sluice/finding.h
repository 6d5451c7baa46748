#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// What a check of the surroundings found, one line for the operator.
struct Finding {
  enum class Severity : std::uint8_t {
    kOk,       ///< As it must be.
    kWarning,  ///< `run` works, but something will be lost, late or doubled one day.
    kError,    ///< `run` would not start, or wait.
  };
  Severity severity = Severity::kOk;
  std::string code;         ///< Stable, for scripts: "topic_missing".
  std::string subject;      ///< "topic dev.telemetry.raw", "store dedup".
  std::string text;         ///< What was found; no secret.
  std::string advice = {};  ///< What to do; empty with kOk.
};

/// Findings in the order of the checks.
class Findings {
 public:
  void Ok(std::string code, std::string subject, std::string text) {
    all_.push_back({Finding::Severity::kOk, std::move(code), std::move(subject), std::move(text)});
  }
  void Warn(std::string code, std::string subject, std::string text, std::string advice) {
    all_.push_back({Finding::Severity::kWarning, std::move(code), std::move(subject),
                    std::move(text), std::move(advice)});
  }
  void Fail(std::string code, std::string subject, std::string text, std::string advice) {
    all_.push_back({Finding::Severity::kError, std::move(code), std::move(subject), std::move(text),
                    std::move(advice)});
  }
  void Append(Findings more) {
    for (Finding& finding : more.all_) all_.push_back(std::move(finding));
  }
  [[nodiscard]] const std::vector<Finding>& all() const { return all_; }

 private:
  std::vector<Finding> all_;
};

}  // namespace sluice
