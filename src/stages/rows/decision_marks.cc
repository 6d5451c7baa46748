#include "stages/rows/decision_marks.h"

#include <utility>

#include "stages/rows/bind.h"

namespace sluice::stages {

DecisionMarks::DecisionMarks(RowStore& rows, const std::string& keyspace, std::string job,
                             std::chrono::seconds ttl)
    : job_(std::move(job)),
      ttl_(ttl),
      read_(rows.Prepare("SELECT outcome FROM " + keyspace +
                         ".sluice_marks WHERE job = ? AND mark = ?")),
      write_(rows.Prepare("INSERT INTO " + keyspace +
                          ".sluice_marks (job, mark, outcome) VALUES (?, ?, ?) USING TTL ?")) {}

RowRequest DecisionMarks::Read(std::string_view mark, Arena& arena) const {
  return Bind(read_, {Cell::Text(job_), Cell::Text(mark)}, arena);
}

RowRequest DecisionMarks::Write(std::string_view mark, std::string_view outcome,
                                Arena& arena) const {
  return Bind(write_,
              {Cell::Text(job_), Cell::Text(mark), Cell::Text(outcome), Cell::Int(ttl_.count())},
              arena);
}

std::optional<std::string_view> DecisionMarks::OutcomeOf(const RowReply& reply) {
  if (reply.rows.empty() || reply.rows[0].empty()) return std::nullopt;
  return reply.rows[0][0].text;
}

FieldSpec MarksField() {
  return {.name = "marks",
          .type = FieldType::kDuration,
          .description =
              "How long a decision is remembered, for replays: longer than the process "
              "may be away.",
          .default_value = "24h",
          .least = 60'000,
          .most = std::int64_t{365} * 86'400'000};
}

}  // namespace sluice::stages
