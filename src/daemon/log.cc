#include "daemon/log.h"

#include <spdlog/spdlog.h>

namespace sluice {
namespace {

spdlog::level::level_enum LevelOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

Log ProcessLog() {
  return [](LogLevel level, std::string_view part, std::string_view text) {
    spdlog::log(LevelOf(level), "{}: {}", part, text);
  };
}

Log NoLog() {
  return [](LogLevel, std::string_view, std::string_view) {};
}

}  // namespace sluice
