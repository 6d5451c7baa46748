#include "stages/rows/bind.h"

#include <algorithm>

#include "util/arena_array.h"

namespace sluice::stages {

RowRequest Bind(StatementId statement, std::initializer_list<Cell> values, Arena& arena) {
  const auto bound = NewArray<Cell>(arena, values.size());
  std::ranges::copy(values, bound.begin());
  const auto statements = NewArray<BoundStatement>(arena, 1);
  statements[0] = {statement, bound};
  return {statements};
}

}  // namespace sluice::stages
