#pragma once

#include <cstddef>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/stage_observer.h"
#include "sluice/outbox.h"

namespace sluice {

/// Writes a line for what each stage does to each event: position, pipeline, stage, what.
///
/// "sets /a/b" and "removes /a/b" name members as they are written, "sends to" a topic. What a
/// stage writes to stores stands in front of that, a line each, at the position of the batch's
/// first event. One thread.
class EventTrace final : public StageObserver {
 public:
  explicit EventTrace(std::ostream& out) : out_(out) {}

  /// Where the events' records go, and the real names of the topics by the sink's TopicId.
  void Watch(const Outbox& outbox, std::vector<std::string> topics) {
    outbox_ = &outbox;
    topics_ = std::move(topics);
  }

  void Begin(std::string_view pipeline, const Batch& batch) override;
  void Wrote(std::string_view store, std::string_view what) override;
  void After(std::string_view stage, const Batch& batch) override;
  void End(const Batch& batch) override;

 private:
  /// An event as the stage before left it.
  struct Seen {
    std::string json;
    bool active = true;
  };

  /// A batch on its way.
  struct Run {
    std::string pipeline;
    std::vector<Seen> seen;  ///< By event.
  };

  void Line(const Run& run, const Event& event, std::string_view stage, const std::string& what);
  std::string WhatHappened(const Event& event, const Seen& before) const;
  std::string SentSince(const Event& event) const;

  std::ostream& out_;
  const Outbox* outbox_ = nullptr;
  std::vector<std::string> topics_;
  std::map<const Batch*, Run> runs_;  ///< Of the batches that are under way.
  std::vector<std::string> writes_;   ///< Of the stage at work.
  std::size_t sent_ = 0;              ///< Records of the outbox that have been told of.
};

/// What has to be done to `before`, JSON of an object, to get `after`: "sets /a, removes /b"; empty
/// where they are the same.
std::string ChangesBetween(std::string_view before, const Document& after);

}  // namespace sluice
