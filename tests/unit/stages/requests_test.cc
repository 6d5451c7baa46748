#include "sluice/requests.h"

#include <gmock/gmock.h>

#include <deque>
#include <span>

#include "sluice/lookup_store.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Answers each key with the key itself, and with more or fewer replies than it should on demand.
class Echo final : public LookupStore {
 public:
  struct Handle {
    int sends = 0;
    int surplus = 0;  ///< Of replies; negative: too few.
    bool away = false;
  };
  explicit Echo(Handle& handle) : handle_(handle) {}

  Status Send(std::span<const Lookup> lookups) override {
    ++handle_.sends;
    if (handle_.away) return Error{ErrorKind::kUnavailable, "away"};
    std::vector<LookupReply>& replies = sent_.emplace_back();
    for (const Lookup& lookup : lookups) {
      replies.push_back({LookupReply::State::kFound, lookup.key, {}});
    }
    replies.resize(replies.size() + static_cast<std::size_t>(handle_.surplus));
    return Ok();
  }
  Status Receive(std::vector<LookupReply>& replies) override {
    replies = sent_.front();
    sent_.pop_front();
    return Ok();
  }
  void Cancel() override { sent_.clear(); }

 private:
  Handle& handle_;
  std::deque<std::vector<LookupReply>> sent_;
};

class RequestsTest : public ::testing::Test {
 protected:
  void Ask(std::string_view key, int purpose) {
    requests_.Add({Lookup::Kind::kText, key}, purpose);
  }
  /// "purpose:reply" of each answer, or the error.
  std::vector<std::string> Answers() {
    const auto answers = requests_.Receive();
    if (!answers) {
      EXPECT_EQ(answers.error().kind, ErrorKind::kFatal);
      return {answers.error().message};
    }
    std::vector<std::string> texts;
    for (const auto [purpose, reply] : answers.value()) {
      texts.push_back(std::to_string(purpose) + ":" +
                      (reply == nullptr ? "-" : std::string(reply->text)));
    }
    return texts;
  }

  Echo::Handle store_;
  Requests<LookupStore, int> requests_{std::make_unique<Echo>(store_), "dedup"};
};

TEST_F(RequestsTest, EachPurposeMeetsItsReply) {
  Ask("a", 1);
  requests_.AddWithout(2);
  Ask("b", 3);
  ASSERT_TRUE(requests_.Send().ok());
  EXPECT_THAT(Answers(), ElementsAre("1:a", "2:-", "3:b"));
}

TEST_F(RequestsTest, AnEmptyBatchAsksNobodyAndHasNoAnswers) {
  ASSERT_TRUE(requests_.Send().ok());
  EXPECT_THAT(Answers(), ElementsAre());
  requests_.AddWithout(1);
  ASSERT_TRUE(requests_.Send().ok());
  EXPECT_THAT(Answers(), ElementsAre("1:-"));
  EXPECT_EQ(store_.sends, 0);
}

TEST_F(RequestsTest, AnyNumberOfBatchesMayBeUnderWay) {
  int next = 0;
  int oldest = 0;
  for (int round = 1; round <= 4; ++round) {
    for (int i = 0; i < round; ++i) {
      Ask("k", next++);
      ASSERT_TRUE(requests_.Send().ok());
    }
    EXPECT_THAT(Answers(), ElementsAre(std::to_string(oldest++) + ":k"));
  }
  while (oldest < next) EXPECT_THAT(Answers(), ElementsAre(std::to_string(oldest++) + ":k"));
}

TEST_F(RequestsTest, AnotherNumberOfRepliesIsFatalAndNamesTheStore) {
  for (const int surplus : {-1, 1, 3}) {
    store_.surplus = surplus;
    Ask("a", 1);
    Ask("b", 2);
    ASSERT_TRUE(requests_.Send().ok());
    EXPECT_THAT(Answers(), ElementsAre("store dedup: " + std::to_string(2 + surplus) +
                                       " replies to 2 requests"));
  }
}

TEST_F(RequestsTest, NothingIsReceivedThatWasNotSent) {
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("store dedup: nothing was asked")));
  Ask("a", 1);
  EXPECT_THAT(Answers(), ElementsAre(HasSubstr("store dedup: nothing was asked")));
}

TEST_F(RequestsTest, ACancelForgetsWhatWasSentAndWhatWasAdded) {
  Ask("a", 1);
  ASSERT_TRUE(requests_.Send().ok());
  Ask("b", 2);
  ASSERT_TRUE(requests_.Send().ok());
  EXPECT_THAT(Answers(), ElementsAre("1:a"));
  Ask("c", 3);
  requests_.Cancel();
  Ask("d", 4);
  ASSERT_TRUE(requests_.Send().ok());
  EXPECT_THAT(Answers(), ElementsAre("4:d"));
}

TEST_F(RequestsTest, AfterASendThatFailedACancelStartsAnew) {
  store_.away = true;
  Ask("a", 1);
  const Status status = requests_.Send();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  requests_.Cancel();
  store_.away = false;
  Ask("b", 2);
  ASSERT_TRUE(requests_.Send().ok());
  EXPECT_THAT(Answers(), ElementsAre("2:b"));
}

}  // namespace
}  // namespace sluice
