#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace sluice {

/// One piece of a reply. An array comes as its head and then its elements, one by one.
struct RespToken {
  enum class Type : std::uint8_t {
    kSimple,   ///< "+OK"
    kError,    ///< "-ERR ...": text without the "-"
    kInteger,  ///< number is the value
    kBulk,     ///< text; any bytes
    kNil,      ///< a missing value (or array)
    kArray,    ///< number of elements that follow
  };
  Type type = Type::kNil;
  std::string_view text;
  std::int64_t number = 0;
};

/// Splits what a Redis server sends (RESP2) into tokens, without an allocation per token: with
/// reply objects, as hiredis makes them, a pipelined claim costs twice as much.
///
/// Bytes are put into Space() and announced by Filled(); tokens are then taken with Next().
class RespReader {
 public:
  enum class Outcome : std::uint8_t {
    kToken,
    kNeedMore,   ///< The next token is not complete.
    kMalformed,  ///< This is not RESP2: nothing after it can be trusted.
  };

  /// The token's text is valid until the next call of Space or Clear.
  Outcome Next(RespToken& token);

  /// Room for at least `size` more bytes. Moves what is there: texts of tokens become invalid.
  std::span<char> Space(std::size_t size);
  void Filled(std::size_t size) { end_ += size; }

  void Clear() { begin_ = end_ = 0; }

 private:
  Outcome TakeLine(std::string_view& line, std::size_t& size) const;
  Outcome TakeBulk(std::size_t head_size, std::int64_t size, RespToken& token);

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  ///< First byte that no token has taken.
  std::size_t end_ = 0;
};

}  // namespace sluice
