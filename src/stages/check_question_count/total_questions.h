#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sluice/arena.h"

namespace sluice::stages {

/// How many questions a content has, by its cached record (assessment-aggregator.md 5.1); 0 where
/// the record doesn't say, or can't be read.
std::int64_t TotalOfRecord(std::string_view record, Arena& arena);

/// What the content API's answer says (assessment-aggregator.md 5.2).
struct ApiTotal {
  enum class State : std::uint8_t {
    kKnown,
    kUnknown,         ///< The content is there, and doesn't say.
    kMalformedTotal,  ///< The content is there, and what it says is no number of questions.
    kNotFound,        ///< The API says that it could not give the content.
    kMalformed,       ///< No answer of the API at all.
  };
  State state = State::kMalformed;
  std::int64_t total = 0;
};
ApiTotal TotalOfAnswer(std::string_view body, Arena& arena);

}  // namespace sluice::stages
