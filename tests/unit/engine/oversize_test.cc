#include "engine/oversize.h"

#include <gtest/gtest.h>

#include "codec/json_reader.h"

namespace sluice {
namespace {

TEST(OversizeTest, TheReplacementSaysWhatItStandsFor) {
  const std::string raw(200'000, 'x');
  const std::string json = OversizeReplacement(raw, Position{"in", 1, 2}, kRecordTooLarge, 1 << 20);
  Arena arena;
  Document document;
  ASSERT_EQ(JsonReader().Read(json, arena, document), nullptr);
  EXPECT_EQ(document.ReadString(Path("/metadata/reason")), "oversize");
  EXPECT_EQ(document.ReadString(Path("/metadata/refused_by")), "record size limit");
  EXPECT_EQ(document.Find(Path("/metadata/size")).text(), "200000");
  EXPECT_EQ(document.ReadString(Path("/metadata/position")), "in/1/2");
  EXPECT_EQ(document.ReadString(Path("/metadata/raw_event"))->size(), 65536U);
  EXPECT_EQ(document.ReadString(Path("/metadata/sha256"))->size(), 64U);
}

}  // namespace
}  // namespace sluice
