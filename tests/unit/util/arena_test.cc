#include "sluice/arena.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

TEST(ArenaTest, SteadyUseReservesNothingMore) {
  Arena arena(1024);
  const auto fill = [&] {
    for (int i = 0; i < 100; ++i) arena.Allocate(100);
  };
  fill();
  const std::size_t reserved = arena.bytes_reserved();
  for (int round = 0; round < 10; ++round) {
    arena.Reset();
    fill();
  }
  EXPECT_EQ(arena.bytes_reserved(), reserved);
}

TEST(ArenaTest, LargeAllocationsAreGivenBack) {
  Arena arena(1024);
  arena.Allocate(100);
  const std::size_t reserved = arena.bytes_reserved();
  arena.Allocate(1 << 20);
  EXPECT_GE(arena.bytes_reserved(), reserved + (1 << 20));
  arena.Reset();
  EXPECT_EQ(arena.bytes_reserved(), reserved);
}

TEST(ArenaTest, CopiesStandApart) {
  Arena arena;
  std::string text = "abc";
  const std::string_view copy = arena.Copy(text);
  text = "xyz";
  EXPECT_EQ(copy, "abc");
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.Allocate(3)) % 8, 0U);
}

TEST(ArenaTest, ItSaysWhatIsInUseAndKeepsNoMoreThanItIsTold) {
  Arena arena(1024);
  EXPECT_EQ(arena.bytes_used(), 0U);
  for (int i = 0; i < 10; ++i) arena.Allocate(500);
  EXPECT_EQ(arena.bytes_used(), 5U * 1024);
  arena.Allocate(4000);
  EXPECT_EQ(arena.bytes_used(), 5U * 1024 + 4000);
  arena.Reset(2);
  EXPECT_EQ(arena.bytes_used(), 0U);
  EXPECT_EQ(arena.bytes_reserved(), 2U * 1024);
}

}  // namespace
}  // namespace sluice
