#include "postgres/postgres_fault.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace sluice {
namespace {

struct FaultCase {
  const char* state;
  PostgresFault fault;
  bool ends_connection;
  bool is_configuration;
};

constexpr std::array kFaultCases = {
    FaultCase{"08006", PostgresFault::kConnectionLost, true, false},
    FaultCase{"53300", PostgresFault::kResources, true, false},
    FaultCase{"57P03", PostgresFault::kResources, true, false},
    FaultCase{"57P01", PostgresFault::kShutdown, true, false},
    FaultCase{"57014", PostgresFault::kCancelled, false, false},
    FaultCase{"55P03", PostgresFault::kConflict, false, false},
    FaultCase{"40001", PostgresFault::kConflict, false, false},
    FaultCase{"40P01", PostgresFault::kConflict, false, false},
    FaultCase{"25006", PostgresFault::kReadOnly, true, false},
    FaultCase{"28P01", PostgresFault::kLogin, true, true},
    FaultCase{"3D000", PostgresFault::kDatabase, true, true},
    FaultCase{"42P01", PostgresFault::kSchema, true, true},
    FaultCase{"42703", PostgresFault::kSchema, true, true},
    FaultCase{"42P10", PostgresFault::kSchema, true, true},
    FaultCase{"42501", PostgresFault::kRight, false, true},
    FaultCase{"0A000", PostgresFault::kPlan, true, false},
    FaultCase{"26000", PostgresFault::kPlan, true, false},
    FaultCase{"22P02", PostgresFault::kData, false, false},
    FaultCase{"23502", PostgresFault::kData, false, false},
    FaultCase{"42804", PostgresFault::kData, false, false},
    FaultCase{"54000", PostgresFault::kData, false, false},
    FaultCase{"P0001", PostgresFault::kData, false, false},
    FaultCase{"XX000", PostgresFault::kOther, true, false},
    FaultCase{"", PostgresFault::kOther, true, false},
};

TEST(PostgresFaultTest, SqlstatesAreClassified) {
  for (const FaultCase& expected : kFaultCases) {
    EXPECT_EQ(FaultOfState(expected.state), expected.fault) << expected.state;
    EXPECT_EQ(EndsConnection(expected.fault), expected.ends_connection) << expected.state;
    EXPECT_EQ(IsConfigurationFault(expected.fault), expected.is_configuration) << expected.state;
  }
}

TEST(PostgresFaultTest, EveryFaultHasANameOfItsOwn) {
  std::set<std::string_view> names;
  const auto last = static_cast<int>(PostgresFault::kOther);
  for (int i = 0; i <= last; ++i) names.insert(FaultName(static_cast<PostgresFault>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
}

}  // namespace
}  // namespace sluice
