#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "sluice/schema_registry.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "util/seeded_hash.h"

namespace sluice::stages {

/// Checks each event against the schema of its eid (pipeline-preprocessor.md 3.1-3.3, 3.5.1).
///
/// A valid event gets its flag and its type; every other one, and what is no event at all, is
/// diverted with the text that the original writes and with every error of the schema.
class ValidateTelemetry final : public Stage {
 public:
  struct Settings {
    SideOutputId side_output = 0;
    bool event_types_only = false;
    CounterId succeeded = 0;
    CounterId failed = 0;
  };
  ValidateTelemetry(std::shared_ptr<const SchemaRegistry> schemas, Settings settings)
      : schemas_(std::move(schemas)), settings_(settings) {}

  Status Finish(Batch& batch) override;

 private:
  const Schema* SchemaOf(const Event& event);
  const Schema* Lookup(std::string_view eid) const;
  void Reject(Batch& batch, Event& event, const Schema* schema);
  void RejectUnreadable(Batch& batch, Event& event);
  void Divert(Event& event, Reason reason, std::string_view text, std::string_view detail);

  std::shared_ptr<const SchemaRegistry> schemas_;
  Settings settings_;
  /// By the eid as it is spelled, which saves lower-casing it again and again.
  std::unordered_map<std::string, const Schema*, SeededStringHash, std::equal_to<>> known_;
};

StageSpec ValidateTelemetrySpec();

}  // namespace sluice::stages
