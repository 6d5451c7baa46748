#include "files/table_file.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/fakes.h"
#include "unit/files/temporary_directory.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Op = TableRequest::Op;

constexpr const char* kEntries =
    R"({"store": "x", "db": 5, "key": "t", "type": "string", "value": "a\"\u00e9", "ttl": 9})"
    "\n"
    R"({"db": 5, "key": "s", "type": "set", "value": ["b", "a", "b"]})"
    "\n"
    R"({"db": 5, "key": "l", "type": "list", "value": ["y", 1.50]})"
    "\n"
    R"({"db": 5, "key": "h", "type": "hash", "value": {"g": "2", "f": ""}})"
    "\n"
    R"({"db": 5, "key": "no", "type": "set", "value": []})"
    "\n"
    R"({"db": 2, "key": "t2", "type": "string", "value": "of another database"})";

class TableFileTest : public ::testing::Test {
 protected:
  std::shared_ptr<TableFile> Load(const std::string& output) {
    auto loaded =
        TableFile::Load({.name = "users", .path = path_, .db = 5, .output = output},
                        [this](LogLevel level, std::string_view part, std::string_view text) {
                          EXPECT_EQ(level, LogLevel::kError);
                          log_.append(part).append(": ").append(text);
                        });
    EXPECT_TRUE(loaded.ok()) << loaded.error().message;
    return loaded.ok() ? std::move(loaded).value() : nullptr;
  }
  Status Do(TableStore& store, const std::vector<TableRequest>& requests) {
    SLUICE_TRY(store.Send(requests));
    return store.Receive(replies_);
  }

  testing::TemporaryDirectory directory_;
  std::string path_ = directory_.Write("in.ndjson", kEntries);
  std::string output_ = directory_ / "out.ndjson";
  fakes::FixedClock clock_{0};
  std::vector<TableReply> replies_;
  std::string log_;
};

TEST_F(TableFileTest, EntriesOfTheDatabaseAreFound) {
  FileTableStore store(Load(""), clock_);
  const std::vector<TableField> fields = {{"f"}, {"g"}, {"none"}};
  ASSERT_TRUE(Do(store, {{.op = Op::kGet, .key = "t"},
                         {.op = Op::kGetMembers, .key = "s"},
                         {.op = Op::kGetFields, .key = "h", .fields = fields},
                         {.op = Op::kGet, .key = "l"},
                         {.op = Op::kGetMembers, .key = "no"},
                         {.op = Op::kGet, .key = "t2"}})
                  .ok());
  EXPECT_EQ(replies_[0].text, "a\"\u00e9");
  EXPECT_THAT(replies_[1].members, ElementsAre("a", "b"));
  EXPECT_THAT(replies_[2].values, ElementsAre("", "2", std::nullopt));
  EXPECT_EQ(replies_[3].state, TableReply::State::kWrongType);
  EXPECT_EQ(replies_[4].state, TableReply::State::kMissing);
  EXPECT_EQ(replies_[5].state, TableReply::State::kMissing);
}

TEST_F(TableFileTest, WhatIsThereAtTheEndIsWrittenByKey) {
  {
    const std::shared_ptr<TableFile> file = Load(output_);
    FileTableStore one(file, clock_);
    FileTableStore other(file, clock_);
    const TableField field{"new", "[x]\n"};
    ASSERT_TRUE(Do(one, {{.op = Op::kSetFields, .key = "h", .fields = {&field, 1}}}).ok());
    ASSERT_TRUE(Do(other, {{.op = Op::kSet, .key = "a", .text = ""}}).ok());
    EXPECT_EQ(directory_.Read("out.ndjson"), "") << "not before the end";
  }
  EXPECT_EQ(
      directory_.Read("out.ndjson"),
      R"({"store":"users","db":5,"key":"a","type":"string","value":"","ttl":null})"
      "\n"
      R"({"store":"users","db":5,"key":"h","type":"hash","value":{"f":"","g":"2","new":"[x]\n"},"ttl":null})"
      "\n"
      R"({"store":"users","db":5,"key":"l","type":"list","value":["y", 1.50],"ttl":null})"
      "\n"
      R"({"store":"users","db":5,"key":"s","type":"set","value":["a","b"],"ttl":null})"
      "\n"
      "{\"store\":\"users\",\"db\":5,\"key\":\"t\",\"type\":\"string\",\"value\":"
      "\"a\\\"\u00e9\",\"ttl\":null}\n");
  EXPECT_EQ(log_, "");
}

TEST_F(TableFileTest, TheOutputMayBeReadAgain) {
  output_ = path_;
  {
    FileTableStore store(Load(output_), clock_);
    ASSERT_TRUE(Do(store, {{.op = Op::kSet, .key = "t", .text = "second"}}).ok());
  }
  FileTableStore store(Load(output_), clock_);
  ASSERT_TRUE(Do(store, {{.op = Op::kGet, .key = "t"}, {.op = Op::kGetMembers, .key = "s"}}).ok());
  EXPECT_EQ(replies_[0].text, "second");
  EXPECT_THAT(replies_[1].members, ElementsAre("a", "b"));
}

TEST_F(TableFileTest, WhatIsOnlyReadOrValidatedWritesNoOutput) {
  directory_.Write("out.ndjson", "kept");
  {
    FileTableStore store(Load(output_), clock_);
    ASSERT_TRUE(Do(store, {{.op = Op::kGet, .key = "t"}}).ok());
  }
  EXPECT_EQ(directory_.Read("out.ndjson"), "kept");
  EXPECT_FALSE(std::filesystem::exists(output_ + ".new"));
}

TEST_F(TableFileTest, ARunThatWritesNothingWritesItsStateAllTheSame) {
  {
    FileTableStore store(Load(output_), clock_);
    ASSERT_TRUE(store.Ping().ok());
  }
  EXPECT_THAT(directory_.Read("out.ndjson"), HasSubstr("\"key\":\"h\""));
}

TEST_F(TableFileTest, AnOutputThatCannotBeWrittenIsSaidBeforeTheFirstEvent) {
  FileTableStore store(Load(directory_ / "none/out.ndjson"), clock_);
  const Status status = store.Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_THAT(status.error().message, HasSubstr("none/out.ndjson.new: No such file"));
}

TEST_F(TableFileTest, AnOutputThatIsLostAtTheEndIsLogged) {
  std::filesystem::create_directory(output_);
  {
    FileTableStore store(Load(output_), clock_);
    ASSERT_TRUE(store.Ping().ok());
  }
  EXPECT_THAT(log_, StartsWith("store users: can't rename "));
}

TEST_F(TableFileTest, WhatIsWrongWithASetIsSaid) {
  for (const auto& [value, problem] :
       {std::pair{"{}", "`value` of a set must be an array of strings"},
        std::pair{"[1]", "the members of a set must be strings"}}) {
    const std::string line = R"({"key": "s", "type": "set", "value": )" + std::string(value) + "}";
    directory_.Write("in.ndjson", line);
    const auto loaded = TableFile::Load({.name = "users", .path = path_}, nullptr);
    ASSERT_FALSE(loaded.ok()) << line;
    EXPECT_EQ(loaded.error().kind, ErrorKind::kInvalidConfig);
    EXPECT_THAT(loaded.error().message, StartsWith(path_ + ":1: " + problem));
  }
}

}  // namespace
}  // namespace sluice
