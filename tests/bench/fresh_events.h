#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench {

/// The lines of a file of telemetry, again and again, each with a mid of its own.
///
/// The first digits of the mid are the event's number, so that nothing is a duplicate and a reader
/// of the outputs knows which event it sees. Lines without a mid that long stay as they are.
class FreshEvents {
 public:
  /// Nothing where the file has no line.
  static std::optional<FreshEvents> Read(const std::string& path);

  /// Event `number`; valid until the next call.
  std::string_view Make(std::int64_t number);

  /// The number in an event that Make made, whatever was edited since.
  static std::optional<std::int64_t> NumberOf(std::string_view event);

  [[nodiscard]] std::size_t count() const { return lines_.size(); }

 private:
  struct Line {
    std::string text;
    std::size_t digits;  ///< Where the number goes; 0 if nowhere.
  };

  FreshEvents() = default;

  std::vector<Line> lines_;
};

}  // namespace sluice::bench
