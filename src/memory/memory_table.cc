#include "memory/memory_table.h"

#include <charconv>
#include <limits>
#include <new>
#include <optional>
#include <system_error>

namespace sluice {
namespace {

using State = TableReply::State;
using Op = TableRequest::Op;

constexpr TableReply kMissing{.state = State::kMissing};
constexpr TableReply kWrongType{.state = State::kWrongType};

template <typename T>
std::span<T> MakeArray(Arena& arena, std::size_t count) {
  if (count == 0) return {};
  auto* first = reinterpret_cast<T*>(arena.Allocate(count * sizeof(T)));
  for (std::size_t i = 0; i < count; ++i) new (first + i) T();
  return {first, count};
}

/// The number as Redis reads it: no blanks, no plus, no zeros in front.
std::optional<std::int64_t> ToInteger(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || stop != end || std::to_string(number) != text) return std::nullopt;
  return number;
}

}  // namespace

void MemoryTable::Put(std::string key, Entry entry) {
  const std::lock_guard lock(mutex_);
  entries_.insert_or_assign(std::move(key), std::move(entry));
}

void MemoryTable::Run(std::span<const TableRequest> requests, std::int64_t now_ms,
                      std::vector<TableReply>& replies, Arena& bytes) {
  const std::lock_guard lock(mutex_);
  ForgetExpired(now_ms);
  replies.clear();
  for (const TableRequest& request : requests) replies.push_back(Do(request, now_ms, bytes));
}

std::size_t MemoryTable::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::size_t MemoryTable::marks() const {
  const std::lock_guard lock(mutex_);
  return mark_ends_.size();
}

std::map<std::string, MemoryTable::Entry> MemoryTable::Entries() const {
  const std::lock_guard lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

const MemoryTable::Entry* MemoryTable::Find(std::string_view key) const {
  const auto at = entries_.find(key);
  return at == entries_.end() ? nullptr : &at->second;
}

TableReply MemoryTable::Do(const TableRequest& request, std::int64_t now_ms, Arena& bytes) {
  switch (request.op) {
    case Op::kGet: {
      const Entry* entry = Find(request.key);
      if (entry == nullptr) return kMissing;
      const auto* text = std::get_if<std::string>(entry);
      return text == nullptr ? kWrongType : TableReply{.text = bytes.Copy(*text)};
    }
    case Op::kGetFields:
      return GetFields(request, bytes);
    case Op::kGetMembers:
      return GetMembers(request, bytes);
    case Op::kSet:
      entries_.insert_or_assign(std::string(request.key), std::string(request.text));
      return {};
    case Op::kSetFields:
      return SetFields(request);
    case Op::kRemoveFields:
      return RemoveFields(request);
    case Op::kIncrementOnce:
      return IncrementOnce(request, now_ms);
  }
  return kWrongType;
}

TableReply MemoryTable::GetFields(const TableRequest& request, Arena& bytes) const {
  const Entry* entry = Find(request.key);
  const auto* fields = entry == nullptr ? nullptr : std::get_if<Fields>(entry);
  const auto values = MakeArray<std::optional<std::string_view>>(bytes, request.fields.size());
  const bool other = entry != nullptr && fields == nullptr;
  TableReply reply{.state = other ? State::kWrongType : State::kMissing, .values = values};
  for (std::size_t i = 0; fields != nullptr && i < values.size(); ++i) {
    const auto at = fields->find(request.fields[i].name);
    if (at == fields->end()) continue;
    values[i] = bytes.Copy(at->second);
    reply.state = State::kDone;
  }
  return reply;
}

TableReply MemoryTable::GetMembers(const TableRequest& request, Arena& bytes) const {
  const Entry* entry = Find(request.key);
  if (entry == nullptr) return kMissing;
  const auto* members = std::get_if<Members>(entry);
  if (members == nullptr) return kWrongType;
  const auto shown = MakeArray<std::string_view>(bytes, members->size());
  std::size_t i = 0;
  for (const std::string& member : *members) shown[i++] = bytes.Copy(member);
  return {.members = shown};
}

TableReply MemoryTable::SetFields(const TableRequest& request) {
  const auto at = entries_.try_emplace(std::string(request.key), Fields()).first;
  auto* fields = std::get_if<Fields>(&at->second);
  if (fields == nullptr) return kWrongType;
  for (const TableField& field : request.fields) {
    fields->insert_or_assign(std::string(field.name), std::string(field.value));
  }
  return {};
}

TableReply MemoryTable::RemoveFields(const TableRequest& request) {
  const auto at = entries_.find(request.key);
  if (at == entries_.end()) return {};
  auto* fields = std::get_if<Fields>(&at->second);
  if (fields == nullptr) return kWrongType;
  for (const TableField& field : request.fields) {
    const auto found = fields->find(field.name);
    if (found != fields->end()) fields->erase(found);
  }
  if (fields->empty()) entries_.erase(at);
  return {};
}

TableReply MemoryTable::IncrementOnce(const TableRequest& request, std::int64_t now_ms) {
  if (IsRemembered(request.mark, now_ms)) return kMissing;
  const std::string_view name = request.fields.front().name;
  const Entry* entry = Find(request.key);
  std::int64_t count = 0;
  if (entry != nullptr) {
    const auto* fields = std::get_if<Fields>(entry);
    if (fields == nullptr) return kWrongType;
    if (const auto at = fields->find(name); at != fields->end()) {
      const std::optional<std::int64_t> number = ToInteger(at->second);
      if (!number || *number == std::numeric_limits<std::int64_t>::max()) return kWrongType;
      count = *number;
    }
  }
  Entry& changed = entries_.try_emplace(std::string(request.key), Fields()).first->second;
  std::get<Fields>(changed).insert_or_assign(std::string(name), std::to_string(count + 1));
  Remember(request.mark, now_ms);
  return {};
}

bool MemoryTable::IsRemembered(std::string_view mark, std::int64_t now_ms) const {
  const auto at = mark_ends_.find(mark);
  return at != mark_ends_.end() && at->second > now_ms;
}

void MemoryTable::Remember(std::string_view mark, std::int64_t now_ms) {
  const std::int64_t end_ms = now_ms + marks_ttl_.count();
  mark_ends_.insert_or_assign(std::string(mark), end_ms);
  expiries_.emplace_back(end_ms, mark);
}

void MemoryTable::ForgetExpired(std::int64_t now_ms) {
  while (!expiries_.empty() && expiries_.front().first <= now_ms) {
    const auto at = mark_ends_.find(expiries_.front().second);
    // Where the clock was set back, the mark may have been made again with a later end.
    if (at != mark_ends_.end() && at->second <= now_ms) mark_ends_.erase(at);
    expiries_.pop_front();
  }
}

}  // namespace sluice
