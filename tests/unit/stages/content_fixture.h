#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "stage_fixture.h"

namespace sluice {

/// A table in memory that tells what was asked of it, and is away when a test wants it.
class WatchedTable final : public TableStore {
 public:
  struct Log {
    std::vector<std::string> sends;  ///< Each as "GET a, SET b {...}".
    int failures_of_reads = 0;
    int failures_of_writes = 0;
    int pings = 0;
    int cancels = 0;
  };
  WatchedTable(std::unique_ptr<TableStore> inner, Log& log) : inner_(std::move(inner)), log_(log) {}

  Status Ping() override {
    ++log_.pings;
    return inner_->Ping();
  }
  Status Send(std::span<const TableRequest> requests) override {
    std::string text;
    bool writes = false;
    for (const TableRequest& request : requests) {
      writes = writes || Writes(request.op);
      if (!text.empty()) text += ", ";
      text += Writes(request.op) ? "SET " : "GET ";
      text += std::string(request.key);
    }
    log_.sends.push_back(text);
    int& failures = writes ? log_.failures_of_writes : log_.failures_of_reads;
    if (failures > 0) {
      --failures;
      return Error{ErrorKind::kUnavailable, "redis: connection refused"};
    }
    return inner_->Send(requests);
  }
  Status Receive(std::vector<TableReply>& replies) override { return inner_->Receive(replies); }
  void Cancel() override {
    ++log_.cancels;
    inner_->Cancel();
  }

 private:
  std::unique_ptr<TableStore> inner_;
  Log& log_;
};

/// The two stages of the content-cache-updater, between watched tables and an API in memory.
class ContentTest : public StageTest {
 protected:
  void SetUp() override {
    StageTest::SetUp();
    for (const char* store : {"content", "dialcode"}) {
      resources_.tables[store] = [this, store, make = resources_.tables[store]] {
        return std::make_unique<WatchedTable>(make(), logs_[store]);
      };
    }
    merge_ = Build("merge_content: { store: content }");
    cache_ = Build("cache_dial_codes: { store: dialcode, api: dialcode_api }");
  }

  /// Sends these events through both stages as one batch; the message of an error.
  std::string RunAll(const std::vector<std::string>& events) {
    Forget();
    for (const std::string& event : events) Add(event);
    for (Stage* stage : {merge_.get(), cache_.get()}) {
      if (Status status = Run(*stage); !status.ok()) {
        merge_->Cancel();
        cache_->Cancel();
        return status.error().message;
      }
    }
    return "";
  }
  /// The same one after the other, each in a batch of its own.
  void RunEach(const std::vector<std::string>& events) {
    for (const std::string& event : events) EXPECT_EQ(RunAll({event}), "");
  }

  void Know(const std::string& store, const std::string& key, const std::string& text) {
    tables_[store]->Put(key, text);
  }
  /// What stands in the store, as "<key> <text>".
  std::vector<std::string> Known(const std::string& store) {
    std::vector<std::string> lines;
    for (const auto& [key, entry] : tables_[store]->Entries()) {
      const auto* text = std::get_if<std::string>(&entry);
      lines.push_back(key + ' ' + (text != nullptr ? *text : "(another type)"));
    }
    return lines;
  }
  void Answer(const std::string& code, const std::string& body) {
    resources_.lookups["dialcode_api"][code].text = body;
  }
  std::vector<std::string> AskedApi() {
    auto asked = std::exchange(resources_.last_lookups["dialcode_api"]->asked, {});
    std::ranges::sort(asked);
    return asked;
  }
  /// What became of the i-th event: "done", "dropped <reason>" or "<reason>: <detail>".
  std::string Fate(std::size_t i) {
    const Event& event = batch_.events()[i];
    switch (event.state()) {
      case Event::State::kEmitted:
        return "done";
      case Event::State::kDropped:
        return std::string("dropped ") + event.reason();
      case Event::State::kDiverted:
        EXPECT_EQ(event.verbatim(), event.raw()) << "as it came";
        return std::string(event.reason()) + ": " + std::string(event.note().detail);
      default:
        return "active";
    }
  }
  /// The fate of one event, alone in a batch.
  std::string FateOf(const std::string& event) {
    EXPECT_EQ(RunAll({event}), "");
    return Fate(0);
  }

  static std::string Update(const std::string& id, const std::string& properties) {
    return R"({"nodeUniqueId":")" + id + R"(","transactionData":{"properties":{)" + properties +
           "}}}";
  }
  static std::string Codes(const std::string& codes) {
    return Update("do_1", R"("dialcodes":{"nv":)" + codes + "}");
  }

  std::map<std::string, WatchedTable::Log> logs_;
  std::unique_ptr<Stage> merge_;
  std::unique_ptr<Stage> cache_;
};

using Lines = std::vector<std::string>;

}  // namespace sluice
