#include "cassandra/cql_frame.h"

#include <algorithm>
#include <cstring>

#include "cassandra/cql_bytes.h"

namespace sluice::cassandra {
namespace {

constexpr std::uint8_t kResponse = 0x80;
/// Memory of a frame that was larger is given back once it is read.
constexpr std::size_t kKeep = std::size_t{1} << 20;

enum Flag : std::uint8_t { kCompressed = 1, kTraced = 2, kCustomPayload = 4, kWarned = 8 };

/// Takes what may stand in front of a body, in the order in which it stands there.
bool TakeExtras(std::uint8_t flags, std::string_view& body) {
  CqlReader reader(body);
  if ((flags & kTraced) != 0) reader.Take(16);
  if ((flags & kWarned) != 0) {
    for (std::uint16_t left = reader.Short(); left > 0; --left) reader.String();
  }
  if ((flags & kCustomPayload) != 0) {
    for (std::uint16_t left = reader.Short(); left > 0; --left) {
      reader.String();
      reader.Bytes();
    }
  }
  body = reader.rest();
  return !reader.failed() && (flags & kCompressed) == 0;
}

}  // namespace

std::size_t BeginFrame(std::string& out, Opcode opcode) {
  AppendByte(out, kProtocolVersion);
  AppendByte(out, 0);
  AppendShort(out, 0);
  AppendByte(out, static_cast<std::uint8_t>(opcode));
  return BeginBytes(out);
}

void EndFrame(std::string& out, std::size_t begun) { EndBytes(out, begun); }

void SetStream(std::string& frame, std::int16_t stream) {
  frame[2] = static_cast<char>(stream >> 8);
  frame[3] = static_cast<char>(stream & 0xFF);
}

std::span<char> FrameReader::Space(std::size_t size) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ == 0 && end_ == 0 && bytes_.size() > kKeep) {
    bytes_.resize(kKeep);
    bytes_.shrink_to_fit();
  }
  if (bytes_.size() - end_ < size && begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() - end_ < size) bytes_.resize(std::max(end_ + size, bytes_.size() * 2));
  return {bytes_.data() + end_, bytes_.size() - end_};
}

FrameReader::Outcome FrameReader::Next(Frame& frame) {
  const std::string_view held(bytes_.data() + begin_, end_ - begin_);
  CqlReader reader(held);
  // The first byte tells who is there; who speaks something else may never send nine.
  if (!held.empty() && reader.Byte() != (kResponse | kProtocolVersion)) return Outcome::kMalformed;
  if (held.size() < kFrameHeader) return Outcome::kNeedMore;
  const std::uint8_t flags = reader.Byte();
  frame.stream = static_cast<std::int16_t>(reader.Short());
  frame.opcode = static_cast<Opcode>(reader.Byte());
  const std::int32_t size = reader.Int();
  if (size < 0) return Outcome::kMalformed;
  const auto body = static_cast<std::size_t>(size);
  if (body > max_body_) return Outcome::kTooLarge;
  if (held.size() - kFrameHeader < body) return Outcome::kNeedMore;
  frame.body = held.substr(kFrameHeader, body);
  begin_ += kFrameHeader + body;
  return TakeExtras(flags, frame.body) ? Outcome::kFrame : Outcome::kMalformed;
}

void FrameReader::Clear() { begin_ = end_ = 0; }

}  // namespace sluice::cassandra
