#include "operations/store_checks.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "checks.h"
#include "config/tree_node.h"
#include "redis/redis_stores.h"
#include "support/redis_server.h"
#include "util/clocks.h"

namespace sluice {
namespace {

using NodeKind = ConfigNode::Kind;

/// A pipeline with a store `dedup` in a real Redis, whose claims live for an hour.
class StoreChecksTest : public ::testing::Test {
 protected:
  StoreChecksTest() : node_(StoreNode(7)), stage_(NodeKind::kMap, "f.yaml", 2, "stages[0]") {
    stage_.AddDefault("store", NodeKind::kScalar).SetText("dedup");
    stage_.AddDefault("ttl", NodeKind::kScalar).SetText("1h");
  }

  TreeNode StoreNode(int db) {
    TreeNode node(NodeKind::kMap, "f.yaml", 1, "stores.dedup.redis");
    node.AddDefault("url", NodeKind::kScalar).SetText(server_.Url(db));
    return node;
  }

  PipelineConfig Pipeline(const TreeNode& node) const {
    PipelineConfig pipeline;
    pipeline.name = "p";
    StoreConfig store;
    store.name = "dedup";
    store.spec = &spec_;
    store.node = &node;
    pipeline.stores.push_back(store);
    pipeline.stages.push_back({nullptr, &stage_});
    return pipeline;
  }

  Findings Examine(const PipelineConfig& pipeline, const StoreUse& use,
                   const Clock& clock = SystemClock()) const {
    Findings findings;
    ExamineStores({use, 1000, clock}, pipeline, findings);
    return findings;
  }

  const StoreUse claims_{.claimed = {"dedup"}, .written = {}, .looked_up = {}};
  const StoreSpec spec_ = RedisStoreSpec();
  testing::RedisServer server_{{"--appendonly", "yes"}};
  TreeNode node_;
  TreeNode stage_;
};

TEST_F(StoreChecksTest, AStoreThatNoStageUsesIsNotExamined) {
  EXPECT_TRUE(Examine(Pipeline(node_), {}).all().empty());
}

TEST_F(StoreChecksTest, WhatTheClaimsNeedFollowsFromRateAndTtl) {
  const Findings findings = Examine(Pipeline(node_), claims_);
  ASSERT_EQ(findings.all().size(), 1U);
  EXPECT_EQ(findings.all()[0].subject, "store dedup at " + server_.Url(7));
  EXPECT_NE(findings.all()[0].text.find("claims need 604 MiB at 1000 events/s"), std::string::npos)
      << findings.all()[0].text;
}

TEST_F(StoreChecksTest, StoresThatAreOneAreExaminedOnce) {
  const TreeNode same = StoreNode(7);
  const TreeNode other = StoreNode(8);
  PipelineConfig fused;
  for (const TreeNode* node : {&std::as_const(node_), &same, &other}) {
    fused.parts.push_back(Pipeline(*node));
  }
  EXPECT_EQ(Examine(fused, claims_).all().size(), 2U);
}

TEST_F(StoreChecksTest, AClockThatIsWrongIsNamed) {
  const FixedClock clock(SystemClock().NowMs() + 3'600'000);
  const Findings findings = Examine(Pipeline(node_), claims_, clock);
  EXPECT_EQ(Faulty(findings), std::vector<std::string>{"warning clock_skew"});
  EXPECT_TRUE(AllAdvise(findings));
  EXPECT_NE(findings.all().back().text.find(" s behind this host's"), std::string::npos);
}

TEST_F(StoreChecksTest, NothingIsWrittenByTheExamination) {
  Examine(Pipeline(node_), {.claimed = {"dedup"}, .written = {}, .looked_up = {"dedup"}});
  EXPECT_EQ(server_.Command({"DBSIZE"}, 7), "0");
}

}  // namespace
}  // namespace sluice
