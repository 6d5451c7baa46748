#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sluice/event.h"

namespace sluice::stages {

/// What an event asks the caches for (de-normalization.md 5 and 8). Views are the event's.
struct Questions {
  std::optional<std::string_view> device;      ///< Its id.
  std::optional<std::string_view> user;        ///< Its id, without the prefix of its key.
  std::optional<std::string_view> dialcode;    ///< As it stands in the event.
  std::optional<std::string_view> content;     ///< Also where only the content's step runs.
  std::optional<std::string_view> collection;  ///< l1
  std::optional<std::string_view> l2;
};

/// `permit` are the eids whose contents are looked up whatever the type of their object.
Questions QuestionsOf(const Event& event, std::span<const std::string> permit);

}  // namespace sluice::stages
