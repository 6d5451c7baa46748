#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <typeindex>
#include <typeinfo>
#include <utility>

#include "sluice/claim_store.h"
#include "sluice/clock.h"
#include "sluice/finding.h"
#include "sluice/log.h"
#include "sluice/lookup_store.h"
#include "sluice/metrics.h"
#include "sluice/row_store.h"
#include "sluice/spec.h"
#include "sluice/table_store.h"

namespace sluice {

/// What the workers of a process share of a store, by a key of the store's choice; made by the
/// first that asks. Used while stages are built, by one thread.
class SharedObjects {
 public:
  template <typename T>
  std::shared_ptr<T>& Of(const std::string& key) {
    auto& held = objects_[{typeid(T), key}];
    if (held == nullptr) held = std::make_shared<std::shared_ptr<T>>();
    return *static_cast<std::shared_ptr<T>*>(held.get());
  }

 private:
  std::map<std::pair<std::type_index, std::string>, std::shared_ptr<void>> objects_;
};

/// What a worker's connection to a store is made with. References outlive it.
struct StoreContext {
  std::string name;   ///< Its name under `stores`.
  std::string scope;  ///< The pipeline's: stores of the same name in two pipelines are two stores.
  const Clock& clock;
  MetricsRegistry& metrics;
  Log log;
  SharedObjects& shared;
  std::stop_token stop;  ///< The process is to stop: nothing is connected to any more.
};

/// What the pipelines do with a store, as far as an examination has to know it.
struct StoreDemand {
  bool claims = false;              ///< Keys are claimed in it.
  bool lookups = false;             ///< Reference data is read from it.
  bool writes = false;              ///< Its tables or rows are written.
  double events_per_second = 0;     ///< That come in now; 0: not known.
  std::chrono::milliseconds ttl{};  ///< Of the claims; 0: not known.
};

/// A kind of store. It gives what its functions make; an empty function: it can't be used so.
struct StoreSpec : Spec {
  bool remote = false;     ///< Needs a server: `validate` and `explain` do without it.
  bool durable = true;     ///< What is written is there after a restart.
  bool cacheable = false;  ///< Lookups may have a cache in front.

  /// Makes a worker's store. What it needs of a server is left to the first Ping or Send, in the
  /// worker's thread: a server that doesn't answer does not hold up the start.
  std::function<Result<std::unique_ptr<ClaimStore>>(const ConfigNode&, const StoreContext&)> claims;
  std::function<Result<std::unique_ptr<LookupStore>>(const ConfigNode&, const StoreContext&)>
      lookups;
  std::function<Result<std::unique_ptr<TableStore>>(const ConfigNode&, const StoreContext&)> tables;
  std::function<Result<std::unique_ptr<RowStore>>(const ConfigNode&, const StoreContext&)> rows;

  /// Examines the server for `sluice doctor`: that it answers, that the login has its rights, and
  /// what would lose, double or delay events one day. Changes nothing on it. The subject of each
  /// finding is "store <name> at <where>", without secrets. Empty: there is nothing to examine.
  std::function<Findings(const ConfigNode&, const StoreContext&, const StoreDemand&)> examine;
};

}  // namespace sluice
