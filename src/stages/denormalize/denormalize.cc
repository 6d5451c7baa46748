#include "stages/denormalize/denormalize.h"

#include <algorithm>
#include <array>

#include "codec/text.h"
#include "stages/denormalize/device_data.h"
#include "stages/denormalize/questions.h"

namespace sluice::stages {
namespace {

constexpr std::array<std::string_view, 20> kContentFields = {
    "name",          "objectType",      "contentType", "mediaType",  "language",
    "medium",        "mimeType",        "createdBy",   "createdFor", "framework",
    "board",         "subject",         "status",      "pkgVersion", "lastSubmittedOn",
    "lastUpdatedOn", "lastPublishedOn", "channel",     "gradeLevel", "keywords"};
constexpr std::array<std::string_view, 3> kContentDates = {"lastSubmittedOn", "lastUpdatedOn",
                                                           "lastPublishedOn"};
constexpr std::array<std::string_view, 10> kL2Fields = {
    "name",   "contentType", "mimeType", "framework",  "subject",
    "medium", "board",       "channel",  "createdFor", "gradeLevel"};
constexpr std::array<std::string_view, 7> kDialcodeFields = {
    "identifier", "channel", "batchcode", "publisher", "generated_on", "published_on", "status"};
constexpr std::array<std::string_view, 2> kDialcodeDates = {"generated_on", "published_on"};

const std::vector<WantedField> kContent = Wanted("contentdata", kContentFields, kContentDates);
const std::vector<WantedField> kL2 = Wanted("l2data", kL2Fields);
const std::vector<WantedField> kDialcode = Wanted("dialcodedata", kDialcodeFields, kDialcodeDates);

std::string_view UserKey(std::string_view user, Arena& arena) {
  constexpr std::string_view kPrefix = "user:";
  char* key = arena.Allocate(kPrefix.size() + user.size());
  std::ranges::copy(user, std::ranges::copy(kPrefix, key).out);
  return {key, kPrefix.size() + user.size()};
}

std::array<Denormalize::Cache*, 4> All(Denormalize::Caches& caches) {
  return {&caches.content, &caches.device, &caches.user, &caches.dialcode};
}

}  // namespace

Status Denormalize::Probe() {
  for (Cache* cache : All(caches_)) SLUICE_TRY(cache->store->Ping());
  return Ok();
}

void Denormalize::Cancel() {
  for (Cache* cache : All(caches_)) cache->store->Cancel();
}

Status Denormalize::Start(Batch& batch) {
  for (Cache* cache : All(caches_)) cache->lookups.clear();
  for (const Event& event : batch.events()) {
    if (event.active()) Ask(event, batch.arena());
  }
  for (Cache* cache : All(caches_)) SLUICE_TRY(cache->store->Send(cache->lookups));
  return Ok();
}

void Denormalize::Ask(const Event& event, Arena& arena) {
  using Kind = Lookup::Kind;
  const Questions asked = QuestionsOf(event, settings_.permit);
  if (asked.device) caches_.device.lookups.push_back({Kind::kHash, *asked.device});
  if (asked.user) caches_.user.lookups.push_back({Kind::kHash, UserKey(*asked.user, arena)});
  if (asked.dialcode)
    caches_.dialcode.lookups.push_back({Kind::kText, ToUpper(*asked.dialcode, arena)});
  for (const auto& content : {asked.content, asked.collection, asked.l2}) {
    if (content) caches_.content.lookups.push_back({Kind::kText, *content});
  }
}

Status Denormalize::Finish(Batch& batch) {
  arena_.Reset();
  for (Known* known : {&contents_, &l2_contents_, &dialcodes_, &devices_, &users_}) known->clear();
  for (Cache* cache : All(caches_)) {
    SLUICE_TRY(cache->store->Receive(cache->replies));
    cache->next = 0;
  }
  // The events stand as they stood at Start, so the same walk meets the replies in their order.
  for (Event& event : batch.events()) {
    if (event.active()) Enrich(batch, event);
  }
  return Ok();
}

void Denormalize::Enrich(Batch& batch, Event& event) {
  const Questions asked = QuestionsOf(event, settings_.permit);
  const EnrichmentCounters& counters = settings_.counters;
  Document& doc = event.edit();
  ClampEts(doc, clock_.NowMs());
  if (asked.device) {
    const ReferenceRecord& device = TakeDevice(batch);
    AddDevice(doc, device);
    counters.device.Count(batch, !device.empty);
  }
  if (asked.user) {
    const ReferenceRecord& user = TakeUser(batch);
    AddUser(doc, user);
    counters.user.Count(batch, !user.empty);
  }
  if (asked.dialcode) {
    const ReferenceRecord& dialcode = Take(batch, caches_.dialcode, dialcodes_, kDialcode);
    AddDialcode(doc, dialcode);
    counters.dialcode.Count(batch, !dialcode.empty);
  }
  if (asked.content) {
    const ReferenceRecord& content = Take(batch, caches_.content, contents_, kContent);
    AddContent(doc, content);
    counters.content.Count(batch, !content.empty);
  }
  if (asked.collection) AddCollection(doc, Take(batch, caches_.content, contents_, kContent));
  if (asked.l2) AddL2(doc, Take(batch, caches_.content, l2_contents_, kL2));
  counters.location.Count(batch, AddLocation(doc));
}

const ReferenceRecord& Denormalize::Take(Batch& batch, Cache& cache, Known& known,
                                         std::span<const WantedField> wanted) {
  static const ReferenceRecord kMissing;
  const LookupReply& reply = Next(batch, cache);
  if (reply.state != LookupReply::State::kFound || reply.text.empty()) return kMissing;
  const auto [at, fresh] = known.try_emplace(reply.text.data());
  if (fresh && !ReadText(reply.text, wanted, arena_, at->second)) {
    batch.Count(settings_.counters.unreadable);
  }
  return at->second;
}

const LookupReply& Denormalize::Next(Batch& batch, Cache& cache) const {
  const LookupReply& reply = cache.replies[cache.next++];
  if (reply.state == LookupReply::State::kWrongType) batch.Count(settings_.counters.unreadable);
  return reply;
}

const ReferenceRecord& Denormalize::TakeDevice(Batch& batch) {
  const LookupReply& reply = Next(batch, caches_.device);
  const auto [at, fresh] = devices_.try_emplace(reply.fields.data());
  if (fresh) at->second = ReadDevice(reply, arena_);
  return at->second;
}

const ReferenceRecord& Denormalize::TakeUser(Batch& batch) {
  const LookupReply& reply = Next(batch, caches_.user);
  const auto [at, fresh] = users_.try_emplace(reply.fields.data());
  if (fresh) at->second = ReadUser(reply, settings_.user_defaults, arena_);
  return at->second;
}

namespace {

std::vector<FieldSpec> Fields() {
  const auto store = [](const char* name, const char* description) {
    return FieldSpec{
        .name = name, .type = FieldType::kStore, .description = description, .required = true};
  };
  return {store("content", "Store that holds contents, as JSON text by their id."),
          store("device", "Store that holds devices, as hashes by their id."),
          store("user", "Store that holds users, as hashes under user:<id>."),
          store("dialcode", "Store that holds dial codes, as JSON text by the code."),
          {.name = "permit",
           .type = FieldType::kStringList,
           .description = "Eids whose object is looked up as a content even if it is a user or a "
                          "dial code.",
           .default_value = "AUDIT"},
          {.name = "signin_type_default",
           .type = FieldType::kString,
           .description = "What userdata.usersignintype is where the user's hash has none.",
           .default_value = "Anonymous"},
          {.name = "login_type_default",
           .type = FieldType::kString,
           .description = "What userdata.userlogintype is where the user's hash has none.",
           .default_value = "NA"}};
}

HitCounters CountersOf(Resources& resources, const std::string& name, const std::string& cache) {
  return {resources.Counter(name + "-total"), resources.Counter(cache + "-hit"),
          resources.Counter(cache + "-miss")};
}

Result<std::unique_ptr<Stage>> Build(const ConfigNode& node, Resources& resources) {
  Denormalize::Caches caches;
  const std::array<const char*, 4> names = {"content", "device", "user", "dialcode"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto store = resources.Lookups(node.String(names[i]));
    if (!store) return std::move(store).error();
    All(caches)[i]->store = std::move(store).value();
  }
  Denormalize::Settings settings{
      .permit = node.Strings("permit"),
      .user_defaults = {node.String("signin_type_default"), node.String("login_type_default")},
      .counters = {.device = CountersOf(resources, "device", "device-cache"),
                   .user = CountersOf(resources, "user", "user-cache"),
                   .dialcode = CountersOf(resources, "dialcode", "dialcode-cache"),
                   .content = CountersOf(resources, "content", "content-cache"),
                   .location = CountersOf(resources, "loc", "loc-cache"),
                   .unreadable = resources.Counter("cache-unreadable")}};
  return std::unique_ptr<Stage>(
      new Denormalize(std::move(settings), std::move(caches), resources.clock()));
}

}  // namespace

StageSpec DenormalizeSpec() {
  StageSpec spec;
  spec.name = "denormalize";
  spec.summary =
      "Adds what the caches know of an event's device, user, dial code and contents, and the "
      "location that follows from it.";
  spec.fields = Fields();
  spec.example =
      "denormalize: { content: content, device: device, user: user, dialcode: dialcode }\n";
  spec.build = Build;
  return spec;
}

}  // namespace sluice::stages
