#include "rest/rest_lookup_store.h"

#include <algorithm>
#include <utility>

#include "codec/json_reader.h"
#include "codec/lenient_json.h"

namespace sluice {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

/// How soon a stop is noticed.
constexpr milliseconds kLongestWait{100};
/// Beyond it the worker looks after its place in the consumer group before it goes on.
constexpr seconds kLongestReceive{30};
/// What is under way may still end after the process was asked to.
constexpr seconds kStopGrace{2};
constexpr milliseconds kFirstDelay{100};
constexpr milliseconds kLongestDelay{5000};
constexpr seconds kLongestRetryAfter{10};
constexpr std::chrono::minutes kRemembered{5};
constexpr seconds kPingInterval{30};
constexpr std::chrono::minutes kLogInterval{1};

bool IsJson(std::string_view body, Arena& scratch) {
  scratch.Reset();
  Document document;
  const Reason reason = JsonReader().Read(body, scratch, document, JsonReader::Form::kBatch);
  if (reason == nullptr || std::string_view(reason) == unreadable::kNotAnObject) return true;
  return StrictJsonOf(body).has_value();
}

}  // namespace

RestLookupStore::RestLookupStore(RestSettings settings, MetricsRegistry& metrics,
                                 const std::string& store, Log log, std::stop_token stop)
    : settings_(std::move(settings)),
      metrics_(metrics, store),
      token_(settings_.token, settings_.token_file),
      transfers_(settings_),
      outage_(settings_.give_up_after, log, "store " + store),
      log_(std::move(log)),
      part_("store " + store),
      stop_(std::move(stop)),
      connected_at_(Clock::now() - kPingInterval) {}

Error RestLookupStore::Unavailable(const std::string& problem) const {
  return {ErrorKind::kUnavailable, "http " + settings_.url.server() + ": " + problem};
}

Status RestLookupStore::Ping() {
  if (Status token = token_.Refresh(); !token.ok()) return Unavailable(token.error().message);
  const Time begin = Clock::now();
  const bool lately = begin - std::max(heard_at_, connected_at_) < kPingInterval;
  if (!pending_.empty() || (lately && !outage_.is_on())) return Ok();
  transfers_.Start({settings_.url.For("ping"), {}, nullptr, /*connect_only=*/true});
  while (transfers_.running() > 0) {
    if (stop_.stop_requested()) {
      transfers_.Hurry();
      transfers_.Stop();
      return Unavailable("given up, since the process is to stop");
    }
    TakeEnded(kLongestWait);
  }
  const std::string problem = unreachable_;
  ForgetFailures();
  if (problem.empty() || outage_.IsGivenUp(Clock::now(), problem)) return Ok();
  return Unavailable(problem);
}

Status RestLookupStore::Send(std::span<const Lookup> lookups) {
  if (Status token = token_.Refresh(); !token.ok()) return Unavailable(token.error().message);
  if (spare_.empty()) spare_.emplace_back();
  LookupRound& round = spare_.front();
  round.Reset(lookups);
  pending_.splice(pending_.end(), spare_, spare_.begin());
  Recall(round);
  for (Question& question : round.questions()) {
    if (!question.settled) waiting_.push_back(&question);
  }
  StartDue(Clock::now());
  TakeEnded(milliseconds(0));
  return Ok();
}

Status RestLookupStore::Receive(std::vector<LookupReply>& replies) {
  if (pending_.empty()) return Error{ErrorKind::kFatal, "http: Receive without a Send"};
  LookupRound& round = pending_.front();
  const Time begin = Clock::now();
  Time until = begin + std::max<milliseconds>(kLongestReceive, settings_.timeout + seconds(5));
  bool stopping = false;
  while (!round.settled()) {
    const Time now = Clock::now();
    if (stop_.stop_requested() && !std::exchange(stopping, true)) {
      transfers_.Hurry();
      until = std::min<Time>(until, now + kStopGrace);
    }
    if (now >= until) {
      std::string problem = std::to_string(round.open());
      problem += " lookups are not answered yet";
      return Unavailable(stopping ? problem + ", and the process is to stop" : problem);
    }
    if (outage_.IsResting(now)) LeaveAllUnanswered();
    if (transfers_.running() == 0 && IsAway()) {
      const std::string problem = unreachable_.empty() ? silent_ : unreachable_;
      if (!outage_.IsGivenUp(now, problem)) return Unavailable(problem);
      LeaveAllUnanswered();
    }
    if (round.settled()) break;
    StartDue(now);
    TakeEnded(WaitFrom(now, until));
  }
  round.TakeReplies(replies);
  for (const Question& question : round.questions()) known_.erase(std::string(question.key));
  spare_.splice(spare_.begin(), pending_, pending_.begin());
  return Ok();
}

