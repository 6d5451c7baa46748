#include "memory/memory_stores.h"

#include <memory>

#include "memory/memory_claim_store.h"
#include "memory/memory_claims.h"
#include "memory/memory_lookup_store.h"
#include "memory/memory_table.h"
#include "memory/memory_table_store.h"

namespace sluice {
namespace {

constexpr std::int64_t kMaxKeys = 10'000'000;

Result<std::unique_ptr<ClaimStore>> BuildClaims(const ConfigNode& node,
                                                const StoreContext& context) {
  auto& claims = context.shared.Of<MemoryClaims>("claims " + context.scope + "/" + context.name);
  if (claims == nullptr) {
    const auto max_keys = static_cast<std::size_t>(node.Int("max_keys", kMaxKeys));
    claims = std::make_shared<MemoryClaims>(max_keys, context.metrics, context.name);
  }
  return std::unique_ptr<ClaimStore>(new MemoryClaimStore(claims));
}

Result<std::unique_ptr<TableStore>> BuildTables(const ConfigNode& node,
                                                const StoreContext& context) {
  auto& table = context.shared.Of<MemoryTable>("table " + context.scope + "/" + context.name);
  if (table == nullptr) {
    table = std::make_shared<MemoryTable>(node.Duration("marks", kMarksByDefault));
  }
  return std::unique_ptr<TableStore>(new MemoryTableStore(table, context.clock));
}

}  // namespace

StoreSpec MemoryStoreSpec() {
  StoreSpec spec;
  spec.name = "memory";
  spec.summary =
      "Holds claims and tables in this process, gone with it; as reference data it is always "
      "empty.";
  spec.fields = {{.name = "max_keys",
                  .type = FieldType::kInt,
                  .description = "Most claims; then the oldest makes room.",
                  .default_value = std::to_string(kMaxKeys),
                  .least = 1,
                  .most = 1'000'000'000},
                 MarksField()};
  spec.example = "memory: { max_keys: 1000000 }\n";
  spec.durable = false;
  spec.claims = BuildClaims;
  spec.tables = BuildTables;
  spec.lookups = [](const ConfigNode&,
                    const StoreContext&) -> Result<std::unique_ptr<LookupStore>> {
    return std::unique_ptr<LookupStore>(
        new MemoryLookupStore(std::make_shared<const MemoryLookups>()));
  };
  return spec;
}

}  // namespace sluice
