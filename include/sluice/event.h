#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sluice/claim_mode.h"
#include "sluice/document.h"
#include "sluice/position.h"
#include "sluice/record.h"

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

/// What a diversion says beside its reason; either may be empty. Each becomes a header of the
/// record. The bytes must live as long as the batch.
struct DivertNote {
  std::string_view detail = {};          ///< Free text about this event (sluice-errors).
  std::string_view first_claimant = {};  ///< Position of the event whose claim made this one a
                                         ///< duplicate (sluice-first-claimant).
};

/// One telemetry document on its way through the stages of a pipeline: what a stage may see of it
/// and do to it. What the engine keeps in it is private (ADR 9).
///
/// A stage reads through doc() and changes through edit(); it never serialises. All views are
/// valid until the batch is reset. Owned by a batch; one thread.
class Event {
 public:
  /// Where the event stands; each event ends in one of the last three (the ledger's terms).
  enum class State : std::uint8_t { kActive, kEmitted, kDiverted, kDropped };

  /// The event that `record` holds; the record must stay until the batch is reset.
  explicit Event(const Record& record) : position_(record.position), record_(&record) {}
  /// An event that is made of `source`; the ordinal is that of Position::Derived.
  Event(const Event& source, std::int64_t ordinal)
      : position_(source.position_.Derived(ordinal)), record_(source.record_), created_(true) {}

  [[nodiscard]] const Position& position() const { return position_; }
  /// The record that the event came in; that of its source for an event that a stage made. Its key,
  /// timestamp and headers are as they came.
  [[nodiscard]] const Record& record() const { return *record_; }
  /// Real name of the topic that it was read from. Behind a topic between pipelines that stays in
  /// memory that is the topic in between, whereas the position names the one of the source.
  [[nodiscard]] std::string_view topic() const {
    return record_->topic.empty() ? position_.topic : record_->topic;
  }
  /// True for an event that a stage made.
  [[nodiscard]] bool created() const { return created_; }
  /// The record's bytes as they came; empty for a null record, and for events that a stage made.
  [[nodiscard]] std::string_view raw() const {
    return created_ ? std::string_view() : record_->value.value_or(std::string_view());
  }

  [[nodiscard]] const Document& doc() const { return document_; }
  /// The only way to change an event.
  Document& edit() { return document_; }

  /// False if the bytes are not a JSON object; doc() is then empty, and unreadable_reason() is why.
  [[nodiscard]] bool readable() const { return unreadable_reason_ == nullptr; }
  [[nodiscard]] Reason unreadable_reason() const { return unreadable_reason_; }

  /// Writes these bytes, whatever they are, instead of the document; they must live as long as the
  /// batch.
  void SetVerbatim(std::string_view bytes) {
    verbatim_ = bytes;
    written_.valid = false;
  }
  [[nodiscard]] const std::optional<std::string_view>& verbatim() const { return verbatim_; }

  /// How the event's key is claimed: kReadOnly keeps the key free for a better copy, where not all
  /// of this event can be used.
  void SetClaimMode(ClaimMode mode) { claim_mode_ = mode; }
  [[nodiscard]] ClaimMode claim_mode() const { return claim_mode_; }

  /// False once the event has ended; stages skip it then.
  [[nodiscard]] bool active() const { return state_ == State::kActive; }
  [[nodiscard]] State state() const { return state_; }
  /// True if a stage has emitted it to a topic (Batch::Emit).
  [[nodiscard]] bool routed() const { return routed_; }

  /// Ends the event in a side output.
  void Divert(SideOutputId output, Reason reason, const DivertNote& note = {}) {
    state_ = State::kDiverted;
    side_output_ = output;
    reason_ = reason;
    note_ = note;
  }
  /// Ends the event; nothing more is written of it.
  void Drop(Reason reason) {
    state_ = State::kDropped;
    reason_ = reason;
  }
  /// Ends the event as done: it needs no later stage. What was emitted of it stays, and it counts
  /// as emitted.
  void End() { state_ = State::kEmitted; }

  /// How it ended: `reason` of kDiverted and kDropped, the others of kDiverted.
  [[nodiscard]] Reason reason() const { return reason_; }
  [[nodiscard]] SideOutputId side_output() const { return side_output_; }
  [[nodiscard]] const DivertNote& note() const { return note_; }

 private:
  friend class EngineAccess;  // engine/engine_access.h

  /// What the engine has written of one version of the event, so that the next topic shares it.
  struct Written {
    std::optional<std::string_view> key;
    std::string_view value;
    std::span<const Header> headers;
    std::uint32_t version = 0;
    bool valid = false;
  };

  Document document_;
  Position position_;
  const Record* record_;
  std::optional<std::string_view> verbatim_;
  DivertNote note_;
  std::string_view stage_;  ///< That diverted it.
  Written written_;
  Reason reason_ = nullptr;
  Reason unreadable_reason_ = nullptr;
  std::uint16_t copies_ = 0;  ///< That other pipelines of the same worker read.
  SideOutputId side_output_ = 0;
  State state_ = State::kActive;
  ClaimMode claim_mode_ = ClaimMode::kClaim;
  bool routed_ : 1 = false;
  bool created_ : 1 = false;
  bool replaced_ : 1 = false;  ///< A small record stands for it on the failed topic.
};

}  // namespace sluice
