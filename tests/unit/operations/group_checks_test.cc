#include "operations/group_checks.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "checks.h"

namespace sluice {
namespace {

/// Two partitions, both read to the end; a daemon of the pipeline is a member.
LagReport GoodReport() {
  LagReport report;
  report.group = "g";
  report.description = {.state = "Stable", .members = {{"sluice-p", "/127.0.0.1"}}};
  for (const std::int32_t id : {0, 1}) {
    report.partitions.push_back(
        {.id = {"t", id}, .committed = 100, .begin = 10, .end = 100, .records = 0, .seconds = 0});
  }
  return report;
}

GroupDemands Demands() {
  return {.file = "f.yaml", .pipeline = "p", .retention_ms = {{"t", 100'000}}};
}

TEST(GroupChecksTest, AGoodGroupIsOneLine) {
  Findings findings;
  CheckGroup(GoodReport(), Demands(), findings);
  ASSERT_EQ(findings.all().size(), 1U);
  EXPECT_EQ(findings.all()[0].text, "Stable, 1 member(s), lag 0 record(s), 0 s");
}

struct BadGroup {
  const char* expected;
  std::function<void(LagReport&, GroupDemands&)> spoil;
};

class GroupFault : public ::testing::TestWithParam<BadGroup> {};

TEST_P(GroupFault, IsNamedOnceWithAdvice) {
  LagReport report = GoodReport();
  GroupDemands demands = Demands();
  GetParam().spoil(report, demands);
  Findings findings;
  CheckGroup(report, demands, findings);
  EXPECT_EQ(Faulty(findings), std::vector<std::string>{GetParam().expected});
  EXPECT_TRUE(AllAdvise(findings));
}

INSTANTIATE_TEST_SUITE_P(
    All, GroupFault,
    ::testing::Values(
        BadGroup{"error group_strangers",
                 [](LagReport& report, GroupDemands&) {
                   report.description.members.push_back({"consumer-flink-1", "/10.0.0.7"});
                 }},
        BadGroup{"warning group_idle_workers",
                 [](LagReport&, GroupDemands& demands) { demands.workers = 3; }},
        BadGroup{"warning group_no_offsets",
                 [](LagReport& report, GroupDemands&) { report.partitions[1].committed = -1; }},
        BadGroup{"error group_no_offsets",
                 [](LagReport& report, GroupDemands& demands) {
                   demands.reset = kafka::OffsetReset::kError;
                   report.partitions[1].committed = -1;
                 }},
        BadGroup{"error group_behind_log_start",
                 [](LagReport& report, GroupDemands&) { report.partitions[0].committed = 9; }},
        BadGroup{"error group_after_end",
                 [](LagReport& report, GroupDemands&) { report.partitions[0].committed = 101; }},
        BadGroup{"warning group_near_retention",
                 [](LagReport& report, GroupDemands&) { report.partitions[0].seconds = 50.1; }}));

TEST(GroupChecksTest, APartitionThatNeverHeldARecordNeedsNoOffset) {
  LagReport report = GoodReport();
  report.partitions[1] = {.id = {"t", 1}, .begin = 0, .end = 0, .records = 0, .seconds = 0};
  Findings findings;
  CheckGroup(report, Demands(), findings);
  EXPECT_EQ(Faulty(findings), std::vector<std::string>());
}

TEST(GroupChecksTest, ManyPartitionsAreNotAllNamed) {
  LagReport report = GoodReport();
  for (std::int32_t id = 2; id < 20; ++id) {
    report.partitions.push_back({.id = {"t", id}, .begin = 0, .end = 5});
  }
  Findings findings;
  CheckGroup(report, Demands(), findings);
  EXPECT_NE(findings.all()[0].text.find("t[6] and 13 more"), std::string::npos)
      << findings.all()[0].text;
}

TEST(StartOfTest, FollowsTheResetWhereNothingIsCommitted) {
  const PartitionLag fresh{.id = {"t", 0}, .begin = 10, .end = 100};
  EXPECT_EQ(StartOf(fresh, kafka::OffsetReset::kEarliest), 10);
  EXPECT_EQ(StartOf(fresh, kafka::OffsetReset::kLatest), 100);
  EXPECT_EQ(StartOf(fresh, kafka::OffsetReset::kError), std::nullopt);
  const PartitionLag late{.id = {"t", 0}, .committed = 5, .begin = 10, .end = 100};
  EXPECT_EQ(StartOf(late, kafka::OffsetReset::kError), 10);
}

}  // namespace
}  // namespace sluice
