#include "engine/pipeline.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

/// Writes what happens to it into a shared list.
class Recorder final : public Stage {
 public:
  Recorder(std::string name, bool requests, std::vector<std::string>& log)
      : name_(std::move(name)), requests_(requests), log_(log) {}
  bool HasRequests() const override { return requests_; }
  Status Start(Batch&) override {
    log_.push_back("start " + name_);
    return Ok();
  }
  Status Finish(Batch& batch) override {
    log_.push_back("finish " + name_);
    for (Event& event : batch.events()) {
      if (event.active() && name_ == "refuse") event.Divert(0, "refused");
    }
    return Ok();
  }

 private:
  std::string name_;
  bool requests_;
  std::vector<std::string>& log_;
};

class PipelineTest : public ::testing::Test {
 protected:
  Pipeline Make(const std::vector<std::pair<std::string, bool>>& stages) {
    std::vector<NamedStage> named;
    named.reserve(stages.size());
    for (const auto& [name, requests] : stages) {
      named.push_back({name, std::make_unique<Recorder>(name, requests, log_), nullptr});
    }
    return Pipeline(std::move(named));
  }
  std::vector<std::string> log_;
  TransactionStats stats_;
};

TEST_F(PipelineTest, ABatchWaitsWhereAStageHasRequests) {
  Pipeline pipeline = Make({{"a", false}, {"b", true}, {"c", false}});
  BatchRun run;
  EXPECT_EQ(pipeline.Advance(run, stats_).value(), Pipeline::Progress::kWaiting);
  EXPECT_EQ(log_, (std::vector<std::string>{"finish a", "start b"}));
  EXPECT_EQ(pipeline.Advance(run, stats_).value(), Pipeline::Progress::kDone);
  EXPECT_EQ(log_.back(), "finish c");
  EXPECT_EQ(log_.size(), 4U);
}

TEST_F(PipelineTest, DiversionsAreCountedOnceAndNamedForTheirStage) {
  Pipeline pipeline = Make({{"a", false}, {"refuse", false}, {"b", false}});
  BatchRun run;
  const Record record{Position{"in", 0, 0}, "{}"};
  EngineAccess::Add(run.batch, record);
  ASSERT_TRUE(pipeline.Advance(run, stats_).ok());
  ASSERT_EQ(stats_.diversions.size(), 1U);
  EXPECT_EQ(stats_.diversions[0].stage, 1U);
  EXPECT_EQ(stats_.diversions[0].count, 1U);
  EXPECT_EQ(EngineAccess::StageOf(run.batch.events()[0]), "refuse");
  EXPECT_EQ(stats_.stages[1].in, 1U);
  EXPECT_EQ(stats_.stages[2].in, 0U);
}

}  // namespace
}  // namespace sluice
