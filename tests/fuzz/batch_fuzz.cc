// Any bytes as a batch of events: nothing crashes, what does not fail is extracted whole, and every
// extracted event can be read, and is then written the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/json_reader.h"
#include "codec/text.h"
#include "stages/check_batch/check_batch.h"
#include "stages/extract_events/extract_events.h"
#include "stages/extract_events/jackson_size.h"
#include "support/add_event.h"

namespace {

using sluice::Event;
using sluice::Path;

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Write(const sluice::Document& document) {
  std::string out;
  document.AppendTo(out);
  return out;
}

class FixedClock final : public sluice::Clock {
 public:
  [[nodiscard]] std::int64_t NowMs() const override { return 1'600'000'000'000; }
};

void CheckEvent(const Event& event) {
  static const Path kFlag("/flags/ex_processed");
  static const Path kAudit("/object/type");
  const std::string text = Write(event.doc());
  Check(sluice::IsWellFormed(text));
  sluice::Arena arena;
  sluice::Document again;
  Check(sluice::JsonReader().Read(text, arena, again) == nullptr);
  Check(Write(again) == text);
  Check(again.Find(Path("/syncts")).IsNumber());
  Check(again.Find(kFlag).exists() || again.ReadString(kAudit) == "telemetry-events");
  Check(sluice::stages::JacksonSize(again.root()) <= sluice::stages::MostJacksonSize(text.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FixedClock kClock;
  static sluice::Batch batch;
  static sluice::stages::CheckBatch check(
      {.failed = {.side_output = 0, .counter = 0}, .unique = 1});
  static sluice::stages::ExtractEvents extract({.max_event_bytes = 300,
                                                .failed = {.side_output = 0, .counter = 0},
                                                .oversize = 1,
                                                .batches = 2,
                                                .events = 3,
                                                .oversize_events = 4,
                                                .audits = 5},
                                               kClock);
  const std::string text(reinterpret_cast<const char*>(data), size);
  sluice::EngineAccess::Reset(batch);
  const Event& event = sluice::AddEvent(batch, {sluice::Position{"in", 0, 0}, text},
                                        sluice::JsonReader::Form::kBatch);
  const std::size_t elements = event.doc().Read(Path("/events")).size();
  Check(check.Finish(batch).ok());
  Check(extract.Finish(batch).ok());
  for (std::size_t i = 1; i < batch.events().size(); ++i) CheckEvent(batch.events()[i]);
  if (event.state() == Event::State::kEmitted) {
    Check(event.claim_mode() == sluice::ClaimMode::kClaim && batch.events().size() == elements + 2);
  } else {
    Check(event.state() == Event::State::kDiverted && event.verbatim().has_value());
    Check(sluice::IsWellFormed(*event.verbatim()));
    Check(batch.events().size() <= elements + 1);
  }
  return 0;
}
