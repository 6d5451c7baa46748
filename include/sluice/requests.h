#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sluice/result.h"

namespace sluice {

/// The requests of one stage to one store (ClaimStore, LookupStore), each kept together with its
/// purpose, so that a reply can't be taken for another one's.
///
/// Start adds the requests of a batch and sends them, Finish receives the answers: pairs of purpose
/// and reply, in the order in which they were added. Any number of batches may be under way; they
/// are answered in the order of the Sends. After an error call Cancel, as Stage::Cancel does.
///
/// A Purpose is a small value, such as an Event*, that stays valid as long as the batch. Memory is
/// reused: in the steady state nothing is allocated. One stage, one thread.
template <typename Store, typename Purpose>
class Requests {
 public:
  using Request = typename Store::Request;
  using Reply = typename Store::Reply;

  struct Answer {
    const Purpose& purpose;
    const Reply* reply;  ///< nullptr if nothing was asked (AddWithout).
  };
  class Answers;

  /// `name` is the store's name in the configuration, for errors.
  Requests(std::unique_ptr<Store> store, std::string name)
      : store_(std::move(store)), name_(std::move(name)) {}

  Status Ping() { return store_->Ping(); }

  /// Adds a request to the batch that is sent next. Its views must stay until it is
  /// answered.
  void Add(const Request& request, const Purpose& purpose) {
    requests_.push_back(request);
    Open().entries.push_back({purpose, true});
  }
  /// Adds a purpose for which nothing is asked, to be met among the answers.
  void AddWithout(const Purpose& purpose) { Open().entries.push_back({purpose, false}); }

  /// Sends what was added since the last Send; `more` are the further arguments of Store::Send. The
  /// store is not called if there is nothing to ask.
  template <typename... More>
  Status Send(const More&... more) {
    Sent& batch = Open();
    batch.asked = requests_.size();
    open_ = nullptr;
    ++in_flight_;
    if (requests_.empty()) return Ok();
    Status sent = store_->Send(requests_, more...);
    requests_.clear();
    return sent;
  }

  /// Receives the answers of the oldest Send, valid until the next call. kFatal if there is none,
  /// or if the store has given more or fewer replies than it was asked for.
  Result<Answers> Receive() {
    if (in_flight_ == 0) return Error{ErrorKind::kFatal, "store " + name_ + ": nothing was asked"};
    const Sent& batch = batches_[oldest_];
    oldest_ = (oldest_ + 1) % batches_.size();
    --in_flight_;
    replies_.clear();
    if (batch.asked > 0) SLUICE_TRY(store_->Receive(replies_));
    if (replies_.size() == batch.asked) return Answers(batch.entries, replies_.data());
    return Error{ErrorKind::kFatal, "store " + name_ + ": " + std::to_string(replies_.size()) +
                                        " replies to " + std::to_string(batch.asked) + " requests"};
  }

  /// Forgets everything that was added or sent and not received.
  void Cancel() {
    requests_.clear();
    open_ = nullptr;
    in_flight_ = 0;
    store_->Cancel();
  }

 private:
  struct Entry {
    Purpose purpose;
    bool asked;
  };
  struct Sent {
    std::vector<Entry> entries;
    std::size_t asked = 0;
  };

  /// The batch that is sent next, behind those in flight.
  Sent& Open() { return open_ != nullptr ? *open_ : OpenNew(); }
  Sent& OpenNew() {
    if (in_flight_ == batches_.size()) {
      const auto oldest = batches_.begin() + static_cast<std::ptrdiff_t>(oldest_);
      std::rotate(batches_.begin(), oldest, batches_.end());
      oldest_ = 0;
      batches_.emplace_back();
    }
    open_ = &batches_[(oldest_ + in_flight_) % batches_.size()];
    open_->entries.clear();
    return *open_;
  }

  std::unique_ptr<Store> store_;
  std::string name_;
  std::vector<Request> requests_;
  std::vector<Reply> replies_;
  std::vector<Sent> batches_;  ///< A ring: those in flight from oldest_ on, then the open one.
  std::size_t oldest_ = 0;
  std::size_t in_flight_ = 0;
  Sent* open_ = nullptr;
};

/// The answers to one Send, for a range-based for.
template <typename Store, typename Purpose>
class Requests<Store, Purpose>::Answers {
 public:
  class Iterator {
   public:
    Iterator(const Entry* at, const Reply* reply) : at_(at), reply_(reply) {}
    Answer operator*() const { return {at_->purpose, at_->asked ? reply_ : nullptr}; }
    Iterator& operator++() {
      reply_ += at_->asked ? 1 : 0;
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }

   private:
    const Entry* at_;
    const Reply* reply_;
  };
  Answers(std::span<const Entry> entries, const Reply* replies)
      : entries_(entries), replies_(replies) {}
  [[nodiscard]] Iterator begin() const { return {entries_.data(), replies_}; }
  [[nodiscard]] Iterator end() const { return {entries_.data() + entries_.size(), nullptr}; }

 private:
  std::span<const Entry> entries_;
  const Reply* replies_;
};

}  // namespace sluice
