#pragma once

#include "sluice/port_spec.h"
#include "sluice/stage_spec.h"
#include "sluice/store_spec.h"

namespace sluice {

/// Everything that a configuration can name. The lists are stages/builtin.cc and
/// daemon/builtin_ports.cc.
struct Registry {
  SpecRegistry<StageSpec> stages;
  SpecRegistry<SourceSpec> sources;
  SpecRegistry<SinkSpec> sinks;
  SpecRegistry<StoreSpec> stores;
};

}  // namespace sluice
