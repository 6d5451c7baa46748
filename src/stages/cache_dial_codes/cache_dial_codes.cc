#include "stages/cache_dial_codes/cache_dial_codes.h"

#include <utility>

#include "stages/cache_dial_codes/dial_code.h"
#include "util/fault_point.h"

namespace sluice::stages {

Status CacheDialCodes::Probe() {
  SLUICE_TRY(cache_.Ping());
  return api_.Ping();
}

void CacheDialCodes::Cancel() {
  cache_.Cancel();
  api_.Cancel();
}

template <typename Function>
void CacheDialCodes::ForEachCode(const Event& event, Defects& defects, const Function& with) {
  for (const Value property : PropertiesOf(event.doc())) {
    if (!HoldsDialCodes(property)) continue;
    const Value codes = NewValueOf(property);
    if (!codes.IsArray()) continue;
    for (const Value code : codes) {
      if (!code.IsString()) {
        defects.Add(defect::kBadDialCode, property.name(), "has an element that is not a string");
      } else if (!code.text().empty()) {
        with(code.text());
      }
    }
  }
}

Status CacheDialCodes::Finish(Batch& batch) {
  codes_.clear();
  for (const Event& event : batch.events()) {
    if (!event.active() || !event.readable()) continue;
    Defects ignored;
    ForEachCode(event, ignored, [&](std::string_view text) {
      const auto [at, made] = codes_.try_emplace(text);
      if (made) cache_.Add({.op = TableRequest::Op::kGet, .key = text}, &at->second);
    });
  }
  if (!codes_.empty()) {
    SLUICE_TRY(ReadCache());
    SLUICE_TRY(AskApi());
  }
  for (Event& event : batch.events()) {
    if (event.active() && event.readable()) Settle(batch, event);
  }
  return codes_.empty() ? Ok() : WriteCache();
}

Status CacheDialCodes::ReadCache() {
  SLUICE_TRY(cache_.Send());
  const auto answers = cache_.Receive();
  if (!answers) return answers.error();
  for (const auto [code, reply] : answers.value()) {
    code->wrong_type = reply->state == TableReply::State::kWrongType;
    code->cached = reply->state == TableReply::State::kDone && IsCachedDialCode(reply->text);
  }
  return Ok();
}

Status CacheDialCodes::AskApi() {
  for (auto& [text, code] : codes_) {
    if (!code.cached && !code.wrong_type) api_.Add({.key = text}, &code);
  }
  SLUICE_TRY(api_.Send());
  const auto answers = api_.Receive();
  if (!answers) return answers.error();
  for (const auto [code, reply] : answers.value()) {
    if (reply->state == LookupReply::State::kFound) code->answer = DialCodeOf(reply->text);
  }
  return Ok();
}

void CacheDialCodes::Settle(Batch& batch, Event& event) {
  Defects defects;
  defects.TakeFrom(event.doc());
  ForEachCode(event, defects,
              [&](std::string_view text) { Use(batch, text, codes_.find(text)->second, defects); });
  if (defects.empty()) {
    event.End();
    return;
  }
  defects.Divert(batch, event, settings_.side_output);
  batch.Count(settings_.failed);
}

void CacheDialCodes::Use(Batch& batch, std::string_view text, DialCode& code,
                         Defects& defects) const {
  batch.Count(settings_.total);
  if (code.wrong_type) {
    defects.Add(defect::kWrongType, text, "is a key of another type, which stays as it is");
  } else if (code.cached) {
    batch.Count(settings_.cache_hit);
  } else if (code.answer) {
    batch.Count(settings_.api_hit);
    batch.Count(settings_.cache_hit);
    code.written = true;
    code.cached = IsCachedDialCode(*code.answer);
  } else {
    batch.Count(settings_.api_miss);
  }
}

Status CacheDialCodes::WriteCache() {
  for (auto& [text, code] : codes_) {
    if (!code.written) continue;
    cache_.Add({.op = TableRequest::Op::kSet, .key = text, .text = *code.answer}, &code);
  }
  SLUICE_TRY(cache_.Send());
  const auto answers = cache_.Receive();
  if (!answers) return answers.error();
  FaultPoint("dial_codes_written");
  return Ok();
}

StageSpec CacheDialCodesSpec() {
  StageSpec spec;
  spec.name = "cache_dial_codes";
  spec.summary =
      "Caches the dial codes of learning-graph transactions, looked up in an API where the cache "
      "does not have them; ends all events.";
  spec.fields = {
      {.name = "store",
       .type = FieldType::kStore,
       .description = "Store that holds the dial codes, as JSON under the code.",
       .required = true},
      {.name = "api",
       .type = FieldType::kStore,
       .description = "Store that answers for a code as the API does, with result.dialcode.",
       .required = true},
      {.name = "side_output",
       .type = FieldType::kString,
       .description = "Side output that takes events of which a part could not be used, as they "
                      "came; the rest of them is applied.",
       .default_value = "failed"}};
  spec.example = "cache_dial_codes: { store: dialcode, api: dialcode_api }\n";
  spec.reasons = {defect::kAll.begin(), defect::kAll.end()};
  spec.build = [](const ConfigNode& node, Resources& resources) -> Result<std::unique_ptr<Stage>> {
    auto side_output = resources.SideOutput(node.String("side_output"));
    if (!side_output) return std::move(side_output).error();
    auto cache = resources.Tables(node.String("store"));
    if (!cache) return std::move(cache).error();
    auto api = resources.Lookups(node.String("api"));
    if (!api) return std::move(api).error();
    const CacheDialCodes::Settings settings{
        .side_output = side_output.value(),
        .total = resources.Counter("total-dial-code-count"),
        .cache_hit = resources.Counter("dial-codes-cache-hit-count"),
        .api_hit = resources.Counter("dial-codes-api-hit-count"),
        .api_miss = resources.Counter("dial-codes-api-miss-count"),
        .failed = resources.Counter("failed-event-count")};
    return std::unique_ptr<Stage>(new CacheDialCodes(settings, {.cache = std::move(cache).value(),
                                                                .cache_name = node.String("store"),
                                                                .api = std::move(api).value(),
                                                                .api_name = node.String("api")}));
  };
  return spec;
}

}  // namespace sluice::stages
