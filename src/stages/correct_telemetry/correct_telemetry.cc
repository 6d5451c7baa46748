#include "stages/correct_telemetry/correct_telemetry.h"

#include <optional>
#include <string_view>

#include "codec/text.h"
#include "util/timestamp.h"

namespace sluice::stages {
namespace {

const Path kUid("/uid");
const Path kActorId("/actor/id");
const Path kObjectId("/object/id");
const Path kObjectType("/object/type");
const Path kContext("/context");
const Path kChannel("/context/channel");
const Path kSyncts("/syncts");
const Path kTimestamp("/@timestamp");

/// "f:<provider>:<id>" is a federated id; the part after the last colon is the user's.
void CorrectActor(Document& doc) {
  auto id = doc.ReadString(kUid);
  if (!id) id = doc.ReadString(kActorId);
  if (!id || !id->starts_with("f:")) return;
  doc.SetString(kActorId, id->substr(id->rfind(':') + 1));
}

void CorrectDialCode(Document& doc, Arena& arena) {
  const auto type = doc.ReadString(kObjectType);
  if (!type || type->empty()) return;
  const auto id = doc.ReadString(kObjectId);
  if (!id || id->empty()) return;
  if (EqualsIgnoreCase(*type, "DialCode") || EqualsIgnoreCase(*type, "qr")) {
    doc.SetString(kObjectId, ToUpper(*id, arena));
  }
}

}  // namespace

Status CorrectTelemetry::Finish(Batch& batch) {
  for (Event& event : batch.events()) {
    if (!event.active()) continue;
    Document& doc = event.edit();
    CorrectActor(doc);
    CorrectDialCode(doc, batch.arena());
    SetDefaultChannel(doc);
    SetInstants(doc, batch.arena());
  }
  return Ok();
}

void CorrectTelemetry::SetDefaultChannel(Document& doc) const {
  const auto channel = doc.ReadString(kChannel);
  if (channel && !IsBlank(*channel)) return;
  if (doc.EnsureObject(kContext)) doc.SetString(kChannel, default_channel_);
}

void CorrectTelemetry::SetInstants(Document& doc, Arena& arena) const {
  const auto text = doc.ReadString(kTimestamp);
  const auto timestamp = text ? ParseTimestamp(*text) : std::nullopt;
  Value syncts = doc.Read(kSyncts);
  if (!syncts.IsNumber()) {
    doc.SetInt(kSyncts, timestamp ? *timestamp : clock_.NowMs());
    syncts = doc.Read(kSyncts);
  }
  if (!timestamp) doc.SetString(kTimestamp, FormatTimestamp(syncts.AsInt64(), arena));
}

StageSpec CorrectTelemetrySpec() {
  StageSpec spec;
  spec.name = "correct_telemetry";
  spec.summary =
      "Corrects federated actor ids and dial codes, and fills in channel, syncts and @timestamp "
      "where they are missing.";
  spec.fields = {{.name = "default_channel",
                  .type = FieldType::kString,
                  .description = "Channel of events whose context.channel is blank.",
                  .required = true}};
  spec.example = "correct_telemetry: { default_channel: b00bc992ef25f1a9a8d63291e20efc8d }\n";
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    return std::unique_ptr<Stage>(
        new CorrectTelemetry(node.String("default_channel"), resources.clock()));
  };
  return spec;
}

}  // namespace sluice::stages
