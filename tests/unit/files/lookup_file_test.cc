#include "files/lookup_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "unit/files/temporary_directory.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = Lookup::Kind;
using State = LookupReply::State;

class LookupFileTest : public ::testing::Test {
 protected:
  Result<std::shared_ptr<const MemoryLookups>> Load(const std::string& text, int db = 5) {
    std::ofstream(path_, std::ios::binary) << text;
    return LoadLookups(path_, db);
  }
  std::string Complaint(const std::string& text) {
    const auto loaded = Load(text);
    EXPECT_FALSE(loaded.ok()) << text;
    if (loaded.ok()) return "";
    EXPECT_EQ(loaded.error().kind, ErrorKind::kInvalidConfig);
    EXPECT_THAT(loaded.error().message, StartsWith(path_));
    return loaded.error().message.substr(path_.size());
  }

  testing::TemporaryDirectory directory_;
  std::string path_ = directory_ / "lookups.ndjson";
};

TEST_F(LookupFileTest, TextsAndHashesOfTheDatabaseAreFound) {
  const auto loaded = Load(
      R"({"store": "x", "db": 5, "key": "do_1", "type": "string", "value": "{\"a\":\"\\u00e9\"}", "ttl": null})"
      "\n\n"
      R"({"db": 5, "key": "d1", "type": "hash", "value": {"state": "Goa", "city": ""}})"
      "\r\n"
      R"({"db": 2, "key": "do_2", "type": "string", "value": "of another database"})");
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  const MemoryLookups& lookups = *loaded.value();
  EXPECT_EQ(lookups.size(), 2U);
  EXPECT_EQ(lookups.Find({Kind::kText, "do_1"}).text, R"({"a":"\u00e9"})");
  const LookupReply hash = lookups.Find({Kind::kHash, "d1"});
  ASSERT_EQ(hash.fields.size(), 2U);
  EXPECT_EQ(hash.fields[0].name, "state");
  EXPECT_EQ(hash.fields[0].value, "Goa");
  EXPECT_EQ(hash.fields[1].value, "");
  EXPECT_EQ(lookups.Find({Kind::kText, "do_2"}).state, State::kMissing);
  EXPECT_EQ(lookups.Find({Kind::kText, "d1"}).state, State::kWrongType);
}

TEST_F(LookupFileTest, AnotherTypeIsOfTheWrongTypeForEveryQuestion) {
  const auto loaded = Load(R"({"db": 5, "key": "l", "type": "list", "value": ["x"]})");
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded.value()->Find({Kind::kText, "l"}).state, State::kWrongType);
  EXPECT_EQ(loaded.value()->Find({Kind::kHash, "l"}).state, State::kWrongType);
}

TEST_F(LookupFileTest, AnEmptyHashIsMissingAsInRedis) {
  const auto loaded = Load(R"({"db": 5, "key": "h", "type": "hash", "value": {}})");
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded.value()->Find({Kind::kHash, "h"}).state, State::kMissing);
}

TEST_F(LookupFileTest, WithoutADatabaseItIsDatabase0) {
  const std::string line = R"({"key": "k", "type": "string", "value": "v"})";
  EXPECT_EQ(Load(line, 0).value()->size(), 1U);
  EXPECT_EQ(Load(line, 5).value()->size(), 0U);
}

TEST_F(LookupFileTest, AFileMayBeCompressed) {
  const std::string line = R"({"db": 5, "key": "k", "type": "string", "value": "v"})";
  const std::string path = directory_ / "lookups.ndjson.gz";
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, line.data(), static_cast<unsigned>(line.size()));
  gzclose(file);
  const auto loaded = LoadLookups(path, 5);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded.value()->Find({Kind::kText, "k"}).text, "v");
}

TEST_F(LookupFileTest, WhatIsWrongWithALineIsSaidWithItsNumber) {
  const std::string good = R"({"db": 5, "key": "k", "type": "string", "value": "v"})"
                           "\n";
  EXPECT_THAT(Complaint(good + "nonsense"),
              StartsWith(":2: this is no JSON object (invalid_json)"));
  EXPECT_THAT(Complaint("[]"), StartsWith(":1: this is no JSON object (not_an_object)"));
  EXPECT_THAT(Complaint(good + "\n" + R"({"db": 5, "type": "string", "value": "v"})"),
              StartsWith(":3: `key` must be a string"));
  EXPECT_THAT(Complaint(R"({"db": "5", "key": "k", "type": "string", "value": "v"})"),
              StartsWith(":1: `db` must be a number"));
  EXPECT_THAT(Complaint(R"({"db": 5, "key": "k", "value": "v"})"), HasSubstr("`type` must be"));
  EXPECT_THAT(Complaint(R"({"db": 5, "key": "k", "type": "string", "value": {}})"),
              HasSubstr("`value` of a string must be a string"));
  EXPECT_THAT(Complaint(R"({"db": 5, "key": "k", "type": "hash", "value": "v"})"),
              HasSubstr("`value` of a hash must be an object"));
  EXPECT_THAT(Complaint(R"({"db": 5, "key": "k", "type": "hash", "value": {"f": 1}})"),
              HasSubstr("the field `f` of a hash must be a string"));
}

TEST_F(LookupFileTest, AFileThatIsNotThereIsNamed) {
  const auto loaded = LoadLookups(directory_ / "none", 5);
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(loaded.error().message, HasSubstr("none: No such file"));
}

}  // namespace
}  // namespace sluice
