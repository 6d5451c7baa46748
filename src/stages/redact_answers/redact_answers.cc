#include "stages/redact_answers/redact_answers.h"

#include <algorithm>

#include "codec/lenient_json.h"
#include "codec/text.h"

namespace sluice::stages {
namespace {

const Path kEid("/eid");
const Path kItemId("/edata/item/id");
const Path kItemAnswers("/edata/resvalues");
const Path kTargetId("/edata/target/id");
const Path kTargetAnswers("/edata/values");
const Path kQuestionType("/questionType");

bool IsAssess(const Event& event) {
  return EqualsIgnoreCase(event.doc().ReadString(kEid).value_or(""), "ASSESS");
}

std::optional<std::string_view> QuestionId(const Event& event) {
  return event.doc().ReadString(IsAssess(event) ? kItemId : kTargetId);
}

}  // namespace

Status RedactAnswers::Start(Batch& batch) {
  for (Event& event : batch.events()) {
    if (!IsConcerned(event)) continue;
    if (const auto id = QuestionId(event)) {
      lookups_.Add({.kind = Lookup::Kind::kText, .key = *id}, &event);
    } else {
      lookups_.AddWithout(&event);
    }
  }
  return lookups_.Send();
}

Status RedactAnswers::Finish(Batch& batch) {
  const auto answers = lookups_.Receive();
  if (!answers) return answers.error();
  known_.clear();
  for (const auto [event, reply] : answers.value()) {
    if (reply != nullptr) {
      Apply(batch, *event, QuestionOf(*reply));
    } else {
      batch.Count(settings_.skipped);
    }
  }
  return Ok();
}

bool RedactAnswers::IsConcerned(const Event& event) const {
  if (!event.active()) return false;
  const auto eid = event.doc().ReadString(kEid);
  return eid &&
         std::ranges::find(settings_.events, *eid, &Path::Name::text) != settings_.events.end();
}

RedactAnswers::Question RedactAnswers::QuestionOf(const LookupReply& reply) {
  // Empty texts have no address of their own.
  if (reply.state != LookupReply::State::kFound || reply.text.empty()) return Question::kUnknown;
  const auto [at, fresh] = known_.try_emplace(reply.text.data(), Question::kUnknown);
  if (fresh) at->second = Classify(reply.text);
  return at->second;
}

RedactAnswers::Question RedactAnswers::Classify(std::string_view text) {
  arena_.Reset();
  Document content;
  if (!ReadCachedRecord(text, arena_, content)) return Question::kUnknown;
  const Value type = content.Find(kQuestionType);
  if (type.IsNull()) return Question::kOrdinary;
  if (!type.IsString() || type.text().empty()) return Question::kUnknown;
  return EqualsIgnoreCase(type.text(), "Registration") ? Question::kRegistration
                                                       : Question::kOrdinary;
}

void RedactAnswers::Apply(Batch& batch, Event& event, Question question) const {
  batch.Count(question == Question::kUnknown ? settings_.misses : settings_.hits);
  if (question != Question::kRegistration) return;
  batch.Emit(event, settings_.copy_to);
  event.edit().SetJson(IsAssess(event) ? kItemAnswers : kTargetAnswers, "[]");
}

StageSpec RedactAnswersSpec() {
  StageSpec spec;
  spec.name = "redact_answers";
  spec.summary =
      "Empties the answers to questions of the type Registration, after it has sent the whole "
      "event to a topic of its own.";
  spec.fields = {{.name = "events",
                  .type = FieldType::kStringList,
                  .description = "The eids of events that hold answers: ASSESS has the question in "
                                 "edata.item, all others have it in edata.target.",
                  .required = true},
                 {.name = "store",
                  .type = FieldType::kStore,
                  .description = "Store that holds what is known of the questions.",
                  .required = true},
                 {.name = "copy_to",
                  .type = FieldType::kTopic,
                  .description = "Topic that gets the events whole whose answers are emptied.",
                  .required = true}};
  spec.example =
      "redact_answers: { events: [ASSESS, RESPONSE], store: content, copy_to: "
      "telemetry.assess.raw }\n";
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto store = resources.Lookups(node.String("store"));
    if (!store) return std::move(store).error();
    RedactAnswers::Settings settings{.events = {},
                                     .copy_to = resources.Topic(node.String("copy_to")),
                                     .skipped = resources.Counter("skipped-event-count"),
                                     .misses = resources.Counter("cache-miss-count"),
                                     .hits = resources.Counter("cache-hit-count")};
    for (const std::string& eid : node.Strings("events")) {
      settings.events.push_back({eid, HashName(eid.data(), eid.size())});
    }
    return std::unique_ptr<Stage>(
        new RedactAnswers(std::move(settings), std::move(store).value(), node.String("store")));
  };
  return spec;
}

}  // namespace sluice::stages
