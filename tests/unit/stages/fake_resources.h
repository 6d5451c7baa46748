#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "schema/schema_loader.h"
#include "sluice/resources.h"
#include "support/fakes.h"

namespace sluice {

/// Gives out ids in the order of asking; claims stand in a map that outlives the stages.
class FakeResources final : public Resources {
 public:
  static constexpr std::int64_t kNow = 1'600'000'000'000;  // 2020-09-13T12:26:40.000Z

  [[nodiscard]] const Clock& clock() const override { return now; }
  TopicId Topic(const std::string& name) override {
    return static_cast<TopicId>(IndexOf(topics, name));
  }
  [[nodiscard]] std::string TopicName(const std::string& name) const override { return name; }
  Result<SideOutputId> SideOutput(const std::string& name) override {
    const auto at = std::ranges::find(side_outputs, name);
    if (at == side_outputs.end()) return Error{ErrorKind::kInvalidConfig, "no " + name};
    return static_cast<SideOutputId>(at - side_outputs.begin());
  }
  CounterId Counter(const std::string& name) override {
    return static_cast<CounterId>(IndexOf(counters, name));
  }
  Result<std::unique_ptr<ClaimStore>> Claims(const std::string& store) override {
    if (store != "dedup") return Error{ErrorKind::kInvalidConfig, "no " + store};
    auto made = std::make_unique<fakes::FakeClaims>(claims);
    last_store = made.get();
    return std::unique_ptr<ClaimStore>(std::move(made));
  }
  Result<std::unique_ptr<LookupStore>> Lookups(const std::string& store) override {
    auto made = std::make_unique<fakes::FakeLookups>(lookups[store]);
    last_lookups[store] = made.get();
    return std::unique_ptr<LookupStore>(std::move(made));
  }
  Result<std::unique_ptr<TableStore>> Tables(const std::string& store) override {
    const auto make = tables.find(store);
    if (make == tables.end()) return Error{ErrorKind::kInvalidConfig, "no " + store};
    return make->second();
  }
  Result<std::unique_ptr<RowStore>> Rows(const std::string& store) override {
    const auto make = rows.find(store);
    if (make == rows.end()) return Error{ErrorKind::kInvalidConfig, "no " + store};
    return make->second();
  }
  Result<std::shared_ptr<const SchemaRegistry>> Schemas(const std::string& directory) override {
    return LoadSchemas(std::string(SLUICE_SOURCE_DIR "/") + directory);
  }

  fakes::FixedClock now{kNow};
  std::vector<std::string> topics;
  std::vector<std::string> side_outputs = {"failed", "duplicate", "batch_failed"};
  std::vector<std::string> counters;
  std::map<std::string, std::string> claims;
  std::map<std::string, fakes::FakeLookups::Entries> lookups;  ///< By store.
  std::map<std::string, fakes::FakeLookups*> last_lookups;     ///< Of the stage built last.
  /// By store: what makes a connection to it.
  std::map<std::string, std::function<std::unique_ptr<TableStore>()>> tables;
  std::map<std::string, std::function<std::unique_ptr<RowStore>()>> rows;
  fakes::FakeClaims* last_store = nullptr;  ///< Of the stage that was built last.

 private:
  static std::size_t IndexOf(std::vector<std::string>& names, const std::string& name) {
    const auto at = std::ranges::find(names, name);
    if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
    names.push_back(name);
    return names.size() - 1;
  }
};

}  // namespace sluice
