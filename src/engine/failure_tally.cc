#include "engine/failure_tally.h"

#include <algorithm>

#include "engine/redacted_sample.h"

namespace sluice {
namespace {

const Path kEid("/eid");
constexpr std::size_t kLongestText = 96;

/// What tells one kind from another; views of the event.
struct Kind {
  std::string_view stage;
  std::string_view reason;
  std::string_view eid;
  std::string_view pointer;
  std::string_view keyword;

  [[nodiscard]] bool Is(const Failure& failure) const {
    return eid == failure.eid && pointer == failure.pointer && keyword == failure.keyword &&
           reason == failure.reason && stage == failure.stage;
  }
};

Kind KindOf(const Failure& failure) {
  return {failure.stage, failure.reason, failure.eid, failure.pointer, failure.keyword};
}

/// At most kLongestText bytes, and no half of a character.
std::string_view Cut(std::string_view text) {
  if (text.size() <= kLongestText) return text;
  std::size_t size = kLongestText;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

Kind KindOf(const Event& event, std::string_view stage) {
  Kind kind{stage, event.reason(), {}, {}, {}};
  if (event.readable()) kind.eid = Cut(event.doc().ReadString(kEid).value_or(std::string_view()));
  // "/edata/type type, /ver required": a pointer and a keyword, each.
  std::string_view first = event.note().detail;
  if (!first.starts_with('/')) return kind;
  first = first.substr(0, first.find(", "));
  const std::size_t space = first.rfind(' ');
  kind.pointer = Cut(first.substr(0, space));
  if (space != std::string_view::npos) kind.keyword = Cut(first.substr(space + 1));
  return kind;
}

Failure* Find(std::vector<Failure>& failures, const Kind& kind) {
  const auto at =
      std::ranges::find_if(failures, [&](const Failure& known) { return kind.Is(known); });
  return at == failures.end() ? nullptr : &*at;
}

}  // namespace

void FailureTally::Add(const Event& event, std::string_view stage) {
  const Kind kind = KindOf(event, stage);
  Failure* known = Find(failures_, kind);
  if (known == nullptr) {
    if (failures_.size() >= kKinds) return;
    known = &failures_.emplace_back(
        Failure{.stage = std::string(kind.stage),
                .reason = std::string(kind.reason),
                .eid = std::string(kind.eid),
                .pointer = std::string(kind.pointer),
                .keyword = std::string(kind.keyword),
                .count = 0,
                .position = event.position().ToString(),
                .sample = event.readable() ? RedactedSample(event.doc().root()) : ""});
  }
  ++known->count;
}

void TopFailures::Add(const std::vector<Failure>& failures) {
  for (const Failure& failure : failures) {
    if (Failure* known = Find(failures_, KindOf(failure))) {
      known->count += failure.count;
      continue;
    }
    if (failures_.size() < kKinds) {
      failures_.push_back(failure);
      continue;
    }
    Failure& rarest = *std::ranges::min_element(failures_, {}, &Failure::count);
    const std::uint64_t inherited = rarest.count;
    rarest = failure;
    rarest.count += inherited;
  }
}

std::vector<Failure> TopFailures::Top(std::size_t limit) const {
  std::vector<Failure> top = failures_;
  std::ranges::stable_sort(top, std::ranges::greater(), &Failure::count);
  if (top.size() > limit) top.resize(limit);
  return top;
}

}  // namespace sluice
