#pragma once

#include <string>

namespace sluice::stages {

/// Java's Double.toString: "55.0", "1.529500243955E12", "-1.0E-7", "Infinity". Where several
/// decimals are the shortest one takes the nearest, as Java does since release 19; older ones now
/// and then print a digit more.
std::string JavaDoubleText(double value);

}  // namespace sluice::stages
