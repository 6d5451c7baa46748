#include "stages/extract_events/jackson_size.h"

#include "stages/extract_events/java_double.h"

namespace sluice::stages {
namespace {

std::size_t StringSize(std::string_view text) {
  std::size_t size = 2 + text.size();
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r') {
      ++size;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      size += 5;
    }
  }
  return size;
}

std::size_t ContainerSize(Value value) {
  std::size_t size = 0;
  std::size_t count = 0;
  for (const Value child : value) {
    if (value.IsObject()) {
      if (child.IsNull()) continue;
      size += StringSize(child.name()) + 1;
    }
    size += JacksonSize(child);
    ++count;
  }
  return 2 + size + (count > 1 ? count - 1 : 0);
}

}  // namespace

std::size_t JacksonSize(Value value) {
  switch (value.type()) {
    case ValueType::kString:
      return StringSize(value.text());
    case ValueType::kNumber:
      return JavaDoubleText(value.AsDouble()).size();
    case ValueType::kBool:
      return value.IsTrue() ? 4 : 5;
    case ValueType::kArray:
    case ValueType::kObject:
      return ContainerSize(value);
    case ValueType::kNull:
    case ValueType::kAbsent:
      break;
  }
  return 4;
}

}  // namespace sluice::stages
