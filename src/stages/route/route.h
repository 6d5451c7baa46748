#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Emits events, as they stand here, to the topics of every rule that matches; routing is data.
///
/// Records that are not readable are passed by. All rules are tried in order. `otherwise` matches
/// if no earlier rule did. A rule with `end` takes the event off the main path; else it goes on to
/// the next stage.
class Route final : public Stage {
 public:
  struct Rule {
    std::vector<Path::Name> eids;  ///< Empty: any event.
    bool ignore_case = false;      ///< Of the eids, as Java's equalsIgnoreCase does.
    std::string from;              ///< Real name of the topic that is read; empty: any.
    bool otherwise = false;
    std::vector<TopicId> topics;
    bool end = false;
    std::optional<CounterId> counter;
  };
  explicit Route(std::vector<Rule> rules) : rules_(std::move(rules)) {}

  Status Finish(Batch& batch) override;

 private:
  void Apply(Batch& batch, Event& event) const;

  std::vector<Rule> rules_;
};

StageSpec RouteSpec();

}  // namespace sluice::stages
