#include "engine/flow_plan.h"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const PipelineTopics kExtract{"extract", {"ingest"}, {"raw", "log"}};
const PipelineTopics kProcess{"process", {"raw"}, {"unique", "log"}};
const PipelineTopics kEnrich{"enrich", {"unique", "derived"}, {"denorm"}};

std::string ProblemOf(const Result<FlowPlan>& plan) { return plan ? "" : plan.error().message; }

TEST(FlowPlan, OnePipelineReadsAndWritesItsTopics) {
  const FlowPlan plan = PlanFlow({kProcess}, {}, {}).value();
  EXPECT_THAT(plan.order, ElementsAre(0));
  EXPECT_THAT(plan.source_topics, ElementsAre("raw"));
  EXPECT_THAT(plan.sink_topics, ElementsAre("unique", "log"));
}

TEST(FlowPlan, WritersGoBeforeReadersWhateverTheOrderOfTheFile) {
  const FlowPlan plan = PlanFlow({kEnrich, kProcess, kExtract}, {}, {}).value();
  EXPECT_THAT(plan.order, ElementsAre(2, 1, 0));
}

TEST(FlowPlan, WhatAPipelineWritesAndAnotherReadsStaysInMemory) {
  const FlowPlan plan = PlanFlow({kExtract, kProcess, kEnrich}, {}, {}).value();
  EXPECT_THAT(plan.source_topics, ElementsAre("ingest", "derived"));
  EXPECT_THAT(plan.sink_topics, ElementsAre("log", "denorm"));
  EXPECT_THAT(plan.from_source[1], IsEmpty());
  EXPECT_THAT(plan.from_source[2], ElementsAre("derived"));
}

TEST(FlowPlan, WhatIsKeptIsWrittenToo) {
  EXPECT_THAT(PlanFlow({kExtract, kProcess, kEnrich}, {false, {"raw"}}, {}).value().sink_topics,
              ElementsAre("raw", "log", "denorm"));
  EXPECT_THAT(PlanFlow({kExtract, kProcess, kEnrich}, {true, {}}, {}).value().sink_topics,
              ElementsAre("raw", "log", "unique", "denorm"));
  EXPECT_THAT(ProblemOf(PlanFlow({kExtract}, {false, {"rwa"}}, {})),
              HasSubstr("keep: no pipeline writes the topic rwa"));
}

TEST(FlowPlan, ATopicThatOthersWriteTooIsReadFromTheSource) {
  const FlowPlan plan = PlanFlow({kExtract, kProcess}, {}, {"raw"}).value();
  EXPECT_THAT(plan.source_topics, ElementsAre("ingest", "raw"));
  EXPECT_THAT(plan.from_source[1], ElementsAre("raw"));
  EXPECT_THAT(ProblemOf(PlanFlow({kExtract, kProcess}, {true, {}}, {"raw"})),
              HasSubstr("would be read again"));
  EXPECT_THAT(ProblemOf(PlanFlow({kExtract}, {}, {"other"})),
              HasSubstr("no pipeline reads the topic other"));
}

TEST(FlowPlan, PipelinesThatFeedThemselvesAreRefused) {
  EXPECT_THAT(ProblemOf(PlanFlow({{"router", {"raw"}, {"raw"}}}, {}, {})),
              HasSubstr("router reads the topic raw and writes it"));
  EXPECT_THAT(ProblemOf(PlanFlow({kProcess, {"back", {"unique"}, {"raw"}}}, {}, {})),
              HasSubstr("in a circle"));
}

}  // namespace
}  // namespace sluice
