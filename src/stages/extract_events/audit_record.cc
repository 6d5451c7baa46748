#include "stages/extract_events/audit_record.h"

#include <optional>
#include <string_view>

#include "stages/extract_events/java_double.h"
#include "util/uuid.h"

namespace sluice::stages {
namespace {

const Path kChannel("/channel");
const Path kMid("/mid");
const Path kDid("/params/did");

constexpr std::string_view kDefaultChannel = "in.sunbird";

/// JSON without blanks and without null members.
void AppendCompact(std::string& json, Value value) {
  const bool object = value.IsObject();
  if (!object && !value.IsArray()) {
    if (value.IsString()) {
      AppendJsonString(json, value.text());
    } else if (value.IsNumber()) {
      json += value.text();
    } else {
      json += value.IsNull() ? "null" : value.IsTrue() ? "true" : "false";
    }
    return;
  }
  json += object ? '{' : '[';
  bool first = true;
  for (const Value child : value) {
    if (object && child.IsNull()) continue;
    if (!first) json += ',';
    first = false;
    if (object) {
      AppendJsonString(json, child.name());
      json += ':';
    }
    AppendCompact(json, child);
  }
  json += object ? '}' : ']';
}

/// The value as text, as Java's String.valueOf has it of scalars; nullopt if it is absent.
std::optional<std::string> TextOf(Value value) {
  if (!value.exists()) return std::nullopt;
  if (value.IsString()) return std::string(value.text());
  if (value.IsNumber()) return JavaDoubleText(value.AsDouble());
  std::string text;
  AppendCompact(text, value);
  return text;
}

}  // namespace

void AppendAuditRecord(std::string& json, const Event& batch, std::size_t count,
                       std::int64_t now_ms) {
  const Document& doc = batch.doc();
  const std::string position = batch.position().ToString();
  const auto random = [&](std::string_view what) {
    const UuidText uuid = NameBasedUuid({position, "#", what});
    return std::string(uuid.data(), uuid.size());
  };
  const auto text = [&](std::string_view before, std::string_view value) {
    json += before;
    AppendJsonString(json, value);
  };
  const std::string now = std::to_string(now_ms);
  json += R"({"actor":{"id":"sunbird.telemetry","type":"telemetry-sync"},"eid":"LOG",)"
          R"("edata":{"level":"INFO","type":"telemetry_audit","message":"telemetry sync",)"
          R"("params":[{"ver":"3.0","events_count":)";
  json += std::to_string(count) + R"(,"sync_status":"SUCCESS"}]},"ver":"3.0","syncts":)" + now;
  json += R"(,"ets":)" + now;
  text(R"(,"context":{"channel":)",
       TextOf(doc.Read(kChannel)).value_or(std::string(kDefaultChannel)));
  text(R"(,"env":"data-pipeline","sid":)", random("sid"));
  const auto did = doc.ReadString(kDid);
  text(R"(,"did":)", did ? std::string(*did) : random("did"));
  json += R"(,"pdata":{"ver":"3.0","pid":"telemetry-extractor","id":"data-pipeline"}})";
  const auto mid = TextOf(doc.Read(kMid));
  text(R"(,"mid":)", mid ? *mid : random("mid"));
  text(R"(,"object":{"id":)", random("object"));
  json += R"(,"ver":"3.0","type":"telemetry-events","rollup":{}}})";
}

}  // namespace sluice::stages
