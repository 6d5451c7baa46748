#include "engine/oversize.h"

#include <algorithm>

#include "codec/text.h"
#include "sluice/document.h"
#include "util/sha256.h"

namespace sluice {
namespace {

constexpr std::size_t kKept = std::size_t{64} << 10;

}  // namespace

std::string OversizeReplacement(std::string_view raw, const Position& position,
                                const Refusal& refusal, std::size_t limit) {
  // Escaping may double the text, so a small limit keeps less of it.
  const std::size_t kept = std::min({raw.size(), kKept, limit / 8});
  std::string json = R"({"metadata":{"reason":")" + std::string(refusal.reason) + R"(","size":)" +
                     std::to_string(raw.size());
  json += R"(,"position":)";
  AppendJsonString(json, position.ToString());
  json += R"(,"refused_by":)";
  AppendJsonString(json, refusal.by);
  if (!refusal.detail.empty()) {
    json += R"(,"detail":)";
    AppendJsonString(json, ReplaceIllFormed(refusal.detail));
  }
  json += R"(,"sha256":")" + Sha256Hex(raw) + R"(","raw_event":)";
  AppendJsonString(json, ReplaceIllFormed(raw.substr(0, kept)));
  json += "}}";
  return json;
}

}  // namespace sluice
