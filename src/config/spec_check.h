#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/problems.h"
#include "config/tree_node.h"
#include "sluice/spec.h"
#include "sluice/stage_spec.h"

namespace sluice {

/// True if the node's value has the form of the type.
bool HasForm(const ConfigNode& node, FieldType type);

/// True for what Kafka takes as a topic's name.
bool IsTopicName(std::string_view name);

/// True for a field that names topics of the source or the sink.
inline bool IsTopicField(const FieldSpec& field) {
  return field.type == FieldType::kTopic || field.type == FieldType::kTopicList;
}

/// Checks the members of a map against fields: unknown and missing keys, and the form of each
/// value. `stores` are the names that a kStore may have. Adds the defaults of absent keys.
void CheckFields(TreeNode& node, const std::vector<FieldSpec>& fields,
                 const std::set<std::string>& stores, Problems& problems);

/// Checks what a source, sink or store is configured with, its spec's own `validate` included.
/// `fields` stand in place of the spec's. True if nothing was wrong.
bool CheckSpec(TreeNode& node, const Spec& spec, const std::vector<FieldSpec>& fields,
               Problems& problems);

/// Checks one stage's configuration against its spec, its own `validate` included.
void CheckStage(TreeNode& node, const StageSpec& spec, const std::set<std::string>& stores,
                Problems& problems);

/// "between 1 and 256", "at least 1ms"; empty where any value of the type is taken.
std::string RangeText(const FieldSpec& field);

/// A field's type as the documentation and the complaints name it.
std::string FieldTypeName(FieldType type);

}  // namespace sluice
