#include "redis/claim_holder.h"

#include <charconv>
#include <cstdint>

namespace sluice {
namespace {

constexpr std::size_t kMaxTopic = 249;  // Kafka's own limit.

bool IsTopicCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

/// Takes "/<number>" off the front; a number is written without sign and leading zeros.
template <typename Integer>
bool TakeNumber(std::string_view& text) {
  if (text.size() < 2 || text[0] != '/' || text[1] < '0' || text[1] > '9') return false;
  Integer number = 0;
  const char* begin = text.data() + 1;
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  if (error != std::errc() || (*begin == '0' && end - begin > 1)) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string_view HolderOf(std::string_view value) {
  std::size_t topic = 0;
  while (topic < value.size() && IsTopicCharacter(value[topic])) ++topic;
  if (topic == 0 || topic > kMaxTopic) return {};
  std::string_view rest = value.substr(topic);
  if (!TakeNumber<std::int32_t>(rest) || !TakeNumber<std::int64_t>(rest)) return {};
  if (!rest.empty() && !TakeNumber<std::int64_t>(rest)) return {};
  return rest.empty() ? value : std::string_view{};
}

}  // namespace sluice
