#pragma once

#include <cstddef>
#include <string>

#include "sluice/document.h"

namespace sluice::stages {

/// Appends the SHARE_ITEM of `item`, an element of the SHARE's edata.items, as JSON.
/// `param` is an element of its params, or absent where the item has none; `item_index` and
/// `param_index` make the mid, which is the same at every replay (P-7).
void AppendShareItem(std::string& json, const Document& share, Value item, Value param,
                     std::size_t item_index, std::size_t param_index);

/// Java's Double.parseDouble of a JSON value's text form, "NaN" and "Infinity" included; 0 where
/// that fails.
double ParseJavaDouble(Value value);

}  // namespace sluice::stages
