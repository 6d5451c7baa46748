#include "stages/assessment/answers.h"

#include <charconv>
#include <cmath>
#include <map>

#include "stages/extract_events/java_double.h"

namespace sluice::stages {
namespace {

const Path kEvents("/events");

/// Reads members as Gson does into typed fields; the first that doesn't fit is the fault.
class TypedReader {
 public:
  explicit TypedReader(Arena& arena) : arena_(arena) {}

  void Fail(std::string_view message) {
    if (!fault_) fault_ = {assessment::kMalformedEvents, arena_.Copy(message)};
  }
  [[nodiscard]] const AssessmentFault& fault() const { return fault_; }

  Value Object(Value value, std::string_view what) {
    if (value.IsObject()) return value;
    Fail(std::string(what) + (value.exists() ? " is no object" : " is missing"));
    return {};
  }
  double Number(Value value) {
    if (value.IsNumber()) return value.AsDouble();
    if (value.IsString()) {
      if (const auto number = ParseJavaDouble(value.text())) return *number;
      const std::string_view text = TrimJava(value.text());
      Fail(text.empty() ? "empty String" : "For input string: \"" + std::string(text) + '"');
    } else if (value.exists() && !value.IsNull()) {
      Fail(std::string(value.name()) + " is no number");
    }
    return 0;
  }
  std::optional<std::string_view> Text(Value value) {
    switch (value.type()) {
      case ValueType::kString:
        return value.text();
      case ValueType::kNumber:
        return NumberText(value);
      case ValueType::kBool:
        return value.IsTrue() ? "true" : "false";
      case ValueType::kNull:
      case ValueType::kAbsent:
        break;
      case ValueType::kArray:
      case ValueType::kObject:
        Fail(std::string(value.name()) + " is no string");
    }
    return std::nullopt;
  }
  Value Maps(Value value) {
    if (!value.exists() || value.IsNull()) return {};
    if (!value.IsArray()) Fail(std::string(value.name()) + " is no array");
    for (const Value element : value) {
      if (element.IsObject() || element.IsNull()) continue;
      Fail("an element of " + std::string(value.name()) + " is no object");
    }
    return value;
  }
  std::int64_t Milliseconds(Value value) {
    if (value.IsNull()) return 0;
    const auto ms = ReadMilliseconds(value);
    if (!ms) Fail(value.exists() ? "ets is no number" : assessment::kNoneGet);
    return ms.value_or(0);
  }

 private:
  /// Integers keep their digits, the rest is a double before it is a text.
  std::string_view NumberText(Value number) {
    const std::string_view literal = number.text();
    if (literal == "-0") return "0";
    const bool integer = literal.find_first_of(".eE") == std::string_view::npos;
    return integer ? literal : arena_.Copy(JavaDoubleText(number.AsDouble()));
  }

  Arena& arena_;
  AssessmentFault fault_;
};

Answer Read(Value element, TypedReader& reader) {
  Answer answer;
  element = reader.Object(element, "an element of events");
  answer.ets = reader.Milliseconds(element.Find("ets"));
  const Value edata = reader.Object(element.Find("edata"), "edata");
  const Value item = reader.Object(edata.Find("item"), "edata.item");
  answer.score = reader.Number(edata.Find("score"));
  answer.duration = reader.Number(edata.Find("duration"));
  answer.chosen = reader.Maps(edata.Find("resvalues"));
  answer.id = reader.Text(item.Find("id"));
  answer.max_score = reader.Number(item.Find("maxscore"));
  answer.type = reader.Text(item.Find("type"));
  answer.title = reader.Text(item.Find("title"));
  answer.description = reader.Text(item.Find("desc"));
  answer.params = reader.Maps(item.Find("params"));
  return answer;
}

/// One or two decimals, half to even of the exact value, as Java's DecimalFormat "0.0#".
std::string ScoreText(double score) {
  if (std::isnan(score)) return "NaN";
  if (std::isinf(score)) return score < 0 ? "-∞" : "∞";
  char digits[330];  // The largest double has 309 before the point.
  const char* end =
      std::to_chars(digits, digits + sizeof digits, score, std::chars_format::fixed, 2).ptr;
  if (end[-1] == '0') --end;
  return std::string(static_cast<const char*>(digits), end);
}

}  // namespace

bool HasAnswers(const Document& assessment) {
  const Value events = assessment.Read(kEvents);
  return events.exists() && !(events.IsArray() && events.size() == 0);
}

AssessmentFault ReadAnswers(const Document& assessment, Arena& arena,
                            std::vector<Answer>& answers) {
  answers.clear();
  TypedReader reader(arena);
  const Value events = assessment.Read(kEvents);
  if (!events.IsArray()) reader.Fail("events is no array");
  std::map<std::optional<std::string_view>, std::size_t> known;
  for (const Value element : events.IsArray() ? events : Value()) {
    const Answer answer = Read(element, reader);
    if (reader.fault()) break;
    const auto [at, fresh] = known.try_emplace(answer.id, answers.size());
    if (fresh) {
      answers.push_back(answer);
    } else if (answer.ets > answers[at->second].ets) {
      answers[at->second] = answer;
    }
  }
  return reader.fault();
}

AssessmentScore ScoreOf(const std::vector<Answer>& answers) {
  AssessmentScore score;
  for (const Answer& answer : answers) {
    score.total += answer.score;
    score.max += answer.max_score;
  }
  score.text = ScoreText(score.total);
  score.text += '/';
  score.text += ScoreText(score.max);
  return score;
}

std::optional<std::int64_t> ReadMilliseconds(Value value) {
  return value.IsNumber() ? std::optional(value.AsInt64()) : std::nullopt;
}

}  // namespace sluice::stages
