#include "schema/valijson_validator.h"

// valijson aborts where it meets what it doesn't like, and with VALIJSON_USE_EXCEPTIONS it would
// redefine RAPIDJSON_ASSERT for this file alone. So SchemaReader checks everything before.
#include <rapidjson/document.h>

#include <exception>
#include <map>
#include <set>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "schema/scalar_checks.h"
#include "schema/valijson_text.h"

namespace sluice {
namespace {

using valijson::adapters::RapidJsonAdapter;

bool MatchesNames(const rapidjson::Value& schema) {
  if (schema.IsArray()) return std::any_of(schema.Begin(), schema.End(), MatchesNames);
  if (!schema.IsObject()) return false;
  // A property of this name is taken for the keyword too, which costs a look at the names.
  return std::any_of(schema.MemberBegin(), schema.MemberEnd(), [](const auto& member) {
    return member.name == "patternProperties" || MatchesNames(member.value);
  });
}

bool HasLongName(Value value) {
  for (const Value child : value) {
    if (CodePoints(child.name()) > kMaxMatchedText || HasLongName(child)) return true;
  }
  return false;
}

}  // namespace

struct ValijsonValidator::Compiled {
  valijson::Schema schema;
  bool matches_names = false;
};

ValijsonValidator::ValijsonValidator(const SchemaNode& root)
    : compiled_(std::make_unique<Compiled>()) {
  const rapidjson::Document text = ValijsonText::SchemaText(root);
  compiled_->matches_names = MatchesNames(text);
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft4);
  parser.populateSchema(RapidJsonAdapter(text), compiled_->schema);
}

ValijsonValidator::~ValijsonValidator() = default;

bool ValijsonValidator::Accepts(Value document) const {
  if (compiled_->matches_names && HasLongName(document)) return false;
  rapidjson::Document::AllocatorType memory;
  const rapidjson::Value json = ValijsonText::DocumentValue(document, memory);
  // It keeps compiled regular expressions, so each thread has its own.
  thread_local valijson::Validator validator;
  try {
    return validator.validate(compiled_->schema, RapidJsonAdapter(json), nullptr);
  } catch (const std::exception&) {
    // std::regex gives up on a text that asks too much of an expression: no match.
    return false;
  }
}

}  // namespace sluice
