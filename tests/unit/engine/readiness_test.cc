#include "engine/readiness.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Readiness, ReasonsNameThePartUntilItIsReady) {
  Readiness readiness;
  readiness.NotReady("worker 1", "starting");
  readiness.NotReady("worker 0", "redis is away");
  EXPECT_EQ(readiness.Reasons(),
            (std::vector<std::string>{"worker 0: redis is away", "worker 1: starting"}));
  readiness.Ready("worker 0");
  EXPECT_EQ(readiness.Reasons(), std::vector<std::string>{"worker 1: starting"});
}

TEST(Readiness, ACallThatTakesLongIsAReasonUntilItEnds) {
  Readiness readiness{milliseconds{0}};
  const std::string part = "worker 0";
  {
    const Readiness::Call call = readiness.Enter(part, "committing a transaction");
    EXPECT_EQ(readiness.Reasons(),
              std::vector<std::string>{"worker 0: committing a transaction for 0 s"});
  }
  EXPECT_TRUE(readiness.Reasons().empty());
}

TEST(Readiness, AShortCallIsNoReason) {
  Readiness readiness{hours{1}};
  const std::string part = "worker 0";
  const Readiness::Call call = readiness.Enter(part, "committing a transaction");
  EXPECT_TRUE(readiness.Reasons().empty());
}

}  // namespace
}  // namespace sluice
