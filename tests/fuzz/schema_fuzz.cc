#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/json_reader.h"
#include "schema/schema_directory.h"
#include "schema/schema_loader.h"
#include "unit/schema/three_tiers.h"

// The first byte chooses a schema, the rest is an event: the compiled program, valijson and the
// locator must agree on it, and whoever refuses must be able to say where.

namespace sluice {
namespace {

/// Every schema of the shipped set and of the tangled one.
class Schemas {
 public:
  Schemas() {
    for (const char* directory :
         {"/schemas/telemetry/3.0", "/schemas/druid", "/tests/unit/schema/tangled"}) {
      auto loaded = LoadSchemas(SLUICE_SOURCE_DIR + std::string(directory));
      if (!loaded) std::abort();
      const auto& registry = registries_.emplace_back(std::move(loaded).value());
      for (const auto& [name, schema] : dynamic_cast<const SchemaDirectory&>(*registry).schemas()) {
        schemas_.push_back(&schema);
      }
    }
  }
  const JsonSchema& operator[](std::size_t index) const {
    return *schemas_[index % schemas_.size()];
  }

 private:
  std::vector<std::shared_ptr<const SchemaRegistry>> registries_;
  std::vector<const JsonSchema*> schemas_;
};

void Check(const JsonSchema& schema, std::string_view text) {
  Arena arena;
  Document document;
  JsonReader().Read(text, arena, document);
  const ThreeTiers verdict(schema, document.root());
  if (!verdict.Agree()) {
    std::fprintf(stderr, "%s: %s\n", schema.root().file.c_str(), verdict.ToString().c_str());
    std::abort();
  }
  if (!verdict.valijson && schema.Errors(document.root(), 100).empty()) std::abort();
}

}  // namespace
}  // namespace sluice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const sluice::Schemas schemas;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  sluice::Check(schemas[data[0]], text);
  return 0;
}
