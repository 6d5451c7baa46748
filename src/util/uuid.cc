#include "util/uuid.h"

#include "util/sha256.h"

namespace sluice {

std::string NameBasedUuid(std::string_view name) {
  std::string hex = Sha256Hex(name).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[static_cast<std::size_t>(hex[16]) % 4];
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' +
         hex.substr(16, 4) + '-' + hex.substr(20);
}

}  // namespace sluice
