#include "schema/schema_directory.h"

#include <utility>

namespace sluice {

SchemaDirectory::SchemaDirectory(SchemaTree tree) : tree_(std::move(tree)) {
  constexpr std::string_view kExtension = ".json";
  for (const auto& [file, root] : tree_.roots()) {
    schemas_.try_emplace(file.substr(0, file.size() - kExtension.size()), *root);
  }
}

const JsonSchema* SchemaDirectory::Find(std::string_view name) const {
  const auto found = schemas_.find(name);
  return found == schemas_.end() ? nullptr : &found->second;
}

}  // namespace sluice
