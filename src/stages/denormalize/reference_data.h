#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/arena.h"
#include "sluice/lookup_store.h"
#include "sluice/value.h"

namespace sluice::stages {

/// One member of what an event is enriched with: its path in the event, and its value as JSON.
struct Enrichment {
  const Path* path = nullptr;
  std::string_view json;
};

/// A cached record as events take it over: the members that are wanted, renamed, dates converted.
struct ReferenceRecord {
  bool empty = true;                ///< Nothing that is wanted was found: a miss.
  std::string_view json;            ///< All of it as one object.
  std::vector<Enrichment> members;  ///< The same one by one, for an object that is there already.
};

/// A field of a cached record that events take over.
struct WantedField {
  std::string_view name;  ///< In the cache.
  Path path;              ///< In the event.
  bool date = false;      ///< A text is turned into milliseconds since 1970.
};

/// `names` as they come out under `parent`: lower case, without `_`. Dates are `dates`.
std::vector<WantedField> Wanted(std::string_view parent, std::span<const std::string_view> names,
                                std::span<const std::string_view> dates = {});

/// Reads a cached text (de-normalization.md 9) into an empty record, whose memory is the arena's.
/// False if it can't be read; the record stays empty.
bool ReadText(std::string_view text, std::span<const WantedField> wanted, Arena& arena,
              ReferenceRecord& record);

/// The array or object that a hash's value holds, as JSON; nullopt if it holds none.
std::optional<std::string> HeldJson(std::string_view value);
/// The string that any other value is: without backslashes.
std::string PlainText(std::string_view value);

/// The value of a hash's field; empty if there is none, or nothing in it.
std::string_view FieldOf(const LookupReply& reply, std::string_view name);

}  // namespace sluice::stages
