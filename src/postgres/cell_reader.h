#pragma once

#include <libpq-fe.h>

#include <span>

#include "sluice/arena.h"
#include "sluice/row_store.h"

namespace sluice {

/// True if columns of this type can be read.
bool IsReadable(Oid type);

/// The rows of a result in binary form, whose columns are all readable. What is not in the result
/// stands in `arena`. Instants are rounded down to milliseconds.
std::span<const RowReply::Row> ReadRows(const PGresult* result, Arena& arena);

}  // namespace sluice
