#include "util/sha256.h"

#include <openssl/evp.h>

#include <memory>

namespace sluice {
namespace {

/// One of each thread, since making one and looking up the algorithm takes longer than hashing.
EVP_MD_CTX* Context() {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context = [] {
    std::unique_ptr<EVP_MD_CTX, Free> made(EVP_MD_CTX_new());
    EVP_DigestInit_ex(made.get(), EVP_sha256(), nullptr);
    return made;
  }();
  return context.get();
}

}  // namespace

Sha256Digest Sha256(std::initializer_list<std::string_view> parts) {
  EVP_MD_CTX* context = Context();
  // No algorithm given: the one that the context has.
  EVP_DigestInit_ex(context, nullptr, nullptr);
  for (const std::string_view part : parts) EVP_DigestUpdate(context, part.data(), part.size());
  Sha256Digest digest;
  EVP_DigestFinal_ex(context, digest.data(), nullptr);
  return digest;
}

std::string Sha256Hex(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : Sha256({bytes})) {
    text.push_back(kHex[byte >> 4]);
    text.push_back(kHex[byte & 15]);
  }
  return text;
}

}  // namespace sluice
