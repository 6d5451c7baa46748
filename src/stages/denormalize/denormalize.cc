#include "stages/denormalize/denormalize.h"

#include <algorithm>
#include <array>
#include <utility>

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

}  // namespace

Denormalize::Denormalize(Settings settings, Caches caches, const Clock& clock)
    : settings_(std::move(settings)),
      content_(std::move(caches.content.store), std::move(caches.content.name)),
      device_(std::move(caches.device.store), std::move(caches.device.name)),
      user_(std::move(caches.user.store), std::move(caches.user.name)),
      dialcode_(std::move(caches.dialcode.store), std::move(caches.dialcode.name)),
      clock_(clock) {}

Status Denormalize::Probe() {
  for (Slots* cache : {&content_, &user_, &dialcode_}) SLUICE_TRY(cache->Ping());
  return device_.Ping();
}

void Denormalize::Cancel() {
  for (Slots* cache : {&content_, &user_, &dialcode_}) cache->Cancel();
  device_.Cancel();
}

Status Denormalize::Start(Batch& batch) {
  for (Event& event : batch.events()) {
    if (event.active()) Ask(event, batch.arena());
  }
  for (Slots* cache : {&content_, &user_, &dialcode_}) SLUICE_TRY(cache->Send());
  return device_.Send();
}

void Denormalize::Ask(Event& event, Arena& arena) {
  using Kind = Lookup::Kind;
  const Questions asked = QuestionsOf(event, settings_.permit);
  Task* task = arena.New<Task>();
  task->event = &event;
  if (asked.device) {
    device_.Add({Kind::kHash, *asked.device}, task);
  } else {
    device_.AddWithout(task);
  }
  if (asked.user) user_.Add({Kind::kHash, UserKey(*asked.user, arena)}, &task->user);
  if (asked.dialcode) {
    dialcode_.Add({Kind::kText, ToUpper(*asked.dialcode, arena)}, &task->dialcode);
  }
  if (asked.content) content_.Add({Kind::kText, *asked.content}, &task->content);
  if (asked.collection) content_.Add({Kind::kText, *asked.collection}, &task->collection);
  if (asked.l2) content_.Add({Kind::kText, *asked.l2}, &task->l2);
}

Status Denormalize::Finish(Batch& batch) {
  arena_.Reset();
  for (Known* known : {&contents_, &l2_contents_, &dialcodes_, &devices_, &users_}) known->clear();
  for (Slots* cache : {&content_, &user_, &dialcode_}) SLUICE_TRY(Deliver(*cache));
  const auto answers = device_.Receive();
  if (!answers) return answers.error();
  for (const auto [task, reply] : answers.value()) {
    task->device = reply;
    Enrich(batch, *task);
  }
  return Ok();
}

Status Denormalize::Deliver(Slots& cache) {
  const auto answers = cache.Receive();
  if (!answers) return answers.error();
  for (const auto [slot, reply] : answers.value()) *slot = reply;
  return Ok();
}

void Denormalize::Enrich(Batch& batch, const Task& task) {
  const EnrichmentCounters& counters = settings_.counters;
  Document& doc = task.event->edit();
  ClampEts(doc, clock_.NowMs());
  if (task.device != nullptr) {
    const ReferenceRecord& device = DeviceOf(batch, *task.device);
    AddDevice(doc, device);
    counters.device.Count(batch, !device.empty);
  }
  if (task.user != nullptr) {
    const ReferenceRecord& user = UserOf(batch, *task.user);
    AddUser(doc, user);
    counters.user.Count(batch, !user.empty);
  }
  if (task.dialcode != nullptr) {
    const ReferenceRecord& dialcode = Read(batch, *task.dialcode, dialcodes_, kDialcode);
    AddDialcode(doc, dialcode);
    counters.dialcode.Count(batch, !dialcode.empty);
  }
  if (task.content != nullptr) {
    const ReferenceRecord& content = Read(batch, *task.content, contents_, kContent);
    AddContent(doc, content);
    counters.content.Count(batch, !content.empty);
  }
  if (task.collection != nullptr) {
    AddCollection(doc, Read(batch, *task.collection, contents_, kContent));
  }
  if (task.l2 != nullptr) AddL2(doc, Read(batch, *task.l2, l2_contents_, kL2));
  counters.location.Count(batch, AddLocation(doc));
}

const ReferenceRecord& Denormalize::Read(Batch& batch, const LookupReply& reply, Known& known,
                                         std::span<const WantedField> wanted) {
  static const ReferenceRecord kMissing;
  CountWrongType(batch, reply);
  if (reply.state != LookupReply::State::kFound || reply.text.empty()) return kMissing;
  const auto [at, fresh] = known.try_emplace(reply.text.data());
  if (fresh && !ReadText(reply.text, wanted, arena_, at->second)) {
    batch.Count(settings_.counters.unreadable);
  }
  return at->second;
}

const ReferenceRecord& Denormalize::DeviceOf(Batch& batch, const LookupReply& reply) {
  CountWrongType(batch, reply);
  const auto [at, fresh] = devices_.try_emplace(reply.fields.data());
  if (fresh) at->second = ReadDevice(reply, arena_);
  return at->second;
}

const ReferenceRecord& Denormalize::UserOf(Batch& batch, const LookupReply& reply) {
  CountWrongType(batch, reply);
  const auto [at, fresh] = users_.try_emplace(reply.fields.data());
  if (fresh) at->second = ReadUser(reply, settings_.user_defaults, arena_);
  return at->second;
}

void Denormalize::CountWrongType(Batch& batch, const LookupReply& reply) const {
  if (reply.state == LookupReply::State::kWrongType) batch.Count(settings_.counters.unreadable);
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
  const std::array<std::pair<const char*, Denormalize::Cache*>, 4> fields = {
      {{"content", &caches.content},
       {"device", &caches.device},
       {"user", &caches.user},
       {"dialcode", &caches.dialcode}}};
  for (const auto& [field, cache] : fields) {
    cache->name = node.String(field);
    auto store = resources.Lookups(cache->name);
    if (!store) return std::move(store).error();
    cache->store = std::move(store).value();
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
