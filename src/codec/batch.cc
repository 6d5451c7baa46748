#include "sluice/batch.h"

#include "codec/document_builder.h"
#include "codec/json_reader.h"

namespace sluice {

Event* Batch::Create(const Event& source, std::int64_t ordinal, std::string_view json) {
  Event event(source.position().Derived(ordinal), {});
  if (JsonReader().Read(arena_.Copy(json), arena_, event.edit()) != nullptr) return nullptr;
  event.MarkCreated();
  return &events_.push_back(event);
}

Event& Batch::Adopt(const Event& source, std::int64_t ordinal, Value object) {
  Event event(source.position().Derived(ordinal), {});
  DocumentBuilder::Take(source.doc(), object, event.edit());
  event.MarkCreated();
  return events_.push_back(event);
}

}  // namespace sluice
