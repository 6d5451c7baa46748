#include "bench/fresh_events.h"

#include <charconv>
#include <fstream>

namespace sluice::bench {
namespace {

constexpr std::string_view kMid = "\"mid\":\"";
constexpr std::size_t kDigits = 12;

/// Where the value of the mid starts; 0 where there is none with room for a number.
std::size_t FindMid(std::string_view event) {
  const std::size_t name = event.find(kMid);
  if (name == std::string_view::npos) return 0;
  const std::size_t value = name + kMid.size();
  const std::size_t end = event.find('"', value);
  return end != std::string_view::npos && end - value >= kDigits ? value : 0;
}

}  // namespace

std::optional<FreshEvents> FreshEvents::Read(const std::string& path) {
  std::ifstream file(path);
  FreshEvents events;
  for (std::string line; std::getline(file, line);) {
    const std::size_t digits = FindMid(line);
    events.lines_.push_back({std::move(line), digits});
  }
  if (events.lines_.empty()) return std::nullopt;
  return events;
}

std::string_view FreshEvents::Make(std::int64_t number) {
  Line& line = lines_[static_cast<std::size_t>(number) % lines_.size()];
  if (line.digits == 0) return line.text;
  for (std::size_t i = kDigits; i-- > 0; number /= 10) {
    line.text[line.digits + i] = static_cast<char>('0' + number % 10);
  }
  return line.text;
}

std::optional<std::int64_t> FreshEvents::NumberOf(std::string_view event) {
  const std::size_t at = FindMid(event);
  std::int64_t number = 0;
  if (at == 0) return std::nullopt;
  const char* end = event.data() + at + kDigits;
  const auto read = std::from_chars(event.data() + at, end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace sluice::bench
