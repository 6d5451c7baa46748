#include "rest/outage.h"

namespace sluice {
namespace {

/// Failures further apart than this, with nothing asked in between, are two outages.
constexpr std::chrono::minutes kSame{5};
/// How often a server that is given up is asked.
constexpr std::chrono::seconds kRest{30};

}  // namespace

void Outage::Note(Time since, Time now, bool connected) {
  if (!on_ || (!given_up_ && now - noted_ > kSame)) since_ = since;
  on_ = true;
  connected_ = connected;
  noted_ = now;
}

void Outage::End() {
  if (given_up_)
    log_(LogLevel::kInfo, part_, "Answers again: lookups are no longer left unanswered");
  on_ = given_up_ = false;
}

void Outage::EndIfConnectionsFailed() {
  if (!connected_) End();
}

bool Outage::IsGivenUp(Time now, const std::string& problem) {
  if (!on_ || give_up_after_.count() == 0 || now - since_ < give_up_after_) return false;
  next_try_ = now + kRest;
  if (!given_up_) {
    log_(LogLevel::kError, part_,
         "Given up after `give_up_after`, lookups go unanswered until it answers: " + problem);
  }
  given_up_ = true;
  return true;
}

}  // namespace sluice