void RestLookupStore::Cancel() {
  transfers_.Stop();
  waiting_.clear();
  const Time now = Clock::now();
  std::erase_if(known_, [&](const auto& known) { return now - known.second.at > kRemembered; });
  for (LookupRound& round : pending_) Remember(round, now);
  spare_.splice(spare_.end(), pending_);
  ForgetFailures();
}

void RestLookupStore::Recall(LookupRound& round) {
  const Time now = Clock::now();
  for (Question& question : round.questions()) {
    const auto at = known_.find(std::string(question.key));
    if (question.settled || at == known_.end() || now - at->second.at > kRemembered) continue;
    const Known& known = at->second;
    question.attempts = known.attempts;
    if (known.body) round.Answer(question, *known.body);
  }
}

void RestLookupStore::Remember(LookupRound& round, Time now) {
  for (const Question& question : round.questions()) {
    const bool found = question.settled && question.reply.state == LookupReply::State::kFound;
    if (!found && question.attempts == 0) continue;
    Known& known = known_[std::string(question.key)];
    if (known.body) continue;  // It was recalled, and keeps its age.
    known.attempts = question.attempts;
    if (found) known.body = question.reply.text;
    known.at = now;
  }
}

LookupRound& RestLookupStore::RoundOf(const Question& question) {
  const auto holds = [&](LookupRound& round) {
    const auto& questions = round.questions();
    return &question >= questions.data() && &question < questions.data() + questions.size();
  };
  return *std::ranges::find_if(pending_, holds);
}

void RestLookupStore::StartDue(Time now) {
  // Whether the server is there is found out first.
  if (!unreachable_.empty() || !silent_.empty() || now < paused_until_) return;
  std::erase_if(waiting_, [&](Question* question) {
    if (question->settled) return true;
    if (question->due > now || transfers_.full()) return false;
    if (question->attempts >= settings_.attempts) {
      LeaveUnanswered(*question, "no answer at all");
      return true;
    }
    if (question->attempts > 0) metrics_.CountRetry();
    transfers_.Start({settings_.url.For(question->key), token_.header(), question, false});
    return true;
  });
}

milliseconds RestLookupStore::WaitFrom(Time now, Time until) const {
  Time next = std::min<Time>(until, now + kLongestWait);
  if (!transfers_.full()) {
    for (const Question* question : waiting_) {
      next = std::min(next, std::max(question->due, paused_until_));
    }
  }
  return std::max(std::chrono::ceil<milliseconds>(next - now), milliseconds(0));
}

void RestLookupStore::TakeEnded(milliseconds wait) {
  transfers_.Wait(wait, ended_);
  for (const Transfers::Ended& ended : ended_) Take(ended);
  ended_.clear();
}

void RestLookupStore::Take(const Transfers::Ended& ended) {
  metrics_.CountConnections(ended.connections_made);
  auto* question = static_cast<Question*>(ended.tag);
  if (ended.connect_only && ended.fault == HttpFault::kNone) {
    connected_at_ = ended.ended;
    outage_.EndIfConnectionsFailed();
    return;
  }
  if (ended.status == 0) return TakeFailure(ended, question);
  metrics_.ObserveRoundTrip(ended.ended - ended.started);
  Hear(ended.ended);
  if (question != nullptr) TakeAnswer(ended, *question);
}

void RestLookupStore::TakeFailure(const Transfers::Ended& ended, Question* question) {
  metrics_.CountError(ended.fault);
  // The fault of the key: a URL beyond what libcurl takes, say.
  if (ended.fault == HttpFault::kOther || ended.fault == HttpFault::kTooLarge) {
    if (question != nullptr) LeaveUnanswered(*question, ended.problem);
    return;
  }
  // Others that were asked at the same time may have been answered.
  const bool heard_since = heard_at_ > ended.started;
  if (!heard_since) outage_.Note(ended.started, ended.ended, ended.sent);
  if (!ended.sent) {
    if (!heard_since) unreachable_ = ended.problem;
    if (question == nullptr) return;
    question->due = ended.ended + kFirstDelay;
    waiting_.push_back(question);
    return;
  }
  if (!heard_since) silent_ = ended.problem;
  if (question == nullptr) return;
  if (silent_key_ == nullptr) silent_key_ = question;
  if (silent_key_ != question) silent_keys_ = true;
  AskAgain(*question, HttpFault::kNone, ended.problem, ended.ended);
}

