#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/requests.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "sluice/table_store.h"
#include "stages/merge_content/content_document.h"
#include "stages/merge_content/graph_event.h"
#include "util/seeded_hash.h"

namespace sluice::stages {

/// Puts the new property values of learning-graph transactions into the cached documents of their
/// contents (content-cache-updater.md 3). Events that carry dial codes go on, the others end here.
///
/// A write is the document after the last event of the batch: of the class "absolute" (ADR 11).
class MergeContent final : public Stage {
 public:
  struct Settings {
    SideOutputId side_output = 0;
    bool keeps_unreadable = false;  ///< They go to the side output instead of being dropped.
    CounterId written = 0;
    CounterId skipped = 0;
    CounterId failed = 0;
  };
  /// `name` is the store's in the configuration.
  MergeContent(const Settings& settings, std::unique_ptr<TableStore> contents,
               const std::string& name)
      : settings_(settings), contents_(std::move(contents), name) {}

  Status Probe() override { return contents_.Ping(); }
  Status Finish(Batch& batch) override;
  void Cancel() override { contents_.Cancel(); }

 private:
  struct Content {
    ContentDocument document;
    bool wrong_type = false;
    bool changed = false;
    std::string text;  ///< What is written.
  };
  struct Task {
    Event* event = nullptr;
    Content* content = nullptr;
  };

  void AddTask(Batch& batch, Event& event);
  void Skip(Batch& batch, Event& event, Reason reason) const;
  Status ReadContents();
  void Merge(Batch& batch, const Task& task) const;
  static void MergeProperty(Value property, const Document& event, ContentDocument& content,
                            Defects& defects);
  Status WriteContents();

  Settings settings_;
  Requests<TableStore, Content*> contents_;
  // Of the batch in hand.
  std::vector<Task> tasks_;
  std::unordered_map<std::string_view, Content, SeededStringHash> known_;  ///< By the node's id.
};

StageSpec MergeContentSpec();

}  // namespace sluice::stages
