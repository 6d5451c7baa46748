#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "sluice/requests.h"
#include "sluice/stage.h"
#include "sluice/stage_spec.h"
#include "sluice/table_store.h"
#include "stages/assessment/failed_assessment.h"
#include "util/seeded_hash.h"

namespace sluice::stages {

/// Diverts assessments of a content that is no leaf node of the course (assessment-aggregator.md
/// 4.1). A course without leaf nodes takes every content.
class CheckLeafNode final : public Stage {
 public:
  struct Settings {
    FailedAssessments failed;
    CounterId known = 0;    ///< The course has leaf nodes.
    CounterId unknown = 0;  ///< It has none.
  };
  CheckLeafNode(Settings settings, std::unique_ptr<TableStore> store, std::string store_name)
      : settings_(settings), leaf_nodes_(std::move(store), std::move(store_name)) {}

  [[nodiscard]] bool HasRequests() const override { return true; }
  Status Probe() override { return leaf_nodes_.Ping(); }
  Status Start(Batch& batch) override;
  Status Finish(Batch& batch) override;
  void Cancel() override { leaf_nodes_.Cancel(); }

 private:
  /// One event, in the list of its course.
  struct Assessment {
    Event* event = nullptr;
    std::string_view content;
    Assessment* next = nullptr;
  };
  struct Course {
    Assessment* first = nullptr;
    Assessment* last = nullptr;
  };

  void Ask(Event& event, Arena& arena);
  /// Diverts those that name no course or no content.
  void DivertFaulty(Batch& batch) const;
  void Judge(Batch& batch, const Course& course, const TableReply& reply);

  Settings settings_;
  Requests<TableStore, Course*> leaf_nodes_;  ///< One request for each course of a batch.
  std::map<std::string_view, Course*> courses_;
  std::unordered_set<std::string_view, SeededStringHash> members_;
};

StageSpec CheckLeafNodeSpec();

}  // namespace sluice::stages
