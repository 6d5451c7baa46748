#include "stages/store_assessment/question_cells.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "stages/assessment/gson_text.h"
#include "stages/extract_events/java_double.h"
#include "util/arena_array.h"

namespace sluice::stages {
namespace {

/// The column's text of a member; nullopt for null, which has none.
std::optional<std::string_view> TextOf(Value member, Arena& arena) {
  if (member.IsNull()) return std::nullopt;
  if (member.IsString()) return member.text();
  std::string text;
  AppendGsonText(text, member);
  return arena.Copy(text);
}

Cell MapCell(Value object, Arena& arena) {
  const auto fields = NewArray<CellField>(arena, object.size());
  std::size_t count = 0;
  for (const Value member : object) {
    if (const auto text = TextOf(member, arena))
      fields[count++] = {member.name(), Cell::Text(*text)};
  }
  return Cell::Map(fields.first(count));
}

/// Of an array of objects and nulls, which are left out.
Cell MapsCell(Value array, Arena& arena) {
  const auto maps = NewArray<Cell>(arena, array.size());
  std::size_t count = 0;
  for (const Value element : array) {
    if (element.IsObject()) maps[count++] = MapCell(element, arena);
  }
  return Cell::List(maps.first(count));
}

Cell TextCell(std::optional<std::string_view> text) {
  return text ? Cell::Text(*text) : Cell::Null();
}

Cell QuestionCell(const Answer& answer, Arena& arena) {
  const std::array fields = {
      CellField{"id", TextCell(answer.id)},
      CellField{"assess_ts", Cell::Int(answer.ets)},
      CellField{"max_score", Cell::Double(answer.max_score)},
      CellField{"score", Cell::Double(answer.score)},
      CellField{"type", TextCell(answer.type)},
      CellField{"title", TextCell(answer.title)},
      CellField{"resvalues", MapsCell(answer.chosen, arena)},
      CellField{"params", MapsCell(answer.params, arena)},
      CellField{"description", TextCell(answer.description)},
      CellField{"duration", Cell::Text(arena.Copy(JavaDoubleText(answer.duration)))}};
  const auto kept = NewArray<CellField>(arena, fields.size());
  std::ranges::copy(fields, kept.begin());
  return Cell::Struct(kept);
}

}  // namespace

AssessmentFault QuestionsCell(const std::vector<Answer>& answers, Arena& arena, Cell& cell) {
  const auto questions = NewArray<Cell>(arena, answers.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!std::isfinite(answers[i].duration)) {
      return {assessment::kMalformedEvents, "duration is no decimal number"};
    }
    questions[i] = QuestionCell(answers[i], arena);
  }
  cell = Cell::List(questions);
  return {};
}

}  // namespace sluice::stages
