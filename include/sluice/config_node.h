#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// Read-only view of one node of the configuration, already expanded (${VAR}) and with the place
/// it came from, so that any complaint names file, line and key.
///
/// Typed getters of a map take the key and a fallback; a value of the wrong form was refused by the
/// spec check before any build function runs, so getters don't fail.
class ConfigNode {
 public:
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
  virtual ~ConfigNode() = default;

  [[nodiscard]] virtual Kind kind() const = 0;
  /// "config/preprocessor.yaml:12: stages[3].deduplicate.ttl": file, line and path of this node.
  [[nodiscard]] virtual std::string where() const = 0;
  /// The scalar's text; empty for other kinds.
  [[nodiscard]] virtual std::string text() const = 0;
  /// Elements of a list; a scalar counts as a list of itself.
  [[nodiscard]] virtual std::vector<const ConfigNode*> items() const = 0;
  /// Members of a map, in file order.
  [[nodiscard]] virtual std::vector<std::pair<std::string, const ConfigNode*>> members() const = 0;
  /// Member of a map, or nullptr.
  [[nodiscard]] virtual const ConfigNode* Get(std::string_view key) const = 0;

  /// The text as it may be shown in logs, messages and /status: "[redacted]" for a secret.
  [[nodiscard]] virtual std::string shown() const = 0;

  [[nodiscard]] bool Has(std::string_view key) const { return Get(key) != nullptr; }
  /// shown() of a member; empty if it is not there.
  [[nodiscard]] std::string Shown(std::string_view key) const;
  [[nodiscard]] std::string String(std::string_view key, std::string_view fallback = {}) const;
  [[nodiscard]] std::int64_t Int(std::string_view key, std::int64_t fallback = 0) const;
  [[nodiscard]] bool Bool(std::string_view key, bool fallback = false) const;
  /// "250ms", "10s", "5m", "24h".
  [[nodiscard]] std::chrono::milliseconds Duration(std::string_view key,
                                                   std::chrono::milliseconds fallback = {}) const;
  /// "64KiB", "1MiB", "1572864".
  [[nodiscard]] std::uint64_t Bytes(std::string_view key, std::uint64_t fallback = 0) const;
  /// A list of strings; one scalar counts as a list of one.
  [[nodiscard]] std::vector<std::string> Strings(std::string_view key) const;
  /// A map of strings; empty if it is not there.
  [[nodiscard]] std::map<std::string, std::string> Texts(std::string_view key) const;

  /// kInvalidConfig with where() in front.
  [[nodiscard]] Error Complain(std::string_view what) const;
};

}  // namespace sluice
