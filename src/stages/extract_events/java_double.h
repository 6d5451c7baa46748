#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::stages {

/// Java's Double.toString: "55.0", "1.529500243955E12", "-1.0E-7", "Infinity". Where several
/// decimals are the shortest one takes the nearest, as Java does since release 19; older ones now
/// and then print a digit more.
std::string JavaDoubleText(double value);

/// Java's Double.parseDouble: blanks around it, "NaN", "Infinity", hexadecimal forms and a type
/// suffix pass; nullopt for what it refuses.
std::optional<double> ParseJavaDouble(std::string_view text);

/// Java's String.trim: without what is not above the blank, at both ends.
std::string_view TrimJava(std::string_view text);

}  // namespace sluice::stages
