#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/arena.h"
#include "sluice/row_store.h"
#include "sluice/spec.h"

namespace sluice::stages {

/// Decisions that depend on what a store held, kept in its table sluice_marks so that a replay
/// follows them (docs/adr/0011, "marked before the effect"):
///
///     CREATE TABLE sluice_marks (job text, mark text, outcome text, PRIMARY KEY ((job, mark)))
///
/// A mark is the position of its event. It is written, and acknowledged, before any of the effects.
class DecisionMarks {
 public:
  /// Prepares the statements. `job` keeps the marks of several pipelines apart; `ttl` is how long a
  /// mark is remembered.
  DecisionMarks(RowStore& rows, const std::string& keyspace, std::string job,
                std::chrono::seconds ttl);

  /// The requests; what they point to is the arena's.
  RowRequest Read(std::string_view mark, Arena& arena) const;
  RowRequest Write(std::string_view mark, std::string_view outcome, Arena& arena) const;

  /// The outcome in the reply to Read; nullopt if there is no mark.
  static std::optional<std::string_view> OutcomeOf(const RowReply& reply);

 private:
  std::string job_;
  std::chrono::seconds ttl_;
  StatementId read_;
  StatementId write_;
};

/// The key `marks` of a stage: how long its decisions are remembered.
FieldSpec MarksField();

}  // namespace sluice::stages
