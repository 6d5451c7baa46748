#include "files/topic_name.h"

#include <algorithm>
#include <string>

namespace sluice {
namespace {

bool IsAllowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

Status CheckTopicName(std::string_view name) {
  constexpr std::size_t kMaxName = 249;
  const bool good = !name.empty() && name.size() <= kMaxName && name != "." && name != ".." &&
                    std::all_of(name.begin(), name.end(), IsAllowed);
  if (good) return Ok();
  return Error{ErrorKind::kInvalidConfig,
               "\"" + std::string(name) +
                   "\" is no topic name: use up to 249 letters, digits, dots, underscores and "
                   "hyphens"};
}

}  // namespace sluice
