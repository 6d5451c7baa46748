#include "schema/schema_loader.h"

#include <utility>

#include "schema/schema_directory.h"
#include "schema/schema_files.h"
#include "schema/schema_tree.h"

namespace sluice {

Result<std::shared_ptr<const SchemaRegistry>> LoadSchemas(const std::filesystem::path& directory) {
  auto files = SchemaFiles::Read(directory);
  if (!files) return std::move(files).error();
  auto tree = SchemaTree::Read(std::move(files).value());
  if (!tree) return std::move(tree).error();
  return std::shared_ptr<const SchemaRegistry>(
      std::make_shared<const SchemaDirectory>(std::move(tree).value()));
}

}  // namespace sluice
