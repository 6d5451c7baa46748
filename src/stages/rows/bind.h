#pragma once

#include <initializer_list>

#include "sluice/arena.h"
#include "sluice/row_store.h"

namespace sluice::stages {

/// A request of one statement; its values are copied to the arena, what they point to is not.
RowRequest Bind(StatementId statement, std::initializer_list<Cell> values, Arena& arena);

}  // namespace sluice::stages
