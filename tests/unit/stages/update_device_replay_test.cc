#include "stage_fixture.h"

namespace sluice {
namespace {

/// Batches of records that come again after an error or a crash, over what was written.
class UpdateDeviceReplayTest : public StageTest {
 protected:
  using Records = std::vector<std::string>;

  static std::string DeviceAt(const std::string& id, int first_access, int updated,
                              const std::string& members) {
    std::string record = R"({"device_id":")" + id + R"(","first_access":)";
    record += std::to_string(first_access) + R"(,"api_last_updated_on":)";
    record += std::to_string(updated) + "," + members + "}";
    return record;
  }
  /// Records of one device that depend on each other, and some of others.
  static Records Sequence() {
    return {DeviceAt("a", 500, 1, R"("city":"A1","user_declared_state":"KS")"),
            R"({"device_id":"b","api_last_updated_on":2,"city":"B1"})",
            DeviceAt("a", 300, 3, R"("city":"A2","uaspec":"{'v':1}")"),
            DeviceAt("c", 0, 4, R"("city":"a\u0000b")"),
            DeviceAt("b", 700, 5, R"("state":"B2")"),
            DeviceAt("a", 900, 6, R"("user_declared_state":"TN","state":"A3")"),
            DeviceAt("b", 600, 7, R"("city":"B3","state_code_custom":29)"),
            DeviceAt("held", 50, 8, R"("city":"H")")};
  }
  void Prepare() {
    tables_["device"] = std::make_shared<MemoryTable>(kMarksByDefault);
    tables_["device"]->Put("held", MemoryTable::Fields{{"firstaccess", "40"}, {"other", "kept"}});
    profiles_.rows.clear();
    stage_ = Build("update_device: { store: device, rows: profile, table: t }");
    outcomes_.clear();
  }
  Status Process(std::span<const std::string> records) {
    Forget();
    for (const std::string& record : records) Add(record);
    Status status = Run(*stage_);
    if (!status.ok()) {
      stage_->Cancel();
      return status;
    }
    for (const Event& event : batch_.events()) {
      outcomes_.emplace_back(event.reason() == nullptr ? "stored" : event.reason());
    }
    return status;
  }
  /// Both stores and what became of each record, as text.
  std::string Everything() {
    std::string text;
    for (const auto& [key, entry] : tables_["device"]->Entries()) {
      text += key + ":";
      for (const auto& [name, value] : std::get<MemoryTable::Fields>(entry)) {
        text += " " + name + "=" + value;
      }
      text += "\n";
    }
    for (const auto& [id, row] : profiles_.rows) {
      text += "row " + id + ":";
      for (const auto& [name, value] : row) text += " " + name + "=" + value;
      text += "\n";
    }
    for (const std::string& outcome : outcomes_) text += outcome + " ";
    return text;
  }
  /// What the records leave where each is a batch of its own.
  std::string OneByOne() {
    Prepare();
    for (const std::string& record : Sequence()) EXPECT_TRUE(Process({&record, 1}).ok());
    return Everything();
  }

  std::unique_ptr<Stage> stage_;
  std::vector<std::string> outcomes_;
};

TEST_F(UpdateDeviceReplayTest, WhatStandsThereIsWhatTheRecordsSay) {
  const std::string text = OneByOne();
  EXPECT_EQ(text,
            "a: api_last_updated_on=6 city=A2 firstaccess=500 state=A3 uaspec={\"v\":\"1\"} "
            "user_declared_on=6 user_declared_state=TN\n"
            "b: api_last_updated_on=7 city=B3 firstaccess=700 state=B2 state_code_custom=29\n"
            "c: api_last_updated_on=4 city=" +
                std::string("a\0b", 3) +
                " firstaccess=0\n"
                "held: api_last_updated_on=8 city=H firstaccess=40 other=kept\n"
                "row a: api_last_updated_on=6 city=A2 device_id=a first_access=500 state=A3 "
                "uaspec={\"v\":1} updated_date=1600000000000 user_declared_on=1 "
                "user_declared_state=TN\n"
                "row b: api_last_updated_on=7 city=B3 device_id=b first_access=700 state=B2 "
                "state_code_custom=29 updated_date=1600000000000\n"
                "row held: api_last_updated_on=8 city=H device_id=held first_access=40 "
                "updated_date=1600000000000\n"
                "stored stored stored row_refused stored stored stored stored ");
}

TEST_F(UpdateDeviceReplayTest, RecordsOfADeviceInOneBatchAreWorkedOutOneAfterTheOther) {
  const std::string expected = OneByOne();
  const Records records = Sequence();
  for (std::size_t size = 2; size <= records.size(); ++size) {
    Prepare();
    for (std::size_t at = 0; at < records.size(); at += size) {
      const std::span<const std::string> rest = std::span(records).subspan(at);
      ASSERT_TRUE(Process(rest.first(std::min(size, rest.size()))).ok());
    }
    EXPECT_EQ(Everything(), expected) << "batches of " << size;
  }
}

/// The process ends, or the batch is aborted, behind every record and at every point of a batch.
TEST_F(UpdateDeviceReplayTest, AReplayChangesNothing) {
  const std::string expected = OneByOne();
  const Records records = Sequence();
  enum class Crash { kBeforeRows, kAfterRows, kBeforeCheckpoint };
  for (const Crash crash : {Crash::kBeforeRows, Crash::kAfterRows, Crash::kBeforeCheckpoint}) {
    for (std::size_t begin = 0; begin < records.size(); ++begin) {
      for (std::size_t end = begin + 1; end <= records.size(); ++end) {
        Prepare();
        const std::span<const std::string> all = records;
        ASSERT_TRUE(Process(all.first(begin)).ok());
        const std::vector<std::string> before = outcomes_;
        profiles_.failures = crash == Crash::kBeforeRows ? 1 : 0;
        profiles_.lost_answers = crash == Crash::kAfterRows ? 1 : 0;
        const Status status = Process(all.subspan(begin, end - begin));
        EXPECT_EQ(status.ok(), crash == Crash::kBeforeCheckpoint);
        outcomes_ = before;  // They were not committed.
        ASSERT_TRUE(Process(all.subspan(begin)).ok());
        EXPECT_EQ(Everything(), expected)
            << "crash " << static_cast<int>(crash) << " in [" << begin << ", " << end << ")";
      }
    }
  }
}

TEST_F(UpdateDeviceReplayTest, AStoreThatIsAwayIsAnErrorAsItIs) {
  Prepare();
  profiles_.failures = 1;
  const Records records = Sequence();
  const Status status = Process(records);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(status.error().message, "postgresql: connection refused");
  EXPECT_EQ(CountOf("success-event-count"), 0);
  EXPECT_TRUE(profiles_.rows.empty());
}

}  // namespace
}  // namespace sluice
