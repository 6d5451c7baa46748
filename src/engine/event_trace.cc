#include "engine/event_trace.h"

#include <algorithm>

#include "codec/json_reader.h"

namespace sluice {
namespace {

constexpr std::size_t kPositionWidth = 28;
constexpr std::size_t kNameWidth = 24;

void AddTo(std::string& list, const std::string& item) {
  if (!list.empty()) list += ", ";
  list += item;
}

std::string TextOf(const Document& document, Value value) {
  std::string text;
  document.AppendTo(text, value);
  return text;
}

std::string WrittenForm(const Event& event) {
  if (event.verbatim()) return std::string(*event.verbatim());
  std::string json;
  event.doc().AppendTo(json);
  return json;
}

void PadTo(std::ostream& out, std::string_view text, std::size_t width) {
  out << text << std::string(text.size() < width ? width - text.size() : 0, ' ') << "  ";
}

/// Two objects, member by member; null counts as absent, as it is not written.
class Comparison {
 public:
  Comparison(const Document& before, const Document& after) : before_(before), after_(after) {}

  std::string Run() {
    Compare(before_.root(), after_.root(), "");
    return std::move(changes_);
  }

 private:
  void Compare(Value before, Value after, const std::string& path) {
    for (const Value member : after) {
      if (member.IsNull()) continue;
      const std::string at = path + "/" + std::string(member.name());
      const Value old = before.Find(member.name());
      if (old.IsObject() && member.IsObject()) {
        Compare(old, member, at);
      } else if (!old.exists() || TextOf(before_, old) != TextOf(after_, member)) {
        AddTo(changes_, "sets " + at);
      }
    }
    for (const Value member : before) {
      const Value kept = after.Find(member.name());
      if (member.IsNull() || (kept.exists() && !kept.IsNull())) continue;
      AddTo(changes_, "removes " + path + "/" + std::string(member.name()));
    }
  }

  const Document& before_;
  const Document& after_;
  std::string changes_;
};

}  // namespace

std::string ChangesBetween(std::string_view before, const Document& after) {
  Arena arena;
  Document old;
  if (JsonReader().Read(before, arena, old) != nullptr) return {};
  return Comparison(old, after).Run();
}

void EventTrace::Begin(std::string_view pipeline, const Batch& batch) {
  Run& run = runs_[&batch];
  run = {std::string(pipeline), {}};
  sent_ = outbox_->records().size();
  for (const Event& event : batch.events()) {
    run.seen.push_back({WrittenForm(event), event.active()});
    if (!event.readable()) {
      Line(run, event, "decode", std::string("can't be read: ") + event.unreadable_reason());
    }
  }
}

void EventTrace::Wrote(std::string_view store, std::string_view what) {
  std::string& line = writes_.emplace_back("writes to ");
  line.append(store).append(": ").append(what);
}

void EventTrace::After(std::string_view stage, const Batch& batch) {
  Run& run = runs_[&batch];
  for (const std::string& line : writes_) Line(run, batch.events()[0], stage, line);
  writes_.clear();
  for (std::size_t i = 0; i < batch.events().size(); ++i) {
    const Event& event = batch.events()[i];
    const bool made = i >= run.seen.size();
    if (made) run.seen.push_back({WrittenForm(event), true});
    if (made) {
      Line(run, event, stage, "made here");
    } else if (run.seen[i].active) {
      Line(run, event, stage, WhatHappened(event, run.seen[i]));
    }
    run.seen[i] = {WrittenForm(event), event.active()};
  }
  sent_ = outbox_->records().size();
}

void EventTrace::End(const Batch& batch) {
  const Run& run = runs_[&batch];
  for (const Event& event : batch.events()) {
    if (event.state() == Event::State::kDiverted) Line(run, event, "end", SentSince(event));
    if (event.state() == Event::State::kDropped) {
      Line(run, event, "end", std::string("dropped: ") + event.reason());
    }
  }
  runs_.erase(&batch);
  sent_ = outbox_->records().size();
}

std::string EventTrace::WhatHappened(const Event& event, const Seen& before) const {
  std::string what;
  if (!event.verbatim()) what = ChangesBetween(before.json, event.doc());
  const std::string sent = SentSince(event);
  if (!sent.empty()) AddTo(what, sent);
  if (event.state() == Event::State::kDiverted) {
    AddTo(what, std::string("diverts it: ") + event.reason());
    if (!event.note().detail.empty()) what += ": " + std::string(event.note().detail);
    if (!event.note().first_claimant.empty()) {
      what += ": first came " + std::string(event.note().first_claimant);
    }
  }
  if (event.state() == Event::State::kDropped) {
    AddTo(what, std::string("drops it: ") + event.reason());
  }
  return what.empty() ? "-" : what;
}

std::string EventTrace::SentSince(const Event& event) const {
  std::string topics;
  for (std::size_t i = sent_; i < outbox_->records().size(); ++i) {
    const OutputRecord& record = outbox_->records()[i];
    if (record.position.ToString() != event.position().ToString()) continue;
    topics += (topics.empty() ? "sends to " : ", ") + topics_[record.topic];
  }
  return topics;
}

void EventTrace::Line(const Run& run, const Event& event, std::string_view stage,
                      const std::string& what) {
  PadTo(out_, event.position().ToString(), kPositionWidth);
  PadTo(out_, run.pipeline, kNameWidth);
  PadTo(out_, stage, kNameWidth);
  out_ << what << '\n';
}

}  // namespace sluice
