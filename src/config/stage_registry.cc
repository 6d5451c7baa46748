#include <algorithm>

#include "sluice/stage_spec.h"

namespace sluice {

Status StageRegistry::Add(StageSpec spec) {
  if (Find(spec.name) != nullptr) {
    return Error{ErrorKind::kFatal, "two stages are named " + spec.name};
  }
  specs_.push_back(std::move(spec));
  return Ok();
}

const StageSpec* StageRegistry::Find(std::string_view name) const {
  const auto at = std::ranges::find(specs_, name, &StageSpec::name);
  return at == specs_.end() ? nullptr : &*at;
}

}  // namespace sluice
