#include "sluice/batch.h"

#include <algorithm>

#include "codec/document_builder.h"
#include "codec/json_reader.h"

namespace sluice {

// Four cache lines: there is one for every event of a batch.
static_assert(sizeof(Event) <= 256);

namespace {

/// Far above what an honest event is made into.
constexpr std::size_t kMostCreatedBytes = std::size_t{16} << 20;

/// About the memory that the text takes once it is read; the same at every replay.
std::size_t CostOf(std::string_view json) {
  const auto values = static_cast<std::size_t>(std::ranges::count(json, ','));
  return sizeof(Event) + 2 * json.size() + values * sizeof(Node);
}

}  // namespace

Event* Batch::Create(const Event& source, std::int64_t ordinal, std::string_view json) {
  if (creating_.source != &source) creating_ = {&source, 0};
  creating_.cost += CostOf(json);
  not_created_ = kCreatedTooMuch;
  if (creating_.cost > kMostCreatedBytes) return nullptr;
  Event event(source, ordinal);
  not_created_ = kCreatedUnreadable;
  if (JsonReader().Read(arena_.Copy(json), arena_, event.edit()) != nullptr) return nullptr;
  return &events_.Add(event);
}

Event& Batch::Adopt(const Event& source, std::int64_t ordinal, Value object) {
  Event& event = events_.Add(source, ordinal);
  DocumentBuilder::Take(source.doc(), object, event.edit());
  return event;
}

}  // namespace sluice
