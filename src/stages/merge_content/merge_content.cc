#include "stages/merge_content/merge_content.h"

#include <utility>

#include "codec/json_reader.h"
#include "stages/merge_content/graph_date.h"
#include "util/fault_point.h"

namespace sluice::stages {
namespace {

/// As JSON; nullopt if the value of the list property is neither a list nor a string.
std::optional<std::string> ListJson(const Document& event, Value value) {
  std::string json;
  if (value.IsString()) {
    json = "[";
    AppendJsonString(json, value.text());
    return json += ']';
  }
  if (!value.IsArray()) return std::nullopt;
  event.AppendTo(json, value);
  return json;
}

/// As JSON; nullopt if the value of the date property is no date.
std::optional<std::string> DateJson(Value value) {
  if (!value.IsString()) return std::nullopt;
  if (value.text().empty()) return "\"\"";
  const auto ms = GraphDateMs(value.text());
  return ms ? std::optional(std::to_string(*ms)) : std::nullopt;
}

}  // namespace

Status MergeContent::Finish(Batch& batch) {
  tasks_.clear();
  known_.clear();
  for (Event& event : batch.events()) {
    if (event.active()) AddTask(batch, event);
  }
  if (tasks_.empty()) return Ok();
  SLUICE_TRY(ReadContents());
  for (const Task& task : tasks_) Merge(batch, task);
  return WriteContents();
}

void MergeContent::AddTask(Batch& batch, Event& event) {
  if (!event.readable()) return Skip(batch, event, event.unreadable_reason());
  const Value id = NodeIdOf(event.doc());
  if (!id.exists() || (id.IsString() && id.text().empty())) return Skip(batch, event, "no_id");
  if (!id.IsString()) {
    Defects defects;
    defects.Add(defect::kBadId, "nodeUniqueId", "is not a string");
    defects.Divert(batch, event, settings_.side_output);
    batch.Count(settings_.failed);
    return;
  }
  const auto [at, made] = known_.try_emplace(id.text());
  if (made) contents_.Add({.op = TableRequest::Op::kGet, .key = id.text()}, &at->second);
  tasks_.push_back({&event, &at->second});
}

void MergeContent::Skip(Batch& batch, Event& event, Reason reason) const {
  batch.Count(settings_.skipped);
  if (event.readable() || !settings_.keeps_unreadable) {
    event.Drop(reason);
    return;
  }
  event.SetVerbatim(event.raw());
  event.Divert(settings_.side_output, reason);
}

Status MergeContent::ReadContents() {
  SLUICE_TRY(contents_.Send());
  const auto answers = contents_.Receive();
  if (!answers) return answers.error();
  for (const auto [content, reply] : answers.value()) {
    content->wrong_type = reply->state == TableReply::State::kWrongType;
    if (reply->state == TableReply::State::kDone) content->document.Read(reply->text);
  }
  return Ok();
}

void MergeContent::Merge(Batch& batch, const Task& task) const {
  Event& event = *task.event;
  ContentDocument& document = task.content->document;
  Defects defects;
  bool dial_codes = false;
  document.Begin();
  const Value properties = PropertiesOf(event.doc());
  if (properties.exists() && !properties.IsObject()) {
    defects.Add(defect::kBadProperties, "transactionData.properties", "is not an object");
  } else {
    for (const Value property : properties) {
      dial_codes = dial_codes || (HoldsDialCodes(property) && property.IsObject() &&
                                  !NewValueOf(property).IsNull());
      MergeProperty(property, event.doc(), document, defects);
    }
  }
  if (task.content->wrong_type) {
    defects.Add(defect::kWrongType, NodeIdOf(event.doc()).text(),
                "is a key of another type, which stays as it is");
  } else if (document.End()) {
    task.content->changed = true;
    batch.Count(settings_.written);
  }
  if (dial_codes) {
    defects.LeaveIn(event.edit());
  } else if (defects.empty()) {
    event.End();
  } else {
    defects.Divert(batch, event, settings_.side_output);
    batch.Count(settings_.failed);
  }
}

void MergeContent::MergeProperty(Value property, const Document& event, ContentDocument& content,
                                 Defects& defects) {
  const std::string_view name = property.name();
  if (!property.IsObject()) return defects.Add(defect::kBadProperty, name, "is not an object");
  const Value value = NewValueOf(property);
  if (value.IsNull()) return;
  if (IsDateProperty(name)) {
    auto json = DateJson(value);
    if (!json) return defects.Add(defect::kBadProperty, name, "is not a date");
    content.Set(name, *std::move(json));
  } else if (IsListProperty(name)) {
    auto json = ListJson(event, value);
    if (!json) return defects.Add(defect::kBadProperty, name, "is not a list or a string");
    content.Set(name, *std::move(json));
  } else if (value.exists()) {
    std::string json;
    event.AppendTo(json, value);
    content.Set(name, std::move(json));
  }
}

Status MergeContent::WriteContents() {
  for (auto& [id, content] : known_) {
    if (!content.changed) continue;
    content.text = content.document.Text();
    contents_.Add({.op = TableRequest::Op::kSet, .key = id, .text = content.text}, &content);
  }
  SLUICE_TRY(contents_.Send());
  const auto answers = contents_.Receive();
  if (!answers) return answers.error();
  FaultPoint("content_written");
  return Ok();
}

StageSpec MergeContentSpec() {
  StageSpec spec;
  spec.name = "merge_content";
  spec.summary =
      "Merges the new property values of learning-graph transactions into the cached documents of "
      "their contents; ends events without dial codes.";
  spec.fields = {
      {.name = "store",
       .type = FieldType::kStore,
       .description = "Store that holds the documents, as JSON under the id of the node.",
       .required = true},
      {.name = "side_output",
       .type = FieldType::kString,
       .description = "Side output that takes events of which a part could not be used, as they "
                      "came; the rest of them is applied.",
       .default_value = "failed"},
      {.name = "keep_unreadable",
       .type = FieldType::kBool,
       .description = "Records that are no JSON object go to the side output too; the original job "
                      "drops them.",
       .default_value = "false"}};
  spec.example = "merge_content: { store: content }\n";
  spec.reasons = {"no_id",
                  defect::kBadId,
                  defect::kBadProperties,
                  defect::kBadProperty,
                  defect::kWrongType,
                  unreadable::kNullRecord,
                  unreadable::kInvalidJson,
                  unreadable::kNotAnObject,
                  unreadable::kInvalidUtf8,
                  unreadable::kTooDeep,
                  unreadable::kTooMany,
                  unreadable::kNumberRange};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    auto contents = resources.Tables(node.String("store"));
    if (!contents) return std::move(contents).error();
    const MergeContent::Settings settings{.side_output = side_output.value(),
                                          .keeps_unreadable = node.Bool("keep_unreadable"),
                                          .written = resources.Counter("cache-hit-count"),
                                          .skipped = resources.Counter("skipped-event-count"),
                                          .failed = resources.Counter("failed-event-count")};
    return std::unique_ptr<Stage>(
        new MergeContent(settings, std::move(contents).value(), node.String("store")));
  };
  return spec;
}

}  // namespace sluice::stages
