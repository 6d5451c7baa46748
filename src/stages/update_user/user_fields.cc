#include "stages/update_user/user_fields.h"

#include <algorithm>

namespace sluice::stages {
namespace {

bool IsBracket(char c) { return c == '[' || c == ']'; }

}  // namespace

void UserFields::Place(std::string_view name, std::string_view value) {
  const auto at = std::ranges::find(list_, name, &TableField::name);
  if (at != list_.end()) {
    at->value = value;
  } else {
    list_.push_back({arena_->Copy(name), value});
  }
}

void UserFields::Put(std::string_view name, std::string_view value) {
  Place(name, arena_->Copy(value));
}

void UserFields::PutText(std::string_view name, std::string_view text) {
  const auto brackets = static_cast<std::size_t>(std::ranges::count_if(text, IsBracket));
  char* escaped = arena_->Allocate(text.size() + brackets);
  char* end = escaped;
  for (const char c : text) {
    if (IsBracket(c)) *end++ = '\\';
    *end++ = c;
  }
  Place(name, {escaped, text.size() + brackets});
}

bool UserFields::Has(std::string_view name) const {
  return std::ranges::find(list_, name, &TableField::name) != list_.end();
}

}  // namespace sluice::stages
