#include "util/watchdog.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>

namespace sluice {
namespace {

using std::chrono::milliseconds;

TEST(WatchdogTest, ACallThatOutlivesItsLimitIsNamed) {
  std::promise<std::string> expired;
  Watchdog watchdog([&](std::string_view call) { expired.set_value(std::string(call)); });

  const Watchdog::Guard guard = watchdog.Watch("commit", milliseconds(1));

  EXPECT_EQ(expired.get_future().get(), "commit");
}

TEST(WatchdogTest, OnlyTheLateOneOfTwoCallsIsNamed) {
  std::promise<std::string> expired;
  Watchdog watchdog([&](std::string_view call) { expired.set_value(std::string(call)); });

  const Watchdog::Guard patient = watchdog.Watch("patient", std::chrono::hours(1));
  { const Watchdog::Guard done = watchdog.Watch("done", std::chrono::minutes(1)); }
  const Watchdog::Guard late = watchdog.Watch("late", milliseconds(1));

  EXPECT_EQ(expired.get_future().get(), "late");
}

TEST(WatchdogTest, ACallThatReturnsInTimeIsForgotten) {
  int expiries = 0;
  {
    Watchdog watchdog([&](std::string_view) { ++expiries; });
    { const Watchdog::Guard guard = watchdog.Watch("quick", milliseconds(200)); }
    std::promise<void> later;
    std::promise<std::string> expired;
    Watchdog other([&](std::string_view) { later.set_value(); });
    const Watchdog::Guard guard = other.Watch("clock", milliseconds(250));
    later.get_future().wait();
  }
  EXPECT_EQ(expiries, 0);
}

TEST(WatchdogDeathTest, ExpiryEndsTheProcessForTheSupervisorToStartAgain) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(Watchdog::ExitOnExpiry(nullptr)("commit"), ::testing::ExitedWithCode(75), "");
}

}  // namespace
}  // namespace sluice
