#include "sluice/event.h"

#include <gtest/gtest.h>

#include "engine/engine_access.h"
#include "support/add_event.h"

namespace sluice {
namespace {

// What a stage would have to write to reach the engine's part of an event or a batch. Each must not
// compile: the rules of inclusion keep engine_access.h from it.
template <typename E>
concept MarksRouted = requires(E& event) {
  event.routed_ = true;
};
template <typename E>
concept SetsStage = requires(E& event) {
  event.stage_ = "x";
};
template <typename E>
concept SeesWhatIsWritten = requires(E& event) {
  event.written_.value;
};
template <typename E>
concept MarksUnreadable = requires(E& event) {
  event.unreadable_reason_ = "x";
};
template <typename B>
concept AddsRecords = requires(B& batch, const Record& record) {
  batch.Add(record);
};
template <typename B>
concept ListsRecords = requires(B& batch, const Record& record) {
  batch.events().Add(record);
};
template <typename B>
concept Empties = requires(B& batch) {
  batch.Reset();
};
template <typename E>
concept Ends = requires(E& event) {
  event.End();
};

static_assert(Ends<Event>);
static_assert(!MarksRouted<Event> && !SetsStage<Event> && !SeesWhatIsWritten<Event> &&
              !MarksUnreadable<Event>);
static_assert(!AddsRecords<Batch> && !ListsRecords<Batch> && !Empties<Batch>);

TEST(EventTest, ACreatedEventSeesTheRecordOfItsSource) {
  Batch batch;
  const Record record{{"in", 0, 7}, "{}", 1234, "key"};
  const Event& source = EngineAccess::Add(batch, record);
  const Event* made = batch.Create(source, 0, R"({"a":1})");
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->record().key, "key");
  EXPECT_EQ(made->record().timestamp_ms, 1234);
  EXPECT_EQ(made->raw(), "") << "the bytes are its source's";
  EXPECT_EQ(source.raw(), "{}");
}

TEST(EventTest, ANewVerbatimTextIsWrittenAnew) {
  Batch batch;
  Event& event = AddEvent(batch, {{"in", 0, 7}, "{}"});
  EngineAccess::WrittenOf(event).valid = true;
  event.SetVerbatim("x");
  EXPECT_FALSE(EngineAccess::WrittenOf(event).valid);
}

}  // namespace
}  // namespace sluice
