#include "sluice/batch.h"

#include "codec/json_reader.h"

namespace sluice {

Event* Batch::Create(const Event& source, std::int32_t index, std::string_view json) {
  Position position = source.position();
  position.index = index;
  Event event(position, {});
  if (JsonReader().Read(arena_.Copy(json), arena_, event.edit()) != nullptr) return nullptr;
  event.MarkCreated();
  return &events_.push_back(event);
}

}  // namespace sluice
