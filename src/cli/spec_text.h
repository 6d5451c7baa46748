#pragma once

#include <string>
#include <vector>

#include "sluice/registry.h"

namespace sluice {

/// A spec as it is shown: what its kind adds to it, and how it stands in a file.
struct SpecEntry {
  const Spec* spec = nullptr;  ///< Must outlive the entry.
  bool field_list = false;     ///< Written as a list of maps.
  std::string note = {};       ///< One sentence in Markdown; may be empty.
  std::string example = {};    ///< The spec's, with the keys around it.
};

std::vector<SpecEntry> EntriesOf(const SpecRegistry<StageSpec>& stages);
std::vector<SpecEntry> EntriesOf(const SpecRegistry<SourceSpec>& sources);
std::vector<SpecEntry> EntriesOf(const SpecRegistry<SinkSpec>& sinks);
std::vector<SpecEntry> EntriesOf(const SpecRegistry<StoreSpec>& stores);

/// "correct_telemetry   Sets @timestamp, ..." for each.
std::string SpecList(const std::vector<SpecEntry>& entries);
/// One with its keys, note and an example, for a terminal.
std::string SpecText(const SpecEntry& entry);
/// The same as a section of a page.
std::string SpecSection(const SpecEntry& entry);

/// docs/stages.md.
std::string StagePage(const Registry& registry);
/// docs/ports.md.
std::string PortPage(const Registry& registry);
/// "Sources:", "Sinks:" and "Stores:" with the list of each.
std::string PortList(const Registry& registry);
/// Every source, sink and store of that name; empty if there is none.
std::vector<SpecEntry> PortsNamed(const Registry& registry, const std::string& name);

}  // namespace sluice
