#include "sluice/batch.h"

#include "codec/document_builder.h"
#include "codec/json_reader.h"

namespace sluice {

// Four cache lines: there is one for every event of a batch.
static_assert(sizeof(Event) <= 256);

Event* Batch::Create(const Event& source, std::int64_t ordinal, std::string_view json) {
  Event event(source, ordinal);
  if (JsonReader().Read(arena_.Copy(json), arena_, event.edit()) != nullptr) return nullptr;
  return &events_.Add(event);
}

Event& Batch::Adopt(const Event& source, std::int64_t ordinal, Value object) {
  Event& event = events_.Add(source, ordinal);
  DocumentBuilder::Take(source.doc(), object, event.edit());
  return event;
}

}  // namespace sluice
