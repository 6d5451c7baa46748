#include "stages/assessment/gson_text.h"

#include "codec/gson_string.h"
#include "stages/extract_events/java_double.h"

namespace sluice::stages {

void AppendGsonText(std::string& text, Value value) {
  const bool object = value.IsObject();
  if (!object && !value.IsArray()) {
    if (value.IsString()) {
      AppendGsonString(text, value.text());
    } else if (value.IsNumber()) {
      text += JavaDoubleText(value.AsDouble());
    } else {
      text += value.IsNull() ? "null" : value.IsTrue() ? "true" : "false";
    }
    return;
  }
  text += object ? '{' : '[';
  bool first = true;
  for (const Value child : value) {
    if (object && child.IsNull()) continue;
    if (!first) text += ',';
    first = false;
    if (object) {
      AppendGsonString(text, child.name());
      text += ':';
    }
    AppendGsonText(text, child);
  }
  text += object ? '}' : ']';
}

}  // namespace sluice::stages
