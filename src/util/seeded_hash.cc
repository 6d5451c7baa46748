#include "util/seeded_hash.h"

#include <bit>
#include <cstring>
#include <random>

namespace sluice {
namespace {

struct Seed {
  Seed() {
    std::random_device random;
    const auto word = [&] { return std::uint64_t{random()} << 32 | random(); };
    first = word();
    second = word();
  }
  std::uint64_t first;
  std::uint64_t second;
};

/// The four words of SipHash (Aumasson and Bernstein).
class SipState {
 public:
  explicit SipState(const Seed& seed)
      : v0_(seed.first ^ 0x736f6d6570736575ULL),
        v1_(seed.second ^ 0x646f72616e646f6dULL),
        v2_(seed.first ^ 0x6c7967656e657261ULL),
        v3_(seed.second ^ 0x7465646279746573ULL) {}

  void Take(std::uint64_t word) {
    v3_ ^= word;
    Round();
    v0_ ^= word;
  }
  std::uint64_t Finish() {
    v2_ ^= 0xFF;
    for (int i = 0; i < 3; ++i) Round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void Round() {
    v0_ += v1_;
    v2_ += v3_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v1_;
    v0_ += v3_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
};

}  // namespace

std::uint64_t SeededHash(std::string_view bytes) {
  static const Seed kSeed;
  SipState state(kSeed);
  std::uint64_t word = 0;
  const std::size_t size = bytes.size();
  while (bytes.size() >= sizeof word) {
    std::memcpy(&word, bytes.data(), sizeof word);
    state.Take(word);
    bytes.remove_prefix(sizeof word);
  }
  word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  state.Take(word | std::uint64_t{size} << 56);
  return state.Finish();
}

}  // namespace sluice
