#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::cassandra {

/// Reads the notations of the CQL native protocol (v4, section 3) off the front of some bytes.
///
/// What is not there reads as zero or empty, and from then on so does everything else: one look at
/// failed() at the end is enough. The bytes are whoever's gave them.
class CqlReader {
 public:
  CqlReader() = default;
  explicit CqlReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  void Fail() {
    failed_ = true;
    rest_ = {};
  }

  std::string_view Take(std::size_t size);
  std::uint8_t Byte() { return static_cast<std::uint8_t>(Number(1)); }
  std::uint16_t Short() { return static_cast<std::uint16_t>(Number(2)); }
  std::int32_t Int() { return static_cast<std::int32_t>(Number(4)); }
  std::int64_t Long() { return static_cast<std::int64_t>(Number(8)); }
  std::string_view String() { return Take(Short()); }
  std::string_view ShortBytes() { return Take(Short()); }
  /// nullopt is null: a negative length.
  std::optional<std::string_view> Bytes();

 private:
  std::uint64_t Number(std::size_t size);

  std::string_view rest_;
  bool failed_ = false;
};

/// The same notations, appended.
void AppendNumber(std::string& out, std::uint64_t value, std::size_t size);
inline void AppendByte(std::string& out, std::uint8_t value) { AppendNumber(out, value, 1); }
inline void AppendShort(std::string& out, std::uint16_t value) { AppendNumber(out, value, 2); }
inline void AppendInt(std::string& out, std::int32_t value) {
  AppendNumber(out, static_cast<std::uint32_t>(value), 4);
}
inline void AppendLong(std::string& out, std::int64_t value) {
  AppendNumber(out, static_cast<std::uint64_t>(value), 8);
}
/// At most 65535 bytes.
void AppendString(std::string& out, std::string_view text);
void AppendLongString(std::string& out, std::string_view text);

/// A [bytes] whose length is not known before it is written: Begin, the content, End.
std::size_t BeginBytes(std::string& out);
void EndBytes(std::string& out, std::size_t begun);

}  // namespace sluice::cassandra
