#pragma once

#include <string>
#include <string_view>

namespace sluice {

inline const std::string kRedacted = "[redacted]";

/// True for keys whose values are never shown, such as password or sasl.password.
bool IsSecretKey(std::string_view key);

/// The text with user and password of a URL in it replaced by "[redacted]".
std::string RedactUrl(std::string_view text);

}  // namespace sluice
