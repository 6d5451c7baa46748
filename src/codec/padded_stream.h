#pragma once

#include <rapidjson/stream.h>

#include <bit>
#include <cstddef>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace sluice {

/// RapidJSON's in-situ stream over a copy with at least 16 zero bytes behind it.
///
/// What it does better than rapidjson::InsituStringStream: a run of a string without escapes,
/// mostly all of it, is passed over by unaligned loads (RapidJSON 1.1 goes byte by byte up to the
/// next multiple of 16, further than most names and values are long), and 0x1A to 0x1F end that run
/// (RapidJSON's SSE2 scan lets them pass).
class PaddedStream {
 public:
  using Ch = char;

  explicit PaddedStream(char* text) : src_(text), head_(text) {}

  [[nodiscard]] char Peek() const { return *src_; }
  char Take() { return *src_++; }
  [[nodiscard]] std::size_t Tell() const { return static_cast<std::size_t>(src_ - head_); }

  /// Called with what an escape stands for, maybe in several bytes, and with 0 behind a string.
  void Put(char c) {
    *dst_++ = c;
    if (static_cast<signed char>(c) > 0) MoveRun();
  }
  /// Called behind the opening quote of a string, and at the first byte of a number.
  char* PutBegin() {
    char* const begin = src_;
    if (src_ != head_ && src_[-1] == '"') src_ = EndOfRun(src_);
    dst_ = src_;
    return begin;
  }
  std::size_t PutEnd(const char* begin) const { return static_cast<std::size_t>(dst_ - begin); }
  void Flush() {}

 private:
#ifdef __SSE2__
  /// One bit for each of the 16 bytes that is a quote, a backslash or a control character.
  static unsigned EndsIn(__m128i bytes) {
    const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    const __m128i ends = _mm_or_si128(_mm_or_si128(quotes, backslashes), controls);
    return static_cast<unsigned>(_mm_movemask_epi8(ends));
  }
  static __m128i Load(const char* at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  }
#endif

  static bool Ends(char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) <= 0x1F;
  }

  static char* EndOfRun(char* at) {
#ifdef __SSE2__
    while (true) {
      const unsigned ends = EndsIn(Load(at));
      if (ends != 0) return at + std::countr_zero(ends);
      at += 16;
    }
#else
    while (!Ends(*at)) ++at;
    return at;
#endif
  }

  /// Moves the run that begins here to where the string is written.
  void MoveRun() {
#ifdef __SSE2__
    for (__m128i bytes = Load(src_); EndsIn(bytes) == 0; bytes = Load(src_)) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(dst_), bytes);
      src_ += 16;
      dst_ += 16;
    }
#endif
    while (!Ends(*src_)) *dst_++ = *src_++;
  }

  char* src_;
  char* dst_ = nullptr;
  char* head_;
};

}  // namespace sluice

namespace rapidjson {
/// Lets the reader work on a copy in registers.
template <>
struct StreamTraits<sluice::PaddedStream> {
  enum { copyOptimization = 1 };  // NOLINT(readability-identifier-naming): RapidJSON's name.
};
}  // namespace rapidjson
