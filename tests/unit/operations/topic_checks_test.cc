#include "operations/topic_checks.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "checks.h"

namespace sluice {
namespace {

/// A sink topic that nothing is wrong with: two partitions, three replicas.
TopicFacts GoodTopic(const std::string& name = "t") {
  TopicFacts facts;
  facts.topic = {.name = name, .exists = true, .problem = "", .partitions = {}};
  for (const std::int32_t id : {0, 1}) {
    facts.topic.partitions.push_back({.id = id, .has_leader = true, .replicas = 3, .in_sync = 3});
  }
  facts.written = true;
  facts.settings = {
      {"max.message.bytes", "1572864"}, {"min.insync.replicas", "2"}, {"cleanup.policy", "delete"}};
  return facts;
}

const TopicDemands kDemands{
    .brokers = 3, .max_record_bytes = 1'572'864, .file = "f.yaml", .which = "sink"};

TEST(TopicChecksTest, GoodTopicsAreOneLine) {
  Findings findings;
  CheckTopics({GoodTopic("a"), GoodTopic("b")}, kDemands, findings);
  ASSERT_EQ(findings.all().size(), 1U);
  EXPECT_EQ(findings.all()[0].severity, Finding::Severity::kOk);
}

struct BadTopic {
  const char* expected;
  std::function<void(TopicFacts&)> spoil;
};

class TopicFault : public ::testing::TestWithParam<BadTopic> {};

TEST_P(TopicFault, IsNamedOnceWithAdvice) {
  TopicFacts facts = GoodTopic();
  GetParam().spoil(facts);
  Findings findings;
  CheckTopics({facts, GoodTopic("other")}, kDemands, findings);
  EXPECT_EQ(Faulty(findings), std::vector<std::string>{GetParam().expected});
  EXPECT_TRUE(AllAdvise(findings));
  EXPECT_EQ(findings.all()[0].subject, "topic t");
}

INSTANTIATE_TEST_SUITE_P(
    All, TopicFault,
    ::testing::Values(
        BadTopic{"error topic_missing",
                 [](TopicFacts& facts) {
                   facts.topic = {.name = "t", .problem = "Broker: Unknown topic"};
                 }},
        BadTopic{"error topic_hidden",
                 [](TopicFacts& facts) {
                   facts.topic = {.name = "t", .problem = "Broker: Topic authorization failed"};
                 }},
        BadTopic{"error topic_write_refused",
                 [](TopicFacts& facts) { facts.write_refused = "no"; }},
        BadTopic{"error topic_leaderless",
                 [](TopicFacts& facts) { facts.topic.partitions[1].has_leader = false; }},
        BadTopic{"warning topic_under_replicated",
                 [](TopicFacts& facts) { facts.topic.partitions[1].in_sync = 2; }},
        BadTopic{"error topic_min_insync",
                 [](TopicFacts& facts) { facts.settings->at("min.insync.replicas") = "4"; }},
        BadTopic{"warning topic_min_insync_tight",
                 [](TopicFacts& facts) { facts.settings->at("min.insync.replicas") = "3"; }},
        BadTopic{"warning topic_one_replica",
                 [](TopicFacts& facts) {
                   facts.settings->at("min.insync.replicas") = "1";
                   for (auto& partition : facts.topic.partitions) {
                     partition.replicas = partition.in_sync = 1;
                   }
                 }},
        BadTopic{"warning topic_small_records",
                 [](TopicFacts& facts) { facts.settings->at("max.message.bytes") = "1048588"; }},
        BadTopic{"warning topic_compacted",
                 [](TopicFacts& facts) { facts.settings->at("cleanup.policy") = "compact"; }},
        BadTopic{"warning topic_settings_unreadable",
                 [](TopicFacts& facts) { facts.settings.reset(); }}),
    [](const auto& test) {
      return std::string(test.param.expected)
          .substr(std::string(test.param.expected).find(' ') + 1);
    });

TEST(TopicChecksTest, TopicsWithTheSameFaultShareALine) {
  TopicFacts a = GoodTopic("a");
  TopicFacts b = GoodTopic("b");
  a.settings->at("max.message.bytes") = b.settings->at("max.message.bytes") = "1000";
  Findings findings;
  CheckTopics({a, b}, kDemands, findings);
  ASSERT_EQ(findings.all().size(), 1U);
  EXPECT_EQ(findings.all()[0].subject, "topics a, b");
}

TEST(TopicChecksTest, ASourceTopicNeedsNoRoomForRecords) {
  TopicFacts facts = GoodTopic();
  facts.written = false;
  facts.read = true;
  facts.settings->at("max.message.bytes") = "1000";
  facts.settings->at("min.insync.replicas") = "3";
  Findings findings;
  CheckTopics({facts}, kDemands, findings);
  EXPECT_EQ(Faulty(findings), std::vector<std::string>());
}

}  // namespace
}  // namespace sluice
