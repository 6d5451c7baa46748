#include "stages/update_user/update_user.h"

#include <algorithm>
#include <utility>

#include "util/fault_point.h"

namespace sluice::stages {
namespace {

std::string_view KeyOf(std::string_view user, Arena& arena) {
  constexpr std::string_view kPrefix = "user:";
  char* key = arena.Allocate(kPrefix.size() + user.size());
  std::ranges::copy(user, std::ranges::copy(kPrefix, key).out);
  return {key, kPrefix.size() + user.size()};
}

}  // namespace

UpdateUser::UpdateUser(Settings settings, Named<TableStore> users, Named<LookupStore> api)
    : settings_(std::move(settings)),
      api_(std::move(api.store), std::move(api.name)),
      users_(std::move(users.store), users.name, settings_.removable_fields) {}

Status UpdateUser::Probe() {
  SLUICE_TRY(users_.store().Ping());
  return api_.Ping();
}

void UpdateUser::Cancel() {
  users_.store().Cancel();
  api_.Cancel();
}

Status UpdateUser::Start(Batch& batch) {
  for (Event& event : batch.events()) {
    if (!event.active()) continue;
    Task* task = batch.arena().New<Task>();
    *task = {&event, ReadUserEvent(event.doc(), settings_.events, batch.arena())};
    if (task->said.kind == UserEvent::Kind::kUpdate && task->said.registered) {
      api_.Add({.kind = Lookup::Kind::kText, .key = task->said.id}, task);
    } else {
      api_.AddWithout(task);
    }
  }
  return api_.Send();
}

Status UpdateUser::Finish(Batch& batch) {
  updates_.clear();
  users_.Clear();
  const auto answers = api_.Receive();
  if (!answers) return answers.error();
  for (const auto [task, reply] : answers.value()) Take(batch, *task, reply);
  SLUICE_TRY(users_.Read());
  for (const Update& update : updates_) {
    users_.Change(update.user, update.fields, update.removes);
  }
  SLUICE_TRY(users_.Write());
  FaultPoint("users_written");
  SLUICE_TRY(CountOrganisations(batch));
  EndUpdates(batch);
  return Ok();
}

void UpdateUser::Take(Batch& batch, const Task& task, const LookupReply* reply) {
  batch.Count(settings_.counters.total);
  const UserEvent& said = task.said;
  if (said.kind == UserEvent::Kind::kSkipped) return Skip(batch, *task.event, said.reason);
  if (said.kind == UserEvent::Kind::kFailed) {
    return Fail(batch, *task.event, said.reason, said.detail);
  }
  std::optional<UserProfile> profile(batch.arena());
  if (reply != nullptr) profile = ProfileOf(batch, task, *reply);
  if (profile) AddUpdate(batch, task, *std::move(profile));
}

std::optional<UserProfile> UpdateUser::ProfileOf(Batch& batch, const Task& task,
                                                 const LookupReply& reply) {
  const bool answered = reply.state == LookupReply::State::kFound;
  if (!answered) {
    batch.Count(settings_.counters.missed);
    Fail(batch, *task.event, "user_unanswered", "the API gave no usable answer");
    return std::nullopt;
  }
  UserProfile profile = ReadUserProfile(reply.text, settings_.tolerated_codes, batch.arena());
  batch.Count(profile.found ? settings_.counters.found : settings_.counters.missed);
  if (profile.kind != UserProfile::Kind::kNone) return profile;
  Fail(batch, *task.event, profile.reason, profile.detail);
  return std::nullopt;
}

void UpdateUser::AddUpdate(Batch& batch, const Task& task, UserProfile profile) {
  const bool is_user = profile.kind == UserProfile::Kind::kUser;
  UserFields& fields = profile.fields;
  if (task.said.sign_in_type) fields.PutText("usersignintype", *task.said.sign_in_type);
  if (task.said.login_type) fields.PutText("userlogintype", *task.said.login_type);
  if (fields.empty()) return Skip(batch, *task.event, "no_user_data");
  const std::size_t user = users_.Add(KeyOf(task.said.id, batch.arena()));
  if (is_user) users_.NeedFields(user);
  updates_.push_back({.event = task.event,
                      .user = user,
                      .fields = std::move(fields),
                      .removes = is_user,
                      .org = is_user && task.said.created ? profile.root_org : std::nullopt});
}

Status UpdateUser::CountOrganisations(Batch& batch) {
  auto& store = users_.store();
  for (std::size_t i = 0; i < updates_.size(); ++i) {
    const Update& update = updates_[i];
    if (!update.org || users_.is_of_wrong_type(update.user)) continue;
    TableField* field = batch.arena().New<TableField>();
    field->name = *update.org;
    store.Add({.op = TableRequest::Op::kIncrementOnce,
               .key = settings_.counter_key,
               .fields = {field, 1},
               .mark = batch.arena().Copy(update.event->position().ToString())},
              i);
  }
  SLUICE_TRY(store.Send());
  const auto answers = store.Receive();
  if (!answers) return answers.error();
  for (const auto [i, reply] : answers.value()) {
    if (reply->state != TableReply::State::kWrongType) continue;
    Fail(batch, *updates_[i].event, "counter_wrong_type",
         "the organisations' counter is not a hash, or its field not a number");
  }
  return Ok();
}

void UpdateUser::EndUpdates(Batch& batch) {
  for (const Update& update : updates_) {
    if (users_.is_of_wrong_type(update.user)) {
      Fail(batch, *update.event, "wrong_type", "what is under the user's key is not a hash");
    }
    if (!update.event->active()) continue;
    batch.Count(settings_.counters.success);
    batch.Count(settings_.counters.cached);
    update.event->End();
  }
}

void UpdateUser::Skip(Batch& batch, Event& event, Reason reason) const {
  batch.Count(settings_.counters.skipped);
  event.Drop(reason);
}

void UpdateUser::Fail(Batch& batch, Event& event, Reason reason, std::string_view detail) const {
  batch.Count(settings_.counters.failed);
  event.SetVerbatim(event.raw());
  event.Divert(settings_.side_output, reason, {.detail = detail});
}

}  // namespace sluice::stages
