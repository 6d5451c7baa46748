#include "stages/check_question_count/total_questions.h"

#include <cmath>

#include "codec/json_reader.h"
#include "codec/lenient_json.h"
#include "codec/text.h"
#include "sluice/document.h"
#include "stages/extract_events/java_double.h"

namespace sluice::stages {
namespace {

const Path kTotalQuestions("/totalQuestions");
const Path kResponseCode("/responseCode");
const Path kResult("/result");

/// A number, or a string that is one.
std::optional<double> NumberOf(Value value) {
  if (value.IsNumber()) return value.AsDouble();
  return value.IsString() ? ParseJavaDouble(value.text()) : std::nullopt;
}

/// Without fraction; 0 for what no content can have.
std::int64_t Truncated(double number) {
  constexpr double kMost = 1e15;
  if (std::isnan(number)) return 0;
  return static_cast<std::int64_t>(std::trunc(std::fmin(std::fmax(number, -kMost), kMost)));
}

}  // namespace

std::int64_t TotalOfRecord(std::string_view record, Arena& arena) {
  Document content;
  if (record.empty() || !ReadCachedRecord(record, arena, content)) return 0;
  return Truncated(NumberOf(content.Find(kTotalQuestions)).value_or(0));
}

ApiTotal TotalOfAnswer(std::string_view body, Arena& arena) {
  using State = ApiTotal::State;
  Document answer;
  if (JsonReader().Read(body, arena, answer) != nullptr) return {State::kMalformed};
  const auto code = answer.ReadString(kResponseCode);
  if (!code) return {State::kMalformed};
  if (!EqualsIgnoreCase(*code, "OK")) return {State::kNotFound};
  Value value = answer.Find(kResult);
  for (const std::string_view name : {"content", "totalQuestions"}) {
    if (!value.exists() || value.IsNull()) return {State::kUnknown};
    if (!value.IsObject()) return {State::kMalformedTotal};
    value = value.Find(name);
  }
  if (!value.exists() || value.IsNull()) return {State::kUnknown};
  const auto number = NumberOf(value);
  if (!number || std::trunc(*number) != *number) return {State::kMalformedTotal};
  return {State::kKnown, Truncated(*number)};
}

}  // namespace sluice::stages
