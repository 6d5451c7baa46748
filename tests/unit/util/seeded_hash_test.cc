#include "util/seeded_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sluice {
namespace {

TEST(SeededHashTest, EqualTextsHaveEqualHashesAndOthersDiffer) {
  std::set<std::uint64_t> seen;
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(SeededHash(text), SeededHash(std::string(text)));
    EXPECT_TRUE(seen.insert(SeededHash(text)).second) << i;
    text.push_back(static_cast<char>(i));
  }
  EXPECT_NE(SeededHash(std::string(1, '\0')), SeededHash("")) << "the length counts";
}

}  // namespace
}  // namespace sluice
