#include "schema/pattern_constraints.h"

// valijson aborts where it meets what it doesn't like, and with VALIJSON_USE_EXCEPTIONS it would
// redefine RAPIDJSON_ASSERT for this file alone. So SchemaReader checks everything before.
#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <new>
#include <valijson/adapters/rapidjson_adapter.hpp>
#include <valijson/constraint_builder.hpp>
#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "schema/valijson_text.h"

namespace sluice {
namespace {

using valijson::adapters::Adapter;
using valijson::adapters::RapidJsonAdapter;
using valijson::constraints::Constraint;
using valijson::constraints::PolyConstraint;
using Context = std::vector<std::string>;

/// A constraint that valijson may copy as it likes.
template <typename Derived>
class OwnConstraint : public PolyConstraint {
 private:
  Constraint* cloneInto(void* at) const override {
    return new (at) Derived(static_cast<const Derived&>(*this));
  }
  std::size_t sizeOf() const override { return sizeof(Derived); }
};

class PatternConstraint final : public OwnConstraint<PatternConstraint> {
 public:
  explicit PatternConstraint(std::string_view expression)
      : pattern_(std::make_shared<const Pattern>(expression)) {}

  bool validate(const Adapter& target, const Context& /*context*/,
                valijson::ValidationResults* /*results*/) const override {
    return !target.isString() || pattern_->Matches(target.asString());
  }

 private:
  std::shared_ptr<const Pattern> pattern_;
};

class NamesConstraint final : public OwnConstraint<NamesConstraint> {
 public:
  explicit NamesConstraint(const PatternConstraints::Names& names) : names_(&names) {}

  bool validate(const Adapter& target, const Context& /*context*/,
                valijson::ValidationResults* /*results*/) const override {
    // Every document that is validated is one of RapidJSON.
    const auto& value = static_cast<const RapidJsonAdapter&>(target);
    if (!value.isObject()) return true;
    const auto object = value.getObject();
    return std::all_of(object.begin(), object.end(),
                       [this](const auto& member) { return Takes(member.first, member.second); });
  }

 private:
  bool Takes(const std::string& name, const RapidJsonAdapter& value) const {
    bool known = names_->known.contains(name);
    for (const auto& matched : names_->matched) {
      if (!matched.pattern.Matches(name)) continue;
      if (!Passes(*matched.schema, value)) return false;
      known = true;
    }
    if (known) return true;
    return !names_->closed && (names_->others == nullptr || Passes(*names_->others, value));
  }
  static bool Passes(const valijson::Schema& schema, const RapidJsonAdapter& value) {
    return valijson::Validator().validate(schema, value, nullptr);
  }

  const PatternConstraints::Names* names_;
};

class PatternBuilder final : public valijson::ConstraintBuilder {
 public:
  Constraint* make(const Adapter& value) const override {
    return new PatternConstraint(value.asString());
  }
};

class NamesBuilder final : public valijson::ConstraintBuilder {
 public:
  explicit NamesBuilder(PatternConstraints& all) : all_(all) {}
  Constraint* make(const Adapter& value) const override {
    const std::string text = value.asString();
    std::uintptr_t address = 0;
    std::from_chars(text.data(), text.data() + text.size(), address);
    return new NamesConstraint(all_.NamesOf(*reinterpret_cast<const SchemaNode*>(address)));
  }

 private:
  PatternConstraints& all_;
};

}  // namespace

PatternConstraints::PatternConstraints() = default;
PatternConstraints::~PatternConstraints() = default;

const valijson::Schema& PatternConstraints::SchemaOf(const SchemaNode& node) {
  const auto [entry, fresh] = schemas_.try_emplace(&node, nullptr);
  if (!fresh) return *entry->second;
  // A schema may lead back to itself, which then finds it here.
  valijson::Schema& schema = *(entry->second = std::make_unique<valijson::Schema>());
  const rapidjson::Document text = ValijsonText::SchemaText(node);
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft4);
  parser.addConstraintBuilder(std::string(kPatternKeyword), new PatternBuilder());
  parser.addConstraintBuilder(std::string(kNamesKeyword), new NamesBuilder(*this));
  parser.populateSchema(RapidJsonAdapter(text), schema);
  return schema;
}

const PatternConstraints::Names& PatternConstraints::NamesOf(const SchemaNode& node) {
  const auto [entry, fresh] = names_.try_emplace(&node, nullptr);
  if (!fresh) return *entry->second;
  Names& names = *(entry->second = std::make_unique<Names>());
  for (const SchemaNode::Keyword& keyword : node.keywords) {
    if (keyword.name != "patternProperties") continue;
    for (const SchemaNode::Named& child : keyword.children) {
      names.matched.push_back({Pattern(child.name), &SchemaOf(*child.schema)});
    }
  }
  for (const SchemaNode::Named& property : node.properties) names.known.insert(property.name);
  names.closed = node.closed;
  if (node.additional != nullptr) names.others = &SchemaOf(*node.additional);
  return names;
}

}  // namespace sluice
