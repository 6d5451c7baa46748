#pragma once

#include <gtest/gtest.h>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/pipeline_config.h"
#include "daemon/builtin_ports.h"
#include "engine/engine_access.h"
#include "fake_cassandra.h"
#include "fake_profiles.h"
#include "fake_rating_rows.h"
#include "fake_resources.h"
#include "memory/memory_table_store.h"
#include "sluice/batch.h"
#include "stages/builtin.h"
#include "support/add_event.h"
#include "unit/files/temporary_directory.h"

namespace sluice {

/// One stage, made from YAML as the daemon makes it, and batches to send through it.
class StageTest : public ::testing::Test, protected Emitter {
 protected:
  struct Emitted {
    std::string topic;
    std::string value;
    friend bool operator==(const Emitted&, const Emitted&) = default;
    friend void PrintTo(const Emitted& emitted, std::ostream* out) {
      *out << emitted.topic << ' ' << emitted.value;
    }
  };

  void SetUp() override {
    ASSERT_TRUE(RegisterBuiltinStages(registry_.stages).ok());
    ASSERT_TRUE(RegisterBuiltinPorts(registry_).ok());
    EngineAccess::SetEmitter(batch_, this);
    for (const char* store : {"content", "dialcode", "device", "leaf_nodes", "user"}) {
      tables_[store] = std::make_shared<MemoryTable>(kMarksByDefault);
      resources_.tables[store] = [this, store] {
        return std::make_unique<MemoryTableStore>(tables_[store], resources_.now);
      };
    }
    resources_.rows["profile"] = [this] { return profiles_.Connect(); };
    resources_.rows["lms"] = [this] { return cassandra_.Connect(); };
    resources_.rows["ratings"] = [this] {
      return std::make_unique<FakeRatingRows>(rating_rows_, rows_life_);
    };
  }

  /// What is wrong with `entry`, an element of `stages`, in a pipeline that is else all right;
  /// "" if nothing is.
  std::string Problem(const std::string& entry) {
    auto checked = Check(entry);
    return checked ? "" : checked.error().message;
  }

  /// The stage of `entry`; nullptr and a failure if there is something wrong with it.
  std::unique_ptr<Stage> Build(const std::string& entry) {
    auto stage = TryBuild(entry);
    if (stage) return std::move(stage).value();
    ADD_FAILURE() << stage.error().message;
    return nullptr;
  }

  Result<std::unique_ptr<Stage>> TryBuild(const std::string& entry) {
    auto checked = Check(entry);
    if (!checked) return std::move(checked).error();
    const StageConfig& stage = checked.value().stages[0];
    return stage.spec->build(*stage.node, resources_);
  }

  /// Adds an event as the engine does; it stands at "in/0/<how many there were>".
  Event& Add(const std::optional<std::string>& text,
             JsonReader::Form form = JsonReader::Form::kEvent) {
    const auto offset = static_cast<std::int64_t>(batch_.events().size());
    const std::string& bytes = texts_.emplace_back(text.value_or(""));
    Record record{Position{"in", 0, offset}, std::nullopt};
    if (text) record.value = bytes;
    return AddEvent(batch_, record, form);
  }

  /// The same for a record that holds a batch of events.
  Event& AddBatch(const std::string& text) { return Add(text, JsonReader::Form::kBatch); }

  /// Sends the batch through the stage.
  Status Run(Stage& stage) {
    if (Status status = stage.Start(batch_); !status.ok()) return status;
    return stage.Finish(batch_);
  }

  /// As after an abort: the batch is empty, and the same events may be added again.
  void Forget() {
    EngineAccess::Reset(batch_);
    emitted_.clear();
    texts_.clear();
  }

  static std::string TextOf(const Event& event) {
    std::string text;
    event.doc().AppendTo(text);
    return text;
  }
  /// The text of the event after it went through the stage alone.
  std::string TextAfter(Stage& stage, const std::string& text) {
    Forget();
    const Event& event = Add(text);
    EXPECT_TRUE(Run(stage).ok());
    return TextOf(event);
  }
  std::uint64_t CountOf(const std::string& counter) {
    const CounterId id = resources_.Counter(counter);
    return id < batch_.counters().size() ? batch_.counters()[id] : 0;
  }

  Registry registry_;
  FakeResources resources_;
  Batch batch_;
  std::vector<Emitted> emitted_;
  std::map<std::string, std::shared_ptr<MemoryTable>> tables_;  ///< By store.
  fakes::FakeProfiles profiles_;
  fakes::FakeCassandra cassandra_;
  RatingRows rating_rows_;
  FakeRatingRows::Life rows_life_;

 private:
  void Emit(Event& event, TopicId topic) override {
    const std::string text(event.verbatim().value_or(""));
    emitted_.push_back({resources_.topics[topic], event.verbatim() ? text : TextOf(event)});
    EngineAccess::MarkRouted(event);
  }

  Result<PipelineConfig> Check(const std::string& entry) {
    const std::string path = folder_.Write(
        "p.yaml",
        "pipeline: test\n"
        "source: { files: { paths: [in.ndjson], topic: in } }\n"
        "sink: { files: { directory: out } }\n"
        "side_outputs: { failed: failed.topic, duplicate: duplicate.topic, "
        "batch_failed: batch.failed.topic }\n"
        "stores: { dedup: { memory: {} }, content: { memory: {} }, device: { memory: {} }, "
        "user: { memory: {} }, dialcode: { memory: {} }, dialcode_api: { memory: {} }, "
        "profile: { memory: {} }, leaf_nodes: { memory: {} }, content_api: { memory: {} }, "
        "lms: { memory: {} }, user_read: { memory: {} }, ratings: { memory: {} } }\n"
        "stages:\n"
        "  - " +
            entry + "\n");
    auto config = LoadConfig(path, {}, [](const std::string&) { return std::nullopt; });
    if (!config) return std::move(config).error();
    config_ = std::move(config).value();
    return CheckPipeline(*config_, registry_);
  }

  testing::TemporaryDirectory folder_;
  std::unique_ptr<Config> config_;
  std::list<std::string> texts_;
};

}  // namespace sluice
