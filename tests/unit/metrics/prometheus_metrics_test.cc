#include "metrics/prometheus_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace sluice {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PrometheusMetricsTest, TextShowsEachMetricWithHelpTypeLabelsAndValue) {
  PrometheusMetrics metrics;
  metrics.CounterOf("sluice_events_total", "Events.", {{"state", "emitted"}}).Add(3);
  metrics.GaugeOf("sluice_ready", "Ready.", {}).Set(1);

  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("# HELP sluice_events_total Events.\n"
                              "# TYPE sluice_events_total counter\n"
                              "sluice_events_total{state=\"emitted\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE sluice_ready gauge\nsluice_ready 1\n"));
}

TEST(PrometheusMetricsTest, TheSameNameAndLabelsGiveTheSameObject) {
  PrometheusMetrics metrics;
  Counter& first = metrics.CounterOf("sluice_a_total", "A.", {{"x", "1"}, {"y", "2"}});
  Counter& same = metrics.CounterOf("sluice_a_total", "A.", {{"y", "2"}, {"x", "1"}});
  Counter& other = metrics.CounterOf("sluice_a_total", "A.", {{"x", "1"}, {"y", "3"}});
  EXPECT_EQ(&first, &same);
  EXPECT_NE(&first, &other);
  EXPECT_EQ(&metrics.GaugeOf("sluice_g", "G.", {}), &metrics.GaugeOf("sluice_g", "G.", {}));
}

TEST(PrometheusMetricsTest, AViewReadsTheSeriesOfALabelAndFollowsThem) {
  PrometheusMetrics metrics;
  Counter& errors = metrics.CounterOf("errors_total", "E.", {{"store", "dedup"}, {"kind", "io"}});
  Histogram& trips = metrics.HistogramOf("trip_seconds", "T.", {{"store", "dedup"}}, {1, 2});
  metrics.CounterOf("other_total", "O.", {{"store", "user"}}).Add(7);
  metrics.CounterOf("events_total", "X.", {{"pipeline", "p"}}).Add(1);
  const MetricsView view = metrics.ViewBy("store");
  errors.Add(2);
  trips.Observe(0.5);
  trips.Observe(1.5);
  const MetricsView::Values expected = {
      {"dedup", {{"errors_total{kind=io}", 2}, {"trip_seconds_count", 2}, {"trip_seconds_sum", 2}}},
      {"user", {{"other_total", 7}}}};
  EXPECT_EQ(view.Read(), expected);
  EXPECT_TRUE(MetricsView().Read().empty());
}

TEST(PrometheusMetricsTest, AViewIsReadWhileOthersCount) {
  PrometheusMetrics metrics;
  Histogram& trips = metrics.HistogramOf("trip_seconds", "T.", {{"store", "s"}}, {1, 2});
  const MetricsView view = metrics.ViewBy("store");
  {
    std::jthread first([&] {
      for (int i = 0; i < 10'000; ++i) trips.Observe(1);
    });
    std::jthread second([&] {
      for (int i = 0; i < 10'000; ++i) trips.Observe(1);
    });
    for (int i = 0; i < 100; ++i) EXPECT_LE(view.Read()["s"]["trip_seconds_count"], 20'000);
  }
  EXPECT_EQ(view.Read()["s"]["trip_seconds_sum"], 20'000);
}

TEST(PrometheusMetricsTest, ACounterNeverShrinks) {
  PrometheusMetrics metrics;
  Counter& counter = metrics.CounterOf("sluice_a_total", "A.", {});
  counter.Add(5);
  counter.Add(-2);
  EXPECT_THAT(metrics.Text(), HasSubstr("sluice_a_total 5\n"));
}

TEST(PrometheusMetricsTest, TheBucketsOfTheFirstCallOfANameHold) {
  PrometheusMetrics metrics;
  metrics.HistogramOf("sluice_t_seconds", "T.", {{"s", "a"}}, {0.1, 1}).Observe(0.5);
  metrics.HistogramOf("sluice_t_seconds", "T.", {{"s", "b"}}, {7}).Observe(0.05);

  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("sluice_t_seconds_bucket{s=\"a\",le=\"0.1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("sluice_t_seconds_bucket{s=\"a\",le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_t_seconds_bucket{s=\"b\",le=\"0.1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_t_seconds_bucket{s=\"b\",le=\"+Inf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_t_seconds_count{s=\"a\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("le=\"7\"")));
}

TEST(PrometheusMetricsTest, LabelValuesAreEscaped) {
  PrometheusMetrics metrics;
  metrics.GaugeOf("sluice_g", "G.", {{"topic", "a\"b\\c\nd"}}).Set(1);
  EXPECT_THAT(metrics.Text(), HasSubstr(R"(sluice_g{topic="a\"b\\c\nd"} 1)"));
}

TEST(PrometheusMetricsTest, OneNameForTwoKindsIsRefused) {
  PrometheusMetrics metrics;
  metrics.CounterOf("sluice_a", "A.", {});
  EXPECT_THROW(metrics.GaugeOf("sluice_a", "A.", {}), std::invalid_argument);
}

TEST(PrometheusMetricsTest, ANameThatPrometheusDoesNotAllowIsRefused) {
  PrometheusMetrics metrics;
  EXPECT_THROW(metrics.CounterOf("sluice-a", "A.", {}), std::invalid_argument);
  EXPECT_THROW(metrics.CounterOf("sluice_a", "A.", {{"a-b", "x"}}), std::invalid_argument);
}

TEST(PrometheusMetricsTest, ALeasedGaugeIsThereAsLongAsSomebodyHoldsIt) {
  PrometheusMetrics metrics;
  const Labels labels{{"partition", "0"}};
  auto first = metrics.LeaseGauge("sluice_lag", "L.", labels);
  auto second = metrics.LeaseGauge("sluice_lag", "L.", labels);
  first->Set(7);
  first.reset();
  EXPECT_THAT(metrics.Text(), HasSubstr("sluice_lag{partition=\"0\"} 7\n"));
  second.reset();
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("sluice_lag{")));
  const auto third = metrics.LeaseGauge("sluice_lag", "L.", labels);
  EXPECT_THAT(metrics.Text(), HasSubstr("sluice_lag{partition=\"0\"} 0\n"));
}

TEST(PrometheusMetricsTest, ThreadsMayRegisterCountAndReadAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 500;
  PrometheusMetrics metrics;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&metrics] {
        for (int round = 0; round < kRounds; ++round) {
          metrics.CounterOf("sluice_a_total", "A.", {{"n", std::to_string(round % 5)}}).Increment();
          if (round % 100 == 0) {
            EXPECT_THAT(metrics.Text(), HasSubstr("sluice_a_total"));
          }
        }
      });
    }
  }
  const std::string expected = std::to_string(kThreads * kRounds / 5);
  for (int n = 0; n < 5; ++n) {
    EXPECT_THAT(metrics.Text(),
                HasSubstr("sluice_a_total{n=\"" + std::to_string(n) + "\"} " + expected + "\n"));
  }
}

}  // namespace
}  // namespace sluice
