#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/document.h"
#include "sluice/position.h"

namespace sluice {

/// Index of a topic among a pipeline's topics, given out at start (Resources::Topic).
using TopicId = std::uint16_t;
/// Index of a side output among a pipeline's side outputs (Resources::SideOutput).
using SideOutputId = std::uint16_t;
/// Index of one of the job's own counters (Resources::Counter).
using CounterId = std::uint16_t;

/// Bounded reason code of a divert or drop; a metric label, so never text from an event.
/// Codes are string literals such as "schema_violation".
using Reason = const char*;

/// One telemetry document on its way through the stages of a pipeline.
///
/// A stage reads through doc() and changes through edit(); it never serialises. All views are
/// valid until the batch is reset.
class Event {
 public:
  /// Where the event stands; each event ends in one of the last four (the ledger's terms).
  enum class State : std::uint8_t { kActive, kEmitted, kDiverted, kDropped };

  Event(Position position, std::string_view raw) : position_(position), raw_(raw) {}

  [[nodiscard]] const Position& position() const { return position_; }
  /// The record's bytes as they came; empty for events that a stage made.
  [[nodiscard]] std::string_view raw() const { return raw_; }

  [[nodiscard]] const Document& doc() const { return document_; }
  /// The only way to change an event.
  Document& edit() { return document_; }

  /// False where the bytes are no JSON object; doc() is then empty, and unreadable_reason() is why.
  [[nodiscard]] bool readable() const { return unreadable_reason_ == nullptr; }
  [[nodiscard]] Reason unreadable_reason() const { return unreadable_reason_; }
  void MarkUnreadable(Reason reason) { unreadable_reason_ = reason; }

  /// Writes these bytes, whatever they are, instead of the document; they must live as long as the
  /// batch.
  void SetVerbatim(std::string_view bytes) {
    verbatim_ = bytes;
    written_.valid = false;
  }
  [[nodiscard]] const std::optional<std::string_view>& verbatim() const { return verbatim_; }

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool active() const { return state_ == State::kActive; }
  /// Its key is asked for and not claimed: what comes of the event is not all that should, so that
  /// a better copy must still get through (telemetry-extractor.md, B-3).
  void MarkDoubtful() { doubtful_ = true; }
  [[nodiscard]] bool doubtful() const { return doubtful_; }
  [[nodiscard]] bool created() const { return created_; }
  void MarkCreated() { created_ = true; }

  /// Leaves the main path for a side output. `detail` (or empty) is free text for the
  /// header that explains the reason; it must live as long as the batch.
  void Divert(SideOutputId output, Reason reason, std::string_view detail = {}) {
    state_ = State::kDiverted;
    side_output_ = output;
    reason_ = reason;
    detail_ = detail;
  }
  [[nodiscard]] SideOutputId side_output() const { return side_output_; }
  [[nodiscard]] Reason reason() const { return reason_; }
  [[nodiscard]] std::string_view detail() const { return detail_; }

  /// The stage that diverted it; set by the engine.
  void SetStage(std::string_view name) { stage_ = name; }
  [[nodiscard]] std::string_view stage() const { return stage_; }

  /// The event that holds the claim that made this one a duplicate ("" if unknown).
  void SetFirstClaimant(std::string_view position) { first_claimant_ = position; }
  [[nodiscard]] std::string_view first_claimant() const { return first_claimant_; }

  /// Set by the engine: sent to a topic at least once.
  void MarkRouted() { routed_ = true; }
  [[nodiscard]] bool routed() const { return routed_; }
  /// Counts the copies of the event that other pipelines of the same worker read; from 0.
  int NextCopy() { return copies_++; }
  /// Takes no further stage.
  void End() { state_ = State::kEmitted; }

  /// What the engine has written of this version of the event, so that the next topic shares it.
  struct Written {
    std::optional<std::string_view> key;
    std::string_view value;
    const void* headers = nullptr;
    std::uint32_t header_count = 0;
    std::uint32_t version = 0;
    bool valid = false;
  };
  Written& written() { return written_; }

  void Drop(Reason reason) {
    state_ = State::kDropped;
    reason_ = reason;
  }

 private:
  Document document_;
  Position position_;
  std::string_view raw_;
  std::optional<std::string_view> verbatim_;
  std::string_view detail_;
  std::string_view stage_;
  std::string_view first_claimant_;
  Written written_;
  Reason reason_ = nullptr;
  Reason unreadable_reason_ = nullptr;
  std::uint16_t copies_ = 0;
  SideOutputId side_output_ = 0;
  State state_ = State::kActive;
  bool routed_ = false;
  bool created_ = false;
  bool doubtful_ = false;
};

}  // namespace sluice
