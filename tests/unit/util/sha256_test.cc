#include "util/sha256.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Sha256Test, KnownAnswer) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, PartsAreHashedAsOneText) {
  EXPECT_EQ(Sha256({"a", "", "bc"}), Sha256({"abc"}));
  EXPECT_NE(Sha256({"abc"}), Sha256({"ab"}));
}

}  // namespace
}  // namespace sluice
