#pragma once

#include <string>
#include <string_view>

#include "config/tree_node.h"

namespace sluice {

inline const std::string kRedacted = "[redacted]";

/// True for keys whose values are never shown, such as password, and for the properties that
/// librdkafka marks as sensitive, such as sasl.oauthbearer.config.
bool IsSecretKey(std::string_view key);

/// True for environment variables whose values are never shown, such as REDIS_PASSWORD.
bool IsSecretVariable(std::string_view name);

/// The text with user, password and parameters (but db=N) of a URL in it replaced by "[redacted]".
std::string RedactUrl(std::string_view text);

/// A scalar's text as it may be shown: in complaints, logs and /config.
std::string Shown(const TreeNode& node);

}  // namespace sluice
