#include "redis/resp_reader.h"

#include <charconv>
#include <cstring>

namespace sluice {
namespace {

constexpr std::size_t kMaxLine = std::size_t{64} << 10;
constexpr std::int64_t kMaxBulk = std::int64_t{1} << 30;
/// A buffer that one huge reply blew up is given back when it is empty.
constexpr std::size_t kKeptCapacity = std::size_t{4} << 20;

bool ParseNumber(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

RespReader::Outcome RespReader::TakeLine(std::string_view& line, std::size_t& size) const {
  const char* start = buffer_.get() + begin_;
  const std::size_t available = end_ - begin_;
  const void* found = available == 0 ? nullptr : std::memchr(start, '\n', available);
  if (found == nullptr) return available > kMaxLine ? Outcome::kMalformed : Outcome::kNeedMore;
  size = static_cast<std::size_t>(static_cast<const char*>(found) - start) + 1;
  if (size < 3 || start[size - 2] != '\r') return Outcome::kMalformed;
  line = std::string_view(start, size - 2);
  return Outcome::kToken;
}

RespReader::Outcome RespReader::TakeBulk(std::size_t head_size, std::int64_t size,
                                         RespToken& token) {
  if (size < 0 || size > kMaxBulk) return Outcome::kMalformed;
  const auto length = static_cast<std::size_t>(size);
  if (end_ - begin_ < head_size + length + 2) return Outcome::kNeedMore;
  const char* text = buffer_.get() + begin_ + head_size;
  if (text[length] != '\r' || text[length + 1] != '\n') return Outcome::kMalformed;
  token.type = RespToken::Type::kBulk;
  token.text = std::string_view(text, length);
  begin_ += head_size + length + 2;
  return Outcome::kToken;
}

RespReader::Outcome RespReader::Next(RespToken& token) {
  std::string_view line;
  std::size_t size = 0;
  if (const Outcome outcome = TakeLine(line, size); outcome != Outcome::kToken) return outcome;
  const char mark = line.front();
  const std::string_view rest = line.substr(1);
  if (mark == '+' || mark == '-') {
    token.type = mark == '+' ? RespToken::Type::kSimple : RespToken::Type::kError;
    token.text = rest;
    begin_ += size;
    return Outcome::kToken;
  }
  if (mark != '$' && mark != ':' && mark != '*') return Outcome::kMalformed;
  if (!ParseNumber(rest, token.number)) return Outcome::kMalformed;
  token.text = {};
  if (mark == '$' && token.number != -1) return TakeBulk(size, token.number, token);
  if (mark == ':') {
    token.type = RespToken::Type::kInteger;
  } else if (token.number == -1) {
    token.type = RespToken::Type::kNil;
  } else if (token.number < -1) {
    return Outcome::kMalformed;
  } else {
    token.type = RespToken::Type::kArray;
  }
  begin_ += size;
  return Outcome::kToken;
}

std::span<char> RespReader::Space(std::size_t size) {
  const std::size_t held = end_ - begin_;
  const bool oversized = held == 0 && capacity_ > kKeptCapacity && size <= kKeptCapacity;
  if (held + size > capacity_ || oversized) {
    const std::size_t wanted = oversized ? size : held + size;
    const std::size_t grown = oversized ? size : std::max(wanted, 2 * capacity_);
    auto larger = std::make_unique_for_overwrite<char[]>(grown);
    if (held > 0) std::memcpy(larger.get(), buffer_.get() + begin_, held);
    buffer_ = std::move(larger);
    capacity_ = grown;
    begin_ = 0;
    end_ = held;
  } else if (held + size > capacity_ - begin_) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, held);
    begin_ = 0;
    end_ = held;
  } else if (held == 0) {
    begin_ = end_ = 0;
  }
  return {buffer_.get() + end_, capacity_ - end_};
}

}  // namespace sluice
