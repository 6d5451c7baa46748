#include "redis/server_info.h"

#include <charconv>

namespace sluice {
namespace {

std::int64_t NumberOf(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

ServerInfo ParseServerInfo(std::string_view info) {
  ServerInfo result;
  while (!info.empty()) {
    const std::size_t end = info.find('\n');
    std::string_view line = info.substr(0, end);
    info.remove_prefix(end == std::string_view::npos ? info.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 1);
    if (name == "run_id") result.run_id = value;
    if (name == "role") result.role = value;
    if (name == "redis_mode") result.mode = value;
    if (name == "maxmemory_policy") result.eviction_policy = value;
    if (name == "redis_version") result.version = value;
    if (name == "loading") result.loading = value == "1";
    if (name == "aof_enabled") result.append_only = value == "1";
    if (name == "used_memory") result.used_memory = NumberOf(value);
    if (name == "maxmemory") result.max_memory = NumberOf(value);
  }
  return result;
}

}  // namespace sluice
