#include "operations/cluster_checks.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(VersionOfTest, IsThatOfTheProtocolOfTheBrokers) {
  EXPECT_EQ(VersionOf({{"inter.broker.protocol.version", "3.9-IV0"}}), "3.9");
  EXPECT_EQ(VersionOf({{"inter.broker.protocol.version", "2.8"}}), "2.8");
  EXPECT_EQ(VersionOf({}), "4.0 or newer");
}

TEST(IsTooOldTest, TransactionsCheckMembershipFrom25On) {
  for (const char* version : {"0.11.0", "1.1", "2.0", "2.4"}) EXPECT_TRUE(IsTooOld(version));
  for (const char* version : {"2.5", "2.8", "3.0", "4.0 or newer", "10.1"}) {
    EXPECT_FALSE(IsTooOld(version)) << version;
  }
}

TEST(FailWithTest, TheAdviceIsWhatStandsLast) {
  Findings findings;
  FailWith(findings, "c", "s", Error{ErrorKind::kUnavailable, "a; b; do this"});
  FailWith(findings, "c", "s", Error{ErrorKind::kUnavailable, "a"});
  EXPECT_EQ(findings.all()[0].text, "a; b");
  EXPECT_EQ(findings.all()[0].advice, "do this");
  EXPECT_EQ(findings.all()[1].text, "a");
  EXPECT_NE(findings.all()[1].advice, "");
}

}  // namespace
}  // namespace sluice
