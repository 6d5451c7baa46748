#pragma once

#include <memory>
#include <string_view>

#include "sluice/schema_registry.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"

namespace sluice::stages {

/// Checks each event as Druid wants it (druid-events-validator.md 6-8): SEARCH and
/// ME_WORKFLOW_SUMMARY against their schemas, everything else against the envelope.
///
/// A valid event gets its flag; every other one is diverted with the text that the original writes
/// and with every error of the schema.
class ValidateDruid final : public Stage {
 public:
  /// The schemas, which `registry` owns.
  struct Schemas {
    std::shared_ptr<const SchemaRegistry> registry;
    const Schema* search = nullptr;
    const Schema* summary = nullptr;
    const Schema* others = nullptr;
  };
  struct Settings {
    bool eid_only = false;
    SideOutputId side_output = 0;
    CounterId succeeded = 0;
    CounterId failed = 0;
  };
  ValidateDruid(Schemas schemas, Settings settings)
      : schemas_(std::move(schemas)), settings_(settings) {}

  Status Finish(Batch& batch) override;

 private:
  void Check(Batch& batch, Event& event) const;
  [[nodiscard]] const Schema& SchemaOf(Value eid) const;
  void Divert(Batch& batch, Event& event, Reason reason, std::string_view text,
              std::string_view detail) const;

  Schemas schemas_;
  Settings settings_;
};

StageSpec ValidateDruidSpec();

}  // namespace sluice::stages
