#include "files/text_form.h"

#include <gtest/gtest.h>

#include <random>

#include "files/line_reader.h"
#include "temporary_directory.h"

namespace sluice {
namespace {

using namespace std::string_literals;

TEST(TextFormTest, LinesOfAnyTextPass) {
  for (const std::string& text :
       {""s, "\n"s, "{}\n{}\n"s, "no JSON\n"s, "\xEF\xBB\xBF{}\n"s, "\xFF not UTF-8\n"s, "{\n{}\n"s,
        "[1,2]\n[3]\n"s, "{\"a\":1,\n"s, "PK"s, "P"s}) {
    EXPECT_EQ(FaultOfText(text), "") << text;
  }
}

TEST(TextFormTest, WhatIsNoTextIsNamed) {
  EXPECT_EQ(FaultOfText("PK\x03\x04\x14"s), "is a zip archive");
  EXPECT_EQ(FaultOfText("\x28\xB5\x2F\xFD\x04"s), "is compressed with zstd");
  EXPECT_EQ(FaultOfText("\xFD\x37zXZ\0\0"s), "is compressed with xz");
  EXPECT_EQ(FaultOfText("BZh91AY&SY"s), "is compressed with bzip2");
  EXPECT_EQ(FaultOfText("\xFF\xFE{\0}\0"s), "is UTF-16");
  EXPECT_EQ(FaultOfText("\xFE\xFF\0{\0}"s), "is UTF-16");
  EXPECT_EQ(FaultOfText("\xFF\xFE\0\0{\0\0\0"s), "is UTF-32");
  EXPECT_EQ(FaultOfText("{\0}\0\n\0"s), "is UTF-16 or binary");
  std::string noise;
  std::minstd_rand random(3);
  for (int i = 0; i < 4000; ++i) noise.push_back(static_cast<char>(random() % 255 + 1));
  EXPECT_EQ(FaultOfText(noise), "is UTF-16 or binary");
  EXPECT_EQ(FaultOfText("{}\n{\"a\":\"\0\"}\n"s), "") << "a record may hold any byte";
  EXPECT_NE(FaultOfText("{\n  \"a\": 1\n}\n"s).find("JSON over several lines"), std::string::npos);
  EXPECT_NE(FaultOfText("[\r\n  {\r\n"s).find("JSON over several lines"), std::string::npos);
}

TEST(TextFormTest, AReaderRefusesItBeforeTheFirstLine) {
  const testing::TemporaryDirectory folder;
  const std::string archive = "PK\x03\x04" + std::string(100, 'x') + "\n\n\n";
  for (const std::string& path :
       {folder.Write("a.zip", archive), folder.Write("a.gz", testing::Gzip(archive))}) {
    const auto reader = LineReader::Open(path, 1000);
    ASSERT_FALSE(reader.ok());
    EXPECT_EQ(reader.error().kind, ErrorKind::kInvalidConfig);
    EXPECT_NE(reader.error().message.find(path + " is a zip archive"), std::string::npos);
  }
}

}  // namespace
}  // namespace sluice
