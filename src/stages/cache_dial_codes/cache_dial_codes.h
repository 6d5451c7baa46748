#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/lookup_store.h"
#include "sluice/requests.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "sluice/table_store.h"
#include "stages/merge_content/graph_event.h"
#include "util/seeded_hash.h"

namespace sluice::stages {

/// Looks the dial codes of learning-graph transactions up in an API where the cache does not have
/// them, and caches what it answers (content-cache-updater.md 4). Ends all events.
///
/// Each code of a batch is asked for once; what is counted is as if one came after the other. A
/// write is the API's answer: of the class "absolute" (ADR 11).
class CacheDialCodes final : public Stage {
 public:
  struct Settings {
    SideOutputId side_output = 0;
    CounterId total = 0;
    CounterId cache_hit = 0;
    CounterId api_hit = 0;
    CounterId api_miss = 0;
    CounterId failed = 0;
  };
  struct Stores {
    std::unique_ptr<TableStore> cache;
    std::string cache_name;  ///< In the configuration.
    std::unique_ptr<LookupStore> api;
    std::string api_name;
  };
  CacheDialCodes(const Settings& settings, Stores stores)
      : settings_(settings),
        cache_(std::move(stores.cache), std::move(stores.cache_name)),
        api_(std::move(stores.api), std::move(stores.api_name)) {}

  Status Probe() override;
  Status Finish(Batch& batch) override;
  void Cancel() override;

 private:
  struct DialCode {
    bool cached = false;
    bool wrong_type = false;
    bool written = false;
    std::optional<std::string> answer;  ///< The API's.
  };

  /// Walks the codes of an event: `with` is called with each that is a string but "".
  template <typename Function>
  static void ForEachCode(const Event& event, Defects& defects, const Function& with);
  Status ReadCache();
  Status AskApi();
  void Settle(Batch& batch, Event& event);
  void Use(Batch& batch, std::string_view text, DialCode& code, Defects& defects) const;
  Status WriteCache();

  Settings settings_;
  Requests<TableStore, DialCode*> cache_;
  Requests<LookupStore, DialCode*> api_;
  std::unordered_map<std::string_view, DialCode, SeededStringHash> codes_;  ///< Of the batch.
};

StageSpec CacheDialCodesSpec();

}  // namespace sluice::stages
