#include "stages/update_user/cached_users.h"

#include <algorithm>
#include <utility>

namespace sluice::stages {
namespace {

using Op = TableRequest::Op;

void Erase(std::vector<TableField>& fields, std::string_view name) {
  std::erase_if(fields, [&](const TableField& field) { return field.name == name; });
}

}  // namespace

CachedUsers::CachedUsers(std::unique_ptr<TableStore> store, const std::string& name,
                         const std::vector<std::string>& removable_fields)
    : store_(std::move(store), name), names_(removable_fields) {
  for (const std::string& field : names_) removable_.push_back({field});
}

void CachedUsers::Clear() {
  users_.clear();
  by_key_.clear();
}

std::size_t CachedUsers::Add(std::string_view key) {
  const auto [at, added] = by_key_.try_emplace(key, users_.size());
  if (added) users_.push_back({.key = key, .filled = std::vector<bool>(removable_.size())});
  return at->second;
}

Status CachedUsers::Read() {
  for (std::size_t user = 0; user < users_.size(); ++user) {
    if (!users_[user].needed || removable_.empty()) continue;
    store_.Add({.op = Op::kGetFields, .key = users_[user].key, .fields = removable_}, user);
  }
  SLUICE_TRY(store_.Send());
  const auto answers = store_.Receive();
  if (!answers) return answers.error();
  for (const auto [index, reply] : answers.value()) {
    User& user = users_[index];
    user.wrong_type = reply->state == TableReply::State::kWrongType;
    for (std::size_t i = 0; i < removable_.size(); ++i) {
      user.filled[i] = reply->values[i] && !reply->values[i]->empty();
    }
  }
  return Ok();
}

void CachedUsers::Change(std::size_t user, const UserFields& fields, bool removes) {
  User& changed = users_[user];
  for (std::size_t i = 0; removes && i < removable_.size(); ++i) {
    if (changed.filled[i] && !fields.Has(removable_[i].name)) Remove(changed, i);
  }
  for (const TableField& field : fields.list()) Put(changed, field);
}

void CachedUsers::Remove(User& user, std::size_t removable) {
  const TableField& field = removable_[removable];
  user.filled[removable] = false;
  Erase(user.put, field.name);
  user.removed.push_back(field);
}

void CachedUsers::Put(User& user, const TableField& field) {
  Erase(user.put, field.name);
  Erase(user.removed, field.name);
  user.put.push_back(field);
  const auto at = std::ranges::find(removable_, field.name, &TableField::name);
  if (at == removable_.end()) return;
  user.filled[static_cast<std::size_t>(at - removable_.begin())] = !field.value.empty();
}

Status CachedUsers::Write() {
  for (std::size_t index = 0; index < users_.size(); ++index) {
    const User& user = users_[index];
    if (user.wrong_type) continue;
    if (!user.removed.empty()) {
      store_.Add({.op = Op::kRemoveFields, .key = user.key, .fields = user.removed}, index);
    }
    store_.Add({.op = Op::kSetFields, .key = user.key, .fields = user.put}, index);
  }
  SLUICE_TRY(store_.Send());
  const auto answers = store_.Receive();
  if (!answers) return answers.error();
  for (const auto [index, reply] : answers.value()) {
    users_[index].wrong_type |= reply->state == TableReply::State::kWrongType;
  }
  return Ok();
}

}  // namespace sluice::stages
