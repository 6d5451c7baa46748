#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cassandra {

inline constexpr std::uint8_t kProtocolVersion = 4;
inline constexpr std::size_t kFrameHeader = 9;

enum class Opcode : std::uint8_t {
  kError = 0x00,
  kStartup = 0x01,
  kReady = 0x02,
  kAuthenticate = 0x03,
  kOptions = 0x05,
  kSupported = 0x06,
  kQuery = 0x07,
  kResult = 0x08,
  kPrepare = 0x09,
  kExecute = 0x0A,
  kBatch = 0x0D,
  kAuthChallenge = 0x0E,
  kAuthResponse = 0x0F,
  kAuthSuccess = 0x10,
};

/// Appends the header of a request; EndFrame puts the length of what was appended since into it.
std::size_t BeginFrame(std::string& out, Opcode opcode);
void EndFrame(std::string& out, std::size_t begun);

/// A request is built before it is known under which stream it goes.
void SetStream(std::string& frame, std::int16_t stream);

/// A response as it came; the body is valid until the next call of the FrameReader.
struct Frame {
  std::int16_t stream = 0;
  Opcode opcode = Opcode::kError;
  std::string_view body;  ///< Without warnings, trace and custom payload.
};

/// Cuts a stream of bytes into frames. What it holds is bounded by the largest frame.
class FrameReader {
 public:
  enum class Outcome : std::uint8_t {
    kFrame,
    kNeedMore,
    kMalformed,  ///< Another version than ours, or no protocol of Cassandra at all.
    kTooLarge,
  };

  explicit FrameReader(std::size_t max_body) : max_body_(max_body) {}

  /// Room for at least `size` bytes; Filled tells how many were put there.
  std::span<char> Space(std::size_t size);
  void Filled(std::size_t size) { end_ += size; }

  Outcome Next(Frame& frame);
  void Clear();

 private:
  std::size_t max_body_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sluice::cassandra
