#pragma once

#include <string>

#include "schema/json_schema.h"
#include "schema/violation_locator.h"

namespace sluice {

/// What each of the three that know a schema says of a document.
struct ThreeTiers {
  ThreeTiers(const JsonSchema& schema, Value document)
      : program(schema.compiled() != nullptr && schema.compiled()->Accepts(document)),
        valijson(schema.valijson().Accepts(document)),
        locator(ViolationLocator::Find(schema.root(), document, 1).empty()) {}

  [[nodiscard]] bool Agree() const { return program == valijson && valijson == locator; }
  [[nodiscard]] std::string ToString() const {
    const auto word = [](bool accepts) { return accepts ? "accepts" : "refuses"; };
    return std::string("program ") + word(program) + ", valijson " + word(valijson) + ", locator " +
           word(locator);
  }

  bool program;
  bool valijson;
  bool locator;
};

}  // namespace sluice