HttpFault RestLookupStore::Judge(const Transfers::Ended& ended) {
  if (ended.fault != HttpFault::kNone) return ended.fault;
  const HttpFault fault = FaultOfStatus(ended.status);
  if (fault == HttpFault::kServer || fault == HttpFault::kThrottled) return fault;
  return IsJson(ended.body, scratch_) ? fault : HttpFault::kNotJson;
}

void RestLookupStore::TakeAnswer(const Transfers::Ended& ended, Question& question) {
  const HttpFault fault = Judge(ended);
  metrics_.CountError(fault);
  if (fault == HttpFault::kTooLarge) return LeaveUnanswered(question, ended.problem);
  if (ended.retry_after > seconds(0) &&
      (fault == HttpFault::kServer || fault == HttpFault::kThrottled)) {
    paused_until_ = ended.ended + std::min<seconds>(ended.retry_after, kLongestRetryAfter);
  }
  const bool answer = fault == HttpFault::kNone || fault == HttpFault::kAccess;
  if (ended.status == 401 && (ended.authorization != token_.header() || token_.Renew())) {
    return AskAgain(question, fault, "the token is refused", ended.ended);
  }
  if (!answer) {
    std::string problem = ended.problem;
    if (problem.empty()) problem = "the answer has the status " + std::to_string(ended.status);
    if (fault == HttpFault::kNotJson) problem += " and a body that is not JSON";
    return AskAgain(question, fault, problem, ended.ended);
  }
  witness_ = question.key;
  RoundOf(question).Answer(question, ended.body);
}

void RestLookupStore::Hear(Time now) {
  heard_at_ = now;
  outage_.End();
  ForgetFailures();
}

void RestLookupStore::ForgetFailures() {
  unreachable_.clear();
  silent_.clear();
  silent_key_ = nullptr;
  silent_keys_ = false;
  witness_asked_ = false;
}

void RestLookupStore::AskAgain(Question& question, HttpFault fault, const std::string& problem,
                               Time now) {
  ++question.attempts;
  // While it is not known who is to blame, it is not left unanswered.
  if (question.attempts >= settings_.attempts && silent_.empty()) {
    return LeaveUnanswered(question, problem);
  }
  const int doublings = std::min(question.attempts - 1, 16);
  const milliseconds delay = std::min(kFirstDelay * (1 << doublings), kLongestDelay);
  question.due = now + std::uniform_int_distribution<milliseconds::rep>(delay.count() / 2,
                                                                        delay.count())(random_) *
                           milliseconds(1);
  if (fault == HttpFault::kAccess) question.due = now;
  waiting_.push_back(&question);
}

void RestLookupStore::LeaveUnanswered(Question& question, const std::string& problem) {
  RoundOf(question).LeaveUnanswered(question);
  const Time now = Clock::now();
  if (logged_at_ != Time() && now - logged_at_ < kLogInterval) return;
  logged_at_ = now;
  std::string text = "A lookup goes unanswered after ";
  text += std::to_string(question.attempts);
  text += " attempts: " + problem + " (further ones of the next minute are not logged)";
  log_(LogLevel::kWarning, part_, text);
}

void RestLookupStore::LeaveAllUnanswered() {
  transfers_.Stop();
  waiting_.clear();
  for (LookupRound& round : pending_) {
    for (Question& question : round.questions()) round.LeaveUnanswered(question);
  }
  ForgetFailures();
}

bool RestLookupStore::IsAway() {
  if (unreachable_.empty() && silent_.empty()) return false;
  if (unreachable_.empty() && !witness_.empty() && !witness_asked_) {
    witness_asked_ = true;
    transfers_.Start({settings_.url.For(witness_), token_.header(), nullptr, false});
    return false;
  }
  if (unreachable_.empty() && !witness_asked_ && !silent_keys_) {
    // One key alone, and nothing to compare it with: it is to blame for itself.
    silent_.clear();
    return false;
  }
  for (LookupRound& round : pending_) {
    for (Question& question : round.questions()) question.attempts = 0;
  }
  return true;
}

}  // namespace sluice
