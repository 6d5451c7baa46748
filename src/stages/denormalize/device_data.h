#pragma once

#include "stages/denormalize/reference_data.h"

namespace sluice::stages {

/// `devicedata` of a device's hash (de-normalization.md 10.2). The record's memory is the arena's.
ReferenceRecord ReadDevice(const LookupReply& device, Arena& arena);

}  // namespace sluice::stages
