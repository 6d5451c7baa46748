#include "cli/spec_text.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "config/spec_check.h"
#include "config/store_config.h"
#include "util/join.h"

namespace sluice {
namespace {

std::string_view TypeName(FieldType type) {
  switch (type) {
    case FieldType::kString:
      return "string";
    case FieldType::kStringList:
      return "string or list of strings";
    case FieldType::kInt:
      return "integer";
    case FieldType::kBool:
      return "true or false";
    case FieldType::kDuration:
      return "duration";
    case FieldType::kBytes:
      return "size";
    case FieldType::kPointer:
      return "JSON pointer";
    case FieldType::kStore:
      return "store";
    case FieldType::kTopic:
      return "topic";
    case FieldType::kTopicList:
      return "topic or list of topics";
    case FieldType::kList:
      return "list of maps";
    case FieldType::kSection:
      return "map";
    case FieldType::kMap:
      return "map of strings";
    case FieldType::kAny:
      return "any";
  }
  return "string";
}

/// A key with the keys that it stands in: "rules[].to".
struct Row {
  std::string name;
  const FieldSpec* field;
};

void Flatten(const std::vector<FieldSpec>& fields, const std::string& prefix,
             std::vector<Row>& rows) {
  for (const FieldSpec& field : fields) {
    rows.push_back({prefix + field.name, &field});
    const char* below = field.type == FieldType::kList ? "[]." : ".";
    Flatten(field.fields, prefix + field.name + below, rows);
  }
}

std::vector<Row> RowsOf(const std::vector<FieldSpec>& fields) {
  std::vector<Row> rows;
  Flatten(fields, "", rows);
  return rows;
}

std::string Shown(const std::string& default_value) {
  return default_value.empty() ? "\"\"" : default_value;
}

/// "duration, default 1h", "topic, required".
std::string Properties(const FieldSpec& field) {
  std::string text(TypeName(field.type));
  if (field.required && !field.from_source) text += ", required";
  if (field.default_value) text += ", default " + Shown(*field.default_value);
  return text;
}

std::string Indented(const std::string& text, std::string_view indent) {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    result.append(line.empty() ? "" : indent).append(line) += '\n';
  }
  return result;
}

/// As an element of a list under `key`.
std::string ListEntry(const std::string& key, const std::string& example) {
  std::string entry = Indented(example, "    ");
  if (entry.size() > 2) entry[2] = '-';
  return key + ":\n" + entry;
}

/// " One of earliest, latest." with the marks `around` each, or " At least 1ms."; "" where any
/// value is taken.
std::string Choices(const FieldSpec& field, std::string_view around) {
  if (!field.one_of.empty()) return " One of " + Join(field.one_of, around) + ".";
  std::string range = RangeText(field);
  if (range.empty()) return range;
  range[0] = range[0] == 'b' ? 'B' : 'A';
  return " " + range + ".";
}

/// A vertical bar would end the cell of a table.
std::string Cell(const std::string& text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c == '\n' ? ' ' : c;
  }
  return cell;
}

std::string FieldTable(const std::vector<FieldSpec>& fields) {
  std::string table =
      "| Key | Type | Required | Default | Meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const Row& row : RowsOf(fields)) {
    const FieldSpec& field = *row.field;
    const bool required = field.required && !field.from_source;
    table += "| `" + row.name + "` | " + std::string(TypeName(field.type)) + " | " +
             (required ? "yes" : "no") + " | " +
             (field.default_value ? "`" + Cell(Shown(*field.default_value)) + "`" : "") + " | " +
             Cell(field.description + Choices(field, "`")) + " |\n";
  }
  return table;
}

/// Markdown without its marks.
std::string Plain(std::string text) {
  std::erase(text, '`');
  return text;
}

template <typename S>
std::vector<SpecEntry> EntriesUnder(const SpecRegistry<S>& registry, const std::string& key) {
  std::vector<SpecEntry> entries;
  for (const S& spec : registry.specs()) {
    entries.push_back({.spec = &spec, .example = key + ":\n" + Indented(spec.example, "  ")});
  }
  return entries;
}

std::string UsesOf(const StoreSpec& store) {
  std::string uses = store.claims ? "claims" : "";
  if (store.lookups) uses += uses.empty() ? "reference data" : " and reference data";
  return "Holds " + uses + (store.cacheable ? "; reference data may have a `cache`" : "") + ".";
}

std::string Sections(const std::vector<SpecEntry>& entries) {
  std::string text;
  for (const SpecEntry& entry : entries) text += '\n' + SpecSection(entry);
  return text;
}

}  // namespace

