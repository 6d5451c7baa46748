#include "daemon/flow_builder.h"

#include <gmock/gmock.h>

#include <string>

#include "daemon/builtin_ports.h"
#include "daemon/log.h"
#include "stages/builtin.h"
#include "support/fakes.h"
#include "unit/config/config_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class FlowBuilderTest : public ConfigTest {
 protected:
  Registry registry_;
};

TEST_F(FlowBuilderTest, TheGraphSaysWhatEachStageMayReach) {
  ASSERT_TRUE(RegisterBuiltinStages(registry_.stages).ok());
  ASSERT_TRUE(RegisterBuiltinPorts(registry_).ok());
  auto loaded = Load(
      "pipeline: p\ntopic_prefix: 'dev.'\n"
      "source: { kafka: { brokers: 'h:9092', group: g, topics: [in] } }\n"
      "stages:\n"
      "  - route: [ { eid: LOG, to: log, end: true } ]\n"
      "  - deduplicate: { key: /mid, store: dedup, ttl: 1h, flag: f }\n"
      "  - set_hub\n"
      "  - route: [ { eid: A, to: [log, out] }, { to: out } ]\n"
      "side_outputs: { failed: bad, duplicate: twice }\n"
      "sink: { kafka: {} }\nstores: { dedup: { memory: {} } }\n");
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  auto checked = CheckPipeline(*loaded.value(), registry_);
  ASSERT_TRUE(checked.ok()) << checked.error().message;
  fakes::FakeMetrics metrics;
  const fakes::FixedClock clock(0);
  SharedResources shared{clock, metrics, checked.value(), NoLog()};
  const auto built = BuildFlow(shared);
  ASSERT_TRUE(built.ok()) << built.error().message;
  const FlowGraph& graph = built.value().graph;
  ASSERT_EQ(graph.pipelines.size(), 1U);
  const FlowGraph::Pipeline& pipeline = graph.pipelines[0];
  ASSERT_EQ(pipeline.reads.size(), 1U);
  EXPECT_EQ(pipeline.reads[0].topic, "dev.in");
  EXPECT_TRUE(pipeline.reads[0].from_source);
  EXPECT_FALSE(pipeline.reads[0].from_memory);
  ASSERT_EQ(pipeline.stages.size(), 4U);
  EXPECT_EQ(pipeline.stages[3].name, "route_2");
  EXPECT_THAT(pipeline.stages[0].topics, ElementsAre("dev.log"));
  EXPECT_THAT(pipeline.stages[3].topics, ElementsAre("dev.log", "dev.out"))
      << "also what an earlier stage has asked for";
  EXPECT_THAT(pipeline.stages[1].side_outputs, ElementsAre("duplicate"));
  EXPECT_THAT(pipeline.stages[1].stores, ElementsAre("dedup"));
  EXPECT_THAT(pipeline.stages[2].topics, IsEmpty());
  EXPECT_NE(pipeline.stages[2].summary, "");
  EXPECT_THAT(pipeline.side_outputs,
              ElementsAre(Pair("failed", "dev.bad"), Pair("duplicate", "dev.twice")));
  ASSERT_EQ(graph.stores.size(), 1U);
  EXPECT_EQ(graph.stores[0].kind, "memory");
  EXPECT_THAT(FlowGraphJson(graph),
              testing::StartsWith(R"({"pipelines":[{"pipeline":"p","reads":[{"topic":"dev.in",)"
                                  R"("from_source":true,"from_memory":false}],"stages":[)"));
}

}  // namespace
}  // namespace sluice
