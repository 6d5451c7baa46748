#pragma once

#include <string>

#include "sluice/value.h"

namespace sluice {

/// The shape of a JSON value for people who may not see its content: strings and numbers by type
/// and length ("<string 36>", "<number 13>"), member names that look like data ("<name 24>") too;
/// true, false and null as they are. At most about 2 KB: what is more, is deeper than 8 levels or
/// stands behind the third element of an array is "…". Valid JSON.
std::string RedactedSample(Value value);

}  // namespace sluice
