#include "cli/stage_text.h"

#include <algorithm>
#include <sstream>
#include <string_view>

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
    Flatten(field.fields, prefix + field.name + "[].", rows);
  }
}

std::vector<Row> RowsOf(const StageSpec& spec) {
  std::vector<Row> rows;
  Flatten(spec.fields, "", rows);
  return rows;
}

std::string Shown(const std::string& default_value) {
  return default_value.empty() ? "\"\"" : default_value;
}

/// "duration, default 1h", "topic, required".
std::string Properties(const FieldSpec& field) {
  std::string text(TypeName(field.type));
  if (field.required) text += ", required";
  if (field.default_value) text += ", default " + Shown(*field.default_value);
  return text;
}

std::string Joined(const std::vector<std::string>& words, std::string_view around) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ", ";
    text.append(around).append(word).append(around);
  }
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

/// The example as it stands in a pipeline file.
std::string ListEntry(const std::string& example) {
  std::string entry = Indented(example, "    ");
  if (entry.size() > 2) entry[2] = '-';
  return "stages:\n" + entry;
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

std::string FieldTable(const StageSpec& spec) {
  std::string table =
      "| Key | Type | Required | Default | Meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const Row& row : RowsOf(spec)) {
    const FieldSpec& field = *row.field;
    table += "| `" + row.name + "` | " + std::string(TypeName(field.type)) + " | " +
             (field.required ? "yes" : "no") + " | " +
             (field.default_value ? "`" + Cell(Shown(*field.default_value)) + "`" : "") + " | " +
             Cell(field.description) + " |\n";
  }
  return table;
}

}  // namespace

std::string StageList(const std::vector<StageSpec>& specs) {
  std::size_t width = 0;
  for (const StageSpec& spec : specs) width = std::max(width, spec.name.size());
  std::string text;
  for (const StageSpec& spec : specs) {
    text += spec.name + std::string(width + 2 - spec.name.size(), ' ') + spec.summary + '\n';
  }
  return text;
}

std::string StageText(const StageSpec& spec) {
  std::string text = spec.name + "\n  " + spec.summary + '\n';
  if (!spec.fields.empty()) {
    text += spec.field_list ? "\nKeys of each element of the list:\n" : "\nKeys:\n";
    for (const Row& row : RowsOf(spec)) {
      text += "  " + row.name + " (" + Properties(*row.field) + ")\n      " +
              row.field->description + '\n';
    }
  }
  if (!spec.reasons.empty()) text += "\nReasons: " + Joined(spec.reasons, "") + '\n';
  return text + "\nExample:\n" + Indented(ListEntry(spec.example), "  ");
}

std::string StageSection(const StageSpec& spec) {
  std::string text = "## " + spec.name + "\n\n" + spec.summary + "\n\n";
  if (spec.fields.empty()) {
    text += "It has no keys.\n";
  } else {
    if (spec.field_list) text += "A list of maps; the keys of each:\n\n";
    text += FieldTable(spec);
  }
  if (!spec.reasons.empty()) {
    text += "\nReasons it diverts or drops with: " + Joined(spec.reasons, "`") + ".\n";
  }
  return text + "\n```yaml\n" + ListEntry(spec.example) + "```\n";
}

std::string StagePage(const std::vector<StageSpec>& specs) {
  std::string text =
      "# Stages\n\n"
      "Written by `sluice stages --markdown` from the stages' own descriptions; a test compares "
      "the two.\n";
  for (const StageSpec& spec : specs) text += '\n' + StageSection(spec);
  return text;
}

}  // namespace sluice
