#include "http/connection_list.h"

#include <gtest/gtest.h>

#include <memory>

namespace sluice {
namespace {

using std::chrono::milliseconds;

class FakeConnection final : public HttpConnection {
 public:
  explicit FakeConnection(HttpConnectionList& list) : list_(list) {}
  void Close() override {
    closed = true;
    list_.Remove(*this);
  }
  void EndWithin(milliseconds limit) override { hurried = limit; }

  bool closed = false;
  milliseconds hurried{0};

 private:
  HttpConnectionList& list_;
};

class HttpConnectionListTest : public testing::Test {
 protected:
  std::shared_ptr<FakeConnection> Add() {
    auto connection = std::make_shared<FakeConnection>(list_);
    list_.Add(connection);
    return connection;
  }

  HttpConnectionList list_;
};

TEST_F(HttpConnectionListTest, WhoWaitsLongestIsClosedFirst) {
  const auto first = Add();
  const auto second = Add();
  const auto third = Add();
  list_.MarkWaiting(*first);
  EXPECT_TRUE(list_.CloseLongestWaiting());
  EXPECT_TRUE(second->closed);
  EXPECT_TRUE(list_.CloseLongestWaiting());
  EXPECT_TRUE(third->closed);
  EXPECT_FALSE(first->closed);
  EXPECT_EQ(list_.size(), 1);
}

TEST_F(HttpConnectionListTest, WhoIsAnsweredIsNotClosedForAnother) {
  const auto busy = Add();
  list_.MarkBusy(*busy);
  EXPECT_FALSE(list_.CloseLongestWaiting());
  EXPECT_FALSE(busy->closed);
  list_.MarkWaiting(*busy);
  EXPECT_TRUE(list_.CloseLongestWaiting());
}

TEST_F(HttpConnectionListTest, AtTheEndTheWaitingAreClosedAndTheOthersHurried) {
  const auto waiting = Add();
  const auto busy = Add();
  list_.MarkBusy(*busy);
  list_.EndWithin(milliseconds(7));
  EXPECT_TRUE(waiting->closed);
  EXPECT_FALSE(busy->closed);
  EXPECT_EQ(busy->hurried, milliseconds(7));
  EXPECT_EQ(list_.size(), 1);
}

TEST_F(HttpConnectionListTest, ARemovedConnectionIsNoLongerOwned) {
  auto connection = Add();
  const std::weak_ptr<FakeConnection> weak = connection;
  list_.Remove(*connection);
  list_.Remove(*connection);
  EXPECT_EQ(list_.size(), 0);
  connection.reset();
  EXPECT_TRUE(weak.expired());
}

}  // namespace
}  // namespace sluice
