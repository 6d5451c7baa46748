#include "stages/check_question_count/check_question_count.h"

namespace sluice::stages {
namespace {

const Path kContent("/contentId");

constexpr Reason kMalformedContent = "malformed_content";
constexpr Reason kContentNotFound = "content_not_found";
constexpr Reason kContentUnanswered = "content_unanswered";

}  // namespace

Status CheckQuestionCount::Probe() {
  SLUICE_TRY(contents_.Ping());
  return api_.Ping();
}

void CheckQuestionCount::Cancel() {
  contents_.Cancel();
  api_.Cancel();
}

Status CheckQuestionCount::Start(Batch& batch) {
  for (Event& event : batch.events()) {
    if (!event.active() || !event.readable() || !HasAnswers(event.doc())) continue;
    auto* assessment = batch.arena().New<Assessment>();
    assessment->event = &event;
    assessment->content = RequireText(event, kContent, batch.arena(), assessment->fault);
    const AssessmentFault fault = ReadAnswers(event.doc(), batch.arena(), answers_);
    assessment->questions = answers_.size();
    if (!assessment->fault) assessment->fault = fault;
    if (assessment->fault) {
      contents_.AddWithout(assessment);
    } else {
      contents_.Add({.kind = Lookup::Kind::kText, .key = assessment->content}, assessment);
    }
  }
  return contents_.Send();
}

Status CheckQuestionCount::Finish(Batch& batch) {
  cached_.clear();
  asked_.clear();
  const auto cached = contents_.Receive();
  if (!cached) return cached.error();
  for (const auto [assessment, reply] : cached.value()) {
    if (reply == nullptr) {
      settings_.failed.Take(batch, *assessment->event, assessment->fault);
      continue;
    }
    batch.Count(settings_.cache);
    if (const std::int64_t total = CachedTotal(*reply); total != 0) {
      Judge(batch, *assessment, total);
    } else {
      batch.Count(settings_.cache_misses);
      api_.Add({.kind = Lookup::Kind::kText, .key = assessment->content}, assessment);
    }
  }
  SLUICE_TRY(api_.Send());
  const auto asked = api_.Receive();
  if (!asked) return asked.error();
  for (const auto [assessment, reply] : asked.value()) JudgeAnswer(batch, *assessment, *reply);
  return Ok();
}

std::int64_t CheckQuestionCount::CachedTotal(const LookupReply& reply) {
  // Empty texts have no address of their own.
  if (reply.state != LookupReply::State::kFound || reply.text.empty()) return 0;
  const auto [at, fresh] = cached_.try_emplace(reply.text.data(), 0);
  if (fresh) {
    arena_.Reset();
    at->second = TotalOfRecord(reply.text, arena_);
  }
  return at->second;
}

const ApiTotal& CheckQuestionCount::AskedTotal(const LookupReply& reply) {
  static const ApiTotal kEmptyBody;
  if (reply.text.empty()) return kEmptyBody;
  const auto [at, fresh] = asked_.try_emplace(reply.text.data());
  if (fresh) {
    arena_.Reset();
    at->second = TotalOfAnswer(reply.text, arena_);
  }
  return at->second;
}

void CheckQuestionCount::JudgeAnswer(Batch& batch, const Assessment& assessment,
                                     const LookupReply& reply) {
  const auto fail = [&](Reason reason) {
    const std::string message =
        "Failed to fetch the content meta for the content ID: " + std::string(assessment.content);
    settings_.failed.Take(batch, *assessment.event, {reason, batch.arena().Copy(message)});
  };
  if (reply.state != LookupReply::State::kFound) {
    fail(kContentUnanswered);
    return;
  }
  const ApiTotal& answer = AskedTotal(reply);
  switch (answer.state) {
    case ApiTotal::State::kKnown:
      batch.Count(settings_.api);
      Judge(batch, assessment, answer.total);
      return;
    case ApiTotal::State::kUnknown:
      batch.Count(settings_.api);
      return;
    case ApiTotal::State::kMalformedTotal:
      batch.Count(settings_.api);
      fail(kMalformedContent);
      return;
    case ApiTotal::State::kNotFound:
      batch.Count(settings_.api_failures);
      fail(kContentNotFound);
      return;
    case ApiTotal::State::kMalformed:
      fail(kMalformedContent);
  }
}

void CheckQuestionCount::Judge(Batch& batch, const Assessment& assessment,
                               std::int64_t total) const {
  if (static_cast<std::int64_t>(assessment.questions) <= total) return;
  settings_.failed.TakeUnchanged(batch, *assessment.event, "too_many_questions", settings_.ignored);
}

StageSpec CheckQuestionCountSpec() {
  StageSpec spec;
  spec.name = "check_question_count";
  spec.summary =
      "Diverts assessments that answer more questions than their content has, as the cache or the "
      "content API says.";
  spec.fields = {{.name = "contents",
                  .type = FieldType::kStore,
                  .description = "Store that holds contents, as JSON text by their id.",
                  .required = true},
                 {.name = "api",
                  .type = FieldType::kStore,
                  .description = "Store that asks the content read API for a content by its id, "
                                 "where the other one doesn't say how many questions it has.",
                  .required = true},
                 FailedAssessmentsField()};
  spec.example = "check_question_count: { contents: content, api: content_api }\n";
  spec.reasons = {assessment::kMissingMember,
                  assessment::kMemberNoString,
                  assessment::kMalformedEvents,
                  "too_many_questions",
                  kContentNotFound,
                  kContentUnanswered,
                  kMalformedContent};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto failed = FailedAssessmentsOf(node, resources);
    if (!failed) return std::move(failed).error();
    auto contents = resources.Lookups(node.String("contents"));
    if (!contents) return std::move(contents).error();
    auto api = resources.Lookups(node.String("api"));
    if (!api) return std::move(api).error();
    const CheckQuestionCount::Settings settings{
        .failed = failed.value(),
        .ignored = resources.Counter("ignored-event-count"),
        .cache = resources.Counter("cache-hit-count"),
        .cache_misses = resources.Counter("cache-hit-miss-count"),
        .api = resources.Counter("api-hit-success-count"),
        .api_failures = resources.Counter("api-hit-failed-count")};
    return std::unique_ptr<Stage>(
        new CheckQuestionCount(settings, {std::move(contents).value(), node.String("contents")},
                               {std::move(api).value(), node.String("api")}));
  };
  return spec;
}

}  // namespace sluice::stages
