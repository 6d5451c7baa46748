#include "util/fault_point.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace sluice {
namespace {

struct Armed {
  std::string name;
  std::atomic<long> remaining{0};
  Armed() {
    const char* setting = std::getenv("SLUICE_FAULT_POINT");
    if (setting == nullptr) return;
    name = setting;
    const std::size_t colon = name.find(':');
    remaining = colon == std::string::npos ? 1 : std::strtol(name.c_str() + colon + 1, nullptr, 10);
    name.resize(std::min(colon, name.size()));
  }
};

}  // namespace

void FaultPoint(const char* name) {
  static Armed armed;
  if (armed.name.empty() || armed.name != name) return;
  if (--armed.remaining == 0) std::raise(SIGKILL);
}

}  // namespace sluice
