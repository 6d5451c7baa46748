#pragma once

#include <string>

#include "sluice/outbox.h"

namespace sluice {

/// Appends a record's value as one line. Line breaks in it become spaces: in JSON they can only
/// stand between tokens.
void AppendValueLine(std::string& out, const OutputRecord& record);

/// Appends {"key":...,"headers":{...},"value":...} as one line; the key is null or a string, and so
/// is the value of a header. Bytes of key and headers that are no UTF-8 become U+FFFD.
void AppendEnvelopeLine(std::string& out, const OutputRecord& record);

}  // namespace sluice
