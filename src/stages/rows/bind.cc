#include "stages/rows/bind.h"

#include <algorithm>

#include "util/arena_array.h"

namespace sluice::stages {

BoundStatement BindStatement(StatementId statement, std::initializer_list<Cell> values,
                             Arena& arena) {
  const auto bound = NewArray<Cell>(arena, values.size());
  std::ranges::copy(values, bound.begin());
  return {statement, bound};
}

RowRequest RequestOf(std::span<const BoundStatement> statements, Arena& arena) {
  const auto copied = NewArray<BoundStatement>(arena, statements.size());
  std::ranges::copy(statements, copied.begin());
  return {copied};
}

RowRequest Bind(StatementId statement, std::initializer_list<Cell> values, Arena& arena) {
  const BoundStatement bound = BindStatement(statement, values, arena);
  return RequestOf({&bound, 1}, arena);
}

}  // namespace sluice::stages
