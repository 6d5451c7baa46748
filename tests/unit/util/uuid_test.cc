#include "util/uuid.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(UuidTest, AUuidHasTheFormOfOneAndFollowsFromItsName) {
  const UuidText text = NameBasedUuid({"m/0/0"});
  EXPECT_EQ(text, NameBasedUuid({"m", "/0/", "0"}));
  EXPECT_NE(text, NameBasedUuid({"m/0/1"}));
  const std::string uuid(text.data(), text.size());
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    EXPECT_EQ(uuid[i] == '-', hyphen) << uuid;
    EXPECT_NE(std::string("0123456789abcdef-").find(uuid[i]), std::string::npos) << uuid;
  }
  EXPECT_EQ(uuid[14], '8');  // The version.
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
}

}  // namespace
}  // namespace sluice
