#include "files/line_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "temporary_directory.h"

namespace sluice {
namespace {

using testing::Gzip;
using testing::TemporaryDirectory;

constexpr std::size_t kMaxLine = std::size_t{1} << 20;

/// All lines, and the message of the error that ended them, if any.
struct Reading {
  std::vector<std::string> lines;
  std::string error;
  ErrorKind kind = ErrorKind::kFatal;
};

Reading ReadAll(const std::string& path, std::size_t max_line = kMaxLine) {
  Reading reading;
  auto reader = LineReader::Open(path, max_line);
  if (!reader) return {{}, reader.error().message, reader.error().kind};
  std::string_view line;
  for (;;) {
    const auto more = reader.value().Next(line);
    if (!more) {
      reading.error = more.error().message;
      reading.kind = more.error().kind;
      return reading;
    }
    if (!more.value()) return reading;
    reading.lines.emplace_back(line);
    EXPECT_EQ(reader.value().lines(), static_cast<std::int64_t>(reading.lines.size()));
  }
}

class LineReaderTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
};

TEST_F(LineReaderTest, LinesEndWithLineFeedOrBothAndTheLastMayGoWithout) {
  const Reading reading = ReadAll(directory_.Write("f", "a\n\nb\r\nc\rd\n\r\nlast"));
  EXPECT_EQ(reading.lines, (std::vector<std::string>{"a", "", "b", "c\rd", "", "last"}));
  EXPECT_EQ(reading.error, "");
}

TEST_F(LineReaderTest, AnEmptyFileHasNoLines) {
  EXPECT_TRUE(ReadAll(directory_.Write("f", "")).lines.empty());
  EXPECT_TRUE(ReadAll(directory_.Write("g.gz", Gzip(""))).lines.empty());
}

TEST_F(LineReaderTest, GzipIsToldByItsFirstBytesNotByItsName) {
  const Reading zipped = ReadAll(directory_.Write("zipped.ndjson", Gzip("a\nb\n")));
  EXPECT_EQ(zipped.lines, (std::vector<std::string>{"a", "b"}));
  const Reading plain = ReadAll(directory_.Write("plain.gz", "a\nb\n"));
  EXPECT_EQ(plain.lines, (std::vector<std::string>{"a", "b"}));
}

TEST_F(LineReaderTest, SeveralGzipMembersAreOneText) {
  const Reading reading = ReadAll(directory_.Write("f.gz", Gzip("a\nb") + Gzip("c\n") + Gzip("d")));
  EXPECT_EQ(reading.lines, (std::vector<std::string>{"a", "bc", "d"}));
}

TEST_F(LineReaderTest, LinesOfEverySizeSurviveTheBlocksOfReading) {
  std::mt19937 random(11);
  std::vector<std::string> lines;
  std::string text;
  for (int i = 0; i < 300; ++i) {
    const std::size_t size = i % 50 == 0 ? 600'000 : random() % 5'000;
    lines.emplace_back(size, static_cast<char>('a' + i % 26));
    text += lines.back() + "\n";
  }
  EXPECT_EQ(ReadAll(directory_.Write("f", text)).lines, lines);
  EXPECT_EQ(ReadAll(directory_.Write("f.gz", Gzip(text))).lines, lines);
}

TEST_F(LineReaderTest, AMissingFileAndADirectoryAreNamed) {
  const Reading missing = ReadAll(directory_ / "missing");
  EXPECT_EQ(missing.kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(missing.error.find("missing: No such file"), std::string::npos) << missing.error;
  const Reading folder = ReadAll(directory_ / "");
  EXPECT_EQ(folder.kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(folder.error.find("no regular file"), std::string::npos) << folder.error;
}

TEST_F(LineReaderTest, ACutOffGzipFileGivesWhatItHasAndThenSaysSo) {
  std::string text;
  std::mt19937 random(5);
  for (int i = 0; i < 200'000; ++i) text += std::to_string(random()) + "\n";
  const std::string zipped = Gzip(text);
  const Reading reading = ReadAll(directory_.Write("f.gz", zipped.substr(0, zipped.size() / 2)));
  EXPECT_GT(reading.lines.size(), 50'000U);
  EXPECT_EQ(reading.kind, ErrorKind::kFatal);
  EXPECT_NE(reading.error.find("f.gz:" + std::to_string(reading.lines.size() + 1) + ":"),
            std::string::npos)
      << reading.error;
  EXPECT_NE(reading.error.find("cut off"), std::string::npos) << reading.error;
}

TEST_F(LineReaderTest, ADamagedGzipFileIsNamed) {
  std::string zipped = Gzip("some line\nanother line\n");
  zipped[zipped.size() - 6] = static_cast<char>(zipped[zipped.size() - 6] ^ 0x55);  // Its checksum.
  const Reading reading = ReadAll(directory_.Write("f.gz", zipped));
  EXPECT_EQ(reading.kind, ErrorKind::kFatal);
  EXPECT_NE(reading.error.find("broken gzip data"), std::string::npos) << reading.error;
}

TEST_F(LineReaderTest, ALineThatIsTooLongIsNamedWithItsNumber) {
  const std::string path = directory_.Write("f", "a\n" + std::string(1'000, 'b') + "\nc\n");
  EXPECT_EQ(ReadAll(path, 1'000).lines.size(), 3U);
  const Reading reading = ReadAll(path, 999);
  EXPECT_EQ(reading.lines, std::vector<std::string>{"a"});
  EXPECT_EQ(reading.kind, ErrorKind::kFatal);
  EXPECT_NE(reading.error.find("/f:2: the line is longer than 999 bytes"), std::string::npos)
      << reading.error;
}

TEST_F(LineReaderTest, AGzipBombIsStoppedAtTheLongestLine) {
  std::string spaces;
  spaces.resize(100'000'000, ' ');
  const std::string bomb = Gzip(spaces);
  ASSERT_LT(bomb.size(), 200'000U);
  const Reading reading = ReadAll(directory_.Write("bomb.gz", bomb));
  EXPECT_TRUE(reading.lines.empty());
  EXPECT_NE(reading.error.find("longer than 1048576 bytes"), std::string::npos) << reading.error;
}

}  // namespace
}  // namespace sluice