std::vector<SpecEntry> EntriesOf(const SpecRegistry<StageSpec>& stages) {
  std::vector<SpecEntry> entries;
  for (const StageSpec& spec : stages.specs()) {
    SpecEntry& entry = entries.emplace_back();
    entry.spec = &spec;
    entry.field_list = spec.field_list;
    entry.example = ListEntry("stages", spec.example);
    if (spec.reasons.empty()) continue;
    entry.note = "Reasons it diverts or drops with: " + Join(spec.reasons, "`") + ".";
  }
  return entries;
}

std::vector<SpecEntry> EntriesOf(const SpecRegistry<SourceSpec>& sources) {
  return EntriesUnder(sources, "source");
}

std::vector<SpecEntry> EntriesOf(const SpecRegistry<SinkSpec>& sinks) {
  return EntriesUnder(sinks, "sink");
}

std::vector<SpecEntry> EntriesOf(const SpecRegistry<StoreSpec>& stores) {
  std::vector<SpecEntry> entries;
  for (const StoreSpec& spec : stores.specs()) {
    entries.push_back({.spec = &spec,
                       .note = UsesOf(spec),
                       .example = "stores:\n  my_store:\n" + Indented(spec.example, "    ")});
  }
  return entries;
}

std::string SpecList(const std::vector<SpecEntry>& entries) {
  std::size_t width = 0;
  for (const SpecEntry& entry : entries) width = std::max(width, entry.spec->name.size());
  std::string text;
  for (const SpecEntry& entry : entries) {
    const Spec& spec = *entry.spec;
    text += spec.name + std::string(width + 2 - spec.name.size(), ' ') + spec.summary + '\n';
  }
  return text;
}

std::string SpecText(const SpecEntry& entry) {
  const Spec& spec = *entry.spec;
  std::string text = spec.name + "\n  " + spec.summary + '\n';
  if (!spec.fields.empty()) {
    text += entry.field_list ? "\nKeys of each element of the list:\n" : "\nKeys:\n";
    for (const Row& row : RowsOf(spec.fields)) {
      text += "  " + row.name + " (" + Properties(*row.field) + ")\n      " +
              Plain(row.field->description + Choices(*row.field, "")) + '\n';
    }
  }
  if (!entry.note.empty()) text += '\n' + Plain(entry.note) + '\n';
  return text + "\nExample:\n" + Indented(entry.example, "  ");
}

std::string SpecSection(const SpecEntry& entry) {
  const Spec& spec = *entry.spec;
  std::string text = "## " + spec.name + "\n\n" + spec.summary + "\n\n";
  if (spec.fields.empty()) {
    text += "It has no keys.\n";
  } else {
    if (entry.field_list) text += "A list of maps; the keys of each:\n\n";
    text += FieldTable(spec.fields);
  }
  if (!entry.note.empty()) text += '\n' + entry.note + '\n';
  return text + "\n```yaml\n" + entry.example + "```\n";
}

std::string StagePage(const Registry& registry) {
  return "# Stages\n\n"
         "Written by `sluice stages --markdown` from the stages' own descriptions; a test compares "
         "the two.\n" +
         Sections(EntriesOf(registry.stages));
}

std::string PortPage(const Registry& registry) {
  return "Written by `sluice ports --markdown` from the ports' own descriptions; a test compares "
         "the two.\nWhich source goes with which sink, and what delivery that gives: "
         "[delivery.md](delivery.md).\n\n# Sources\n\n"
         "A pipeline has one, under `source`.\n" +
         Sections(EntriesOf(registry.sources)) +
         "\n# Sinks\n\nA pipeline has one, under `sink`, beside the keys that concern every "
         "sink: see [configuration.md](configuration.md).\n" +
         Sections(EntriesOf(registry.sinks)) +
         "\n# Stores\n\nEach has a name under `stores`, by which the stages ask for it.\n" +
         Sections(EntriesOf(registry.stores)) +
         "\n## cache\n\nStands beside a store of reference data: a worker remembers what was "
         "answered.\n\n" +
         FieldTable(CacheFields()) +
         "\n```yaml\nstores:\n  my_store:\n    redis: { url: \"redis://localhost:6379\" }\n"
         "    cache: { ttl: 5m }\n```\n";
}

std::string PortList(const Registry& registry) {
  return "Sources:\n" + Indented(SpecList(EntriesOf(registry.sources)), "  ") + "\nSinks:\n" +
         Indented(SpecList(EntriesOf(registry.sinks)), "  ") + "\nStores:\n" +
         Indented(SpecList(EntriesOf(registry.stores)), "  ");
}

std::vector<SpecEntry> PortsNamed(const Registry& registry, const std::string& name) {
  std::vector<SpecEntry> found;
  for (const auto& entries :
       {EntriesOf(registry.sources), EntriesOf(registry.sinks), EntriesOf(registry.stores)}) {
    for (const SpecEntry& entry : entries) {
      if (entry.spec->name == name) found.push_back(entry);
    }
  }
  return found;
}

}  // namespace sluice
