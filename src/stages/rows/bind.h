#pragma once

#include <initializer_list>
#include <span>

#include "sluice/arena.h"
#include "sluice/row_store.h"

namespace sluice::stages {

/// A statement with its values, which are copied to the arena; what they point to is not.
BoundStatement BindStatement(StatementId statement, std::initializer_list<Cell> values,
                             Arena& arena);
/// A request of these statements, which are copied to the arena.
RowRequest RequestOf(std::span<const BoundStatement> statements, Arena& arena);
/// A request of one statement.
RowRequest Bind(StatementId statement, std::initializer_list<Cell> values, Arena& arena);

}  // namespace sluice::stages
