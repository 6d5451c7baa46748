#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cassandra/cql_type.h"
#include "sluice/arena.h"
#include "sluice/cell.h"

namespace sluice::cassandra {

/// Appends the cell as a [bytes] of the type; null is a length of -1, and so is what a UDT does not
/// name. Returns what does not fit, such as "text where int is expected", or "". Text for a blob
/// stands for its bytes; a varint may be an integer or text.
std::string AppendValue(std::string& out, const CqlType& type, const Cell& cell);

/// The cell of a value of the type, nullopt being null and so is an empty value of a type that has
/// none. Small trees stand in the arena, texts where `bytes` are. nullopt: the bytes are no such
/// value.
std::optional<Cell> ReadValue(const CqlType& type, std::optional<std::string_view> bytes,
                              Arena& arena);

}  // namespace sluice::cassandra
