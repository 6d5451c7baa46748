#include "schema/valijson_validator.h"

#include <rapidjson/document.h>

#include <exception>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/validator.hpp>

#include "schema/pattern_constraints.h"
#include "schema/valijson_text.h"

namespace sluice {

struct ValijsonValidator::Compiled {
  PatternConstraints constraints;
  const valijson::Schema* schema = nullptr;
};

ValijsonValidator::ValijsonValidator(const SchemaNode& root)
    : compiled_(std::make_unique<Compiled>()) {
  compiled_->schema = &compiled_->constraints.SchemaOf(root);
}

ValijsonValidator::~ValijsonValidator() = default;

bool ValijsonValidator::Accepts(Value document) const {
  rapidjson::Document::AllocatorType memory;
  const rapidjson::Value json = ValijsonText::DocumentValue(document, memory);
  // It keeps compiled regular expressions, those of formats, so each thread has its own.
  thread_local valijson::Validator validator;
  try {
    return validator.validate(*compiled_->schema, valijson::adapters::RapidJsonAdapter(json),
                              nullptr);
  } catch (const std::exception&) {
    // std::regex gives up on a text that asks too much of a format: no match.
    return false;
  }
}

}  // namespace sluice
