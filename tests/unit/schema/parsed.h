#pragma once

#include <string>
#include <utility>

#include "codec/json_reader.h"

namespace sluice {

/// A document and the memory it stands in.
struct Parsed {
  explicit Parsed(std::string input) : text(std::move(input)) {
    reason = JsonReader().Read(text, arena, document);
  }
  [[nodiscard]] Value root() const { return document.root(); }

  std::string text;
  Arena arena;
  Document document;
  Reason reason;
};

}  // namespace sluice
