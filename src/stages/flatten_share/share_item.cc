#include "stages/flatten_share/share_item.h"

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "stages/extract_events/java_double.h"
#include "util/uuid.h"

namespace sluice::stages {
namespace {

const Path kUid("/uid");
const Path kActorId("/actor/id");
const Path kActorType("/actor/type");
const Path kDir("/edata/dir");
const Path kType("/edata/type");
const Path kSyncts("/syncts");
const Path kEts("/ets");
const Path kDimensionsChannel("/dimensions/channel");
const Path kDimensionsDid("/dimensions/did");
const Path kChannel("/context/channel");
const Path kDid("/context/did");
const Path kEnv("/context/env");
const Path kSid("/context/sid");
const Path kPdata("/context/pdata");
const Path kCdata("/context/cdata");
const Path kRollup("/context/rollup");
const Path kMid("/mid");
const Path kObjectId("/object/id");
const Path kObjectType("/object/type");
const Path kTags("/tags");

/// Writes an object member by member; absent values leave no trace.
class ObjectWriter {
 public:
  ObjectWriter(std::string& json, const Document& source) : json_(json), source_(source) {
    json_.push_back('{');
  }
  void Copy(std::string_view name, Value value) {
    if (!value.exists() || value.IsNull()) return;
    Name(name);
    source_.AppendTo(json_, value);
  }
  void Text(std::string_view name, std::optional<std::string_view> text) {
    if (!text) return;
    Name(name);
    AppendJsonString(json_, *text);
  }
  void Raw(std::string_view name, std::string_view value) {
    Name(name);
    json_.append(value);
  }
  /// Starts a member whose value the caller appends.
  void Name(std::string_view name) {
    if (!first_) json_.push_back(',');
    first_ = false;
    json_.append("\"").append(name).append("\":");
  }
  void End() { json_.push_back('}'); }

 private:
  std::string& json_;
  const Document& source_;
  bool first_ = true;
};

std::optional<std::string_view> FirstString(const Document& doc,
                                            std::initializer_list<const Path*> paths) {
  for (const Path* path : paths) {
    if (auto text = doc.ReadString(*path)) return text;
  }
  return std::nullopt;
}

/// A size that JSON can't hold counts as 0 (3.10); the rest shows that it is a double.
void AppendSize(std::string& json, double value) {
  char digits[32];
  const char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  const bool finite = std::isfinite(value);
  json.append(finite ? text : "0");
  if (finite && text.find_first_of(".e") == std::string_view::npos) json.append(".0");
}

void AppendContext(ObjectWriter& out, std::string& json, const Document& share) {
  out.Name("context");
  ObjectWriter context(json, share);
  context.Text("channel", FirstString(share, {&kDimensionsChannel, &kChannel}));
  context.Copy("env", share.Read(kEnv));
  context.Copy("sid", share.Read(kSid));
  context.Text("did", FirstString(share, {&kDimensionsDid, &kDid}));
  context.Copy("pdata", share.Read(kPdata));
  context.Copy("cdata", share.Read(kCdata));
  const Value rollup = share.Read(kRollup);
  if (rollup.IsObject()) context.Copy("rollup", rollup);
  context.End();
}

void AppendObject(ObjectWriter& out, std::string& json, const Document& share, Value item) {
  out.Name("object");
  ObjectWriter object(json, share);
  object.Copy("id", item.Find("id"));
  object.Copy("ver", item.Find("ver"));
  object.Copy("type", item.Find("type"));
  object.Name("rollup");
  ObjectWriter rollup(json, share);
  const auto id = share.ReadString(kObjectId);
  if (id && !id->empty() && !share.ReadString(kObjectType).value_or("").empty()) {
    rollup.Text("l1", id);
  }
  rollup.End();
  object.End();
}

void AppendEdata(ObjectWriter& out, std::string& json, const Document& share, Value param) {
  out.Name("edata");
  ObjectWriter edata(json, share);
  edata.Copy("dir", share.Read(kDir));
  if (param.exists()) {
    const bool none = ParseJavaDouble(param.Find("transfers")) == 0;
    edata.Text("type", none ? "download" : "import");
    edata.Name("size");
    AppendSize(json, ParseJavaDouble(param.Find("size")));
  } else {
    edata.Copy("type", share.Read(kType));
    edata.Raw("size", "0");
  }
  edata.End();
}

/// The SHARE's mid with a UUID behind it.
void AppendMid(std::string& json, const Document& share, std::size_t item_index,
               std::size_t param_index) {
  const std::string_view mid = share.ReadString(kMid).value_or("");
  const UuidText uuid =
      NameBasedUuid({mid, "/", std::to_string(item_index), "/", std::to_string(param_index)});
  AppendJsonString(json, mid);
  json.back() = '-';  // In place of the closing quote.
  json.append(uuid.data(), uuid.size()).push_back('"');
}

}  // namespace

double ParseJavaDouble(Value value) {
  if (value.IsNumber()) return value.AsDouble();
  return value.IsString() ? ParseJavaDouble(value.text()).value_or(0) : 0;
}

void AppendShareItem(std::string& json, const Document& share, Value item, Value param,
                     std::size_t item_index, std::size_t param_index) {
  ObjectWriter out(json, share);
  out.Name("actor");
  ObjectWriter actor(json, share);
  actor.Text("id", FirstString(share, {&kUid, &kActorId}));
  actor.Copy("type", share.Read(kActorType));
  actor.End();
  out.Text("eid", "SHARE_ITEM");
  AppendEdata(out, json, share, param);
  out.Text("ver", "3.0");
  out.Raw("syncts", std::to_string(share.Read(kSyncts).AsInt64()));
  out.Raw("ets", std::to_string(share.Read(kEts).AsInt64()));
  AppendContext(out, json, share);
  out.Name("mid");
  AppendMid(json, share, item_index, param_index);
  AppendObject(out, json, share, item);
  out.Copy("tags", share.Read(kTags));
  out.End();
}

}  // namespace sluice::stages
