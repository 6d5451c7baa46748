#pragma once

#include <memory>
#include <string>

#include "sluice/claim_store.h"
#include "sluice/clock.h"
#include "sluice/event.h"
#include "sluice/lookup_store.h"
#include "sluice/result.h"
#include "sluice/row_store.h"
#include "sluice/schema_registry.h"
#include "sluice/table_store.h"

namespace sluice {

/// What a stage may ask its host for while it is built. Implemented by the daemon, one per worker.
/// Objects given out live as long as the worker.
class Resources {
 public:
  virtual ~Resources() = default;

  [[nodiscard]] virtual const Clock& clock() const = 0;
  /// The topic's id; `name` is without prefix. The sink writes to every topic asked for here.
  virtual TopicId Topic(const std::string& name) = 0;
  /// The real name, prefix and all, of the topic: what positions begin with.
  [[nodiscard]] virtual std::string TopicName(const std::string& name) const = 0;
  /// kInvalidConfig if the pipeline has no such side output.
  virtual Result<SideOutputId> SideOutput(const std::string& name) = 0;
  /// A counter of the job, shown as sluice_job_events_total{counter="<name>"}.
  virtual CounterId Counter(const std::string& name) = 0;
  /// A connection of its own to the store of that name; kInvalidConfig if there is none.
  virtual Result<std::unique_ptr<ClaimStore>> Claims(const std::string& store) = 0;
  /// A connection of its own to the reference data of that name; kInvalidConfig if there is none.
  virtual Result<std::unique_ptr<LookupStore>> Lookups(const std::string& store) = 0;
  /// A connection of its own to the table of that name; kInvalidConfig if there is none.
  virtual Result<std::unique_ptr<TableStore>> Tables(const std::string& store) = 0;
  /// A connection of its own to the rows of that name; kInvalidConfig if there is none.
  virtual Result<std::unique_ptr<RowStore>> Rows(const std::string& store) = 0;
  /// The schemas under a directory, loaded and compiled once per process;
  /// kInvalidConfig names the file that is broken.
  virtual Result<std::shared_ptr<const SchemaRegistry>> Schemas(const std::string& directory) = 0;
};

}  // namespace sluice
