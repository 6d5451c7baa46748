#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <random>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "rest/bearer_token.h"
#include "rest/lookup_round.h"
#include "rest/outage.h"
#include "rest/rest_metrics.h"
#include "rest/rest_settings.h"
#include "rest/transfers.h"
#include "sluice/log.h"
#include "sluice/lookup_store.h"
#include "sluice/metrics.h"

namespace sluice {

/// Reference data behind an API: GET of a URL per key, many side by side. The answer is the body,
/// which must be JSON (as lenient_json.h has it), whatever the status.
///
/// What is asked again, later and later, and answered kUnanswered after `attempts`: 5xx, 429, a
/// body that is not JSON, an answer that is cut off, no answer in time. A server that can't be had
/// at all is kUnavailable, until that has lasted `give_up_after`; the requests of the keys then
/// count for nothing. Where a key gets no answer at all, the one that was answered last is asked
/// again: whether it is gives away which of the two is to blame.
///
/// A Receive takes half a minute or so at most (or `timeout`, where that is more), and is then
/// kUnavailable as well. What was answered by then is remembered for some minutes: the next Send of
/// the same keys goes on from there.
///
/// Threading: one worker, one instance. `metrics` must outlive it. `stop` ends a Receive soon.
class RestLookupStore final : public LookupStore {
 public:
  /// `store` is the store's name in the configuration: a metric label.
  RestLookupStore(RestSettings settings, MetricsRegistry& metrics, const std::string& store,
                  Log log, std::stop_token stop = {});

  /// Makes a connection, unless one was had lately.
  Status Ping() override;
  Status Send(std::span<const Lookup> lookups) override;
  Status Receive(std::vector<LookupReply>& replies) override;
  void Cancel() override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Question = LookupRound::Question;
  /// What is known of a key whose Send was cancelled.
  struct Known {
    int attempts = 0;
    std::optional<std::string> body;
    Time at;
  };

  void Recall(LookupRound& round);
  void Remember(LookupRound& round, Time now);
  [[nodiscard]] LookupRound& RoundOf(const Question& question);

  void StartDue(Time now);
  [[nodiscard]] std::chrono::milliseconds WaitFrom(Time now, Time until) const;
  void TakeEnded(std::chrono::milliseconds wait);
  void Take(const Transfers::Ended& ended);
  void TakeFailure(const Transfers::Ended& ended, Question* question);
  void TakeAnswer(const Transfers::Ended& ended, Question& question);
  HttpFault Judge(const Transfers::Ended& ended);
  void Hear(Time now);
  void AskAgain(Question& question, HttpFault fault, const std::string& problem, Time now);
  void LeaveUnanswered(Question& question, const std::string& problem);
  void LeaveAllUnanswered();

  /// Finds out, once nothing is running, whether the server is there; true if it is not.
  bool IsAway();
  void ForgetFailures();
  [[nodiscard]] Error Unavailable(const std::string& problem) const;

  RestSettings settings_;
  RestMetrics metrics_;
  BearerToken token_;
  Transfers transfers_;
  Outage outage_;
  Log log_;
  std::string part_;
  std::stop_token stop_;

  std::list<LookupRound> pending_;  ///< Sent and not received, oldest first.
  std::list<LookupRound> spare_;    ///< The first holds the bytes of the replies given last.
  std::vector<Question*> waiting_;  ///< To be asked, the first ones first.
  std::vector<Transfers::Ended> ended_;
  std::unordered_map<std::string, Known> known_;

  Time heard_at_;        ///< The last time that anything was answered.
  Time connected_at_;    ///< The last time that a Ping got through.
  Time paused_until_;    ///< By Retry-After.
  Time logged_at_;       ///< When the last unanswered lookup was logged.
  std::string witness_;  ///< The key that was answered last.
  bool witness_asked_ = false;
  // Since anything was answered:
  std::string unreachable_;  ///< Why no connection was made.
  std::string silent_;       ///< How a request went unanswered.
  const Question* silent_key_ = nullptr;
  bool silent_keys_ = false;  ///< More than that one.

  std::minstd_rand random_{std::random_device{}()};
  Arena scratch_;
};

}  // namespace sluice
