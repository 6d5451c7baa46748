#include "files/lookup_file.h"

#include <utility>
#include <vector>

#include "files/entry_file.h"

namespace sluice {

Result<std::shared_ptr<const MemoryLookups>> LoadLookups(const std::string& path, int db) {
  auto lookups = std::make_shared<MemoryLookups>();
  const Status read = ReadEntries(path, db, [&](const FileEntry& entry) {
    std::string key(entry.key);
    if (entry.kind == FileEntry::Kind::kText) {
      lookups->PutText(std::move(key), std::string(entry.value.text()));
    } else if (entry.kind == FileEntry::Kind::kHash) {
      std::vector<std::pair<std::string, std::string>> fields;
      for (const Value field : entry.value) fields.emplace_back(field.name(), field.text());
      lookups->PutHash(std::move(key), std::move(fields));
    } else {
      lookups->PutOther(std::move(key));
    }
  });
  if (!read.ok()) return read.error();
  return std::shared_ptr<const MemoryLookups>(std::move(lookups));
}

}  // namespace sluice
