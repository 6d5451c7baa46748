#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "sluice/log.h"

namespace sluice {

/// How long a server has not answered anything, and when to do without it. Says in the log once per
/// outage that lookups go unanswered, and when they no longer do.
class Outage {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `give_up_after` 0: never.
  Outage(std::chrono::milliseconds give_up_after, Log log, std::string part)
      : give_up_after_(give_up_after), log_(std::move(log)), part_(std::move(part)) {}

  /// The server can't be had since `since`, as far as this attempt tells, which was `connected`.
  void Note(Time since, Time now, bool connected);
  /// It answers.
  void End();
  /// It takes connections: that ends an outage in which it did not.
  void EndIfConnectionsFailed();
  [[nodiscard]] bool is_on() const { return on_; }
  /// True if it has lasted so long that what is asked is to go unanswered. `problem` is for the
  /// log.
  bool IsGivenUp(Time now, const std::string& problem);
  /// True if it is given up and not to be asked again yet, since to find that out takes time.
  [[nodiscard]] bool IsResting(Time now) const { return given_up_ && now < next_try_; }

 private:
  std::chrono::milliseconds give_up_after_;
  Log log_;
  std::string part_;
  bool on_ = false;
  bool connected_ = false;
  bool given_up_ = false;
  Time since_;
  Time noted_;
  Time next_try_;
};

}  // namespace sluice
