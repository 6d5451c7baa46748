#include "util/uuid.h"

#include "util/sha256.h"

namespace sluice {

UuidText NameBasedUuid(std::initializer_list<std::string_view> name) {
  constexpr char kHex[] = "0123456789abcdef";
  const Sha256Digest digest = Sha256(name);
  UuidText text;
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
    text[at++] = kHex[digest[i] >> 4];
    text[at++] = kHex[digest[i] & 15];
  }
  text[14] = '8';
  text[19] = "89ab"[static_cast<std::size_t>(text[19]) % 4];
  return text;
}

}  // namespace sluice
