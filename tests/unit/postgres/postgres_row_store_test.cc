#include "postgres_fixture.h"

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PostgresRowStoreTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (IsSkipped()) return;
    Run("CREATE TABLE t (id text PRIMARY KEY, n int8 CHECK (n >= 0))");
    store_ = Store();
    upsert_ = store_->Prepare(
        "INSERT INTO t VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n");
    select_ = store_->Prepare("SELECT id, n FROM t WHERE id = $1");
  }
  RowRequest Put(std::string_view id, std::int64_t n) {
    return Request(upsert_, {Cell::Text(id), Cell::Int(n)});
  }
  RowRequest Get(std::string_view id) { return Request(select_, {Cell::Text(id)}); }
  std::string Rows() { return Run("SELECT id, n FROM t ORDER BY id"); }

  std::unique_ptr<PostgresRowStore> store_;
  StatementId upsert_ = 0;
  StatementId select_ = 0;
};

TEST_F(PostgresRowStoreTest, RowsAreWrittenAndRead) {
  EXPECT_EQ(Ask(*store_, {Put("a", 1), Put("b", 2)}), (Texts{"done", "done"}));
  EXPECT_EQ(Ask(*store_, {Get("a"), Get("x"), Get("b")}), (Texts{"a|1", "done", "b|2"}));
  EXPECT_TRUE(store_->Ping().ok());
  EXPECT_EQ(metrics_.Get("sluice_postgres_round_trip_seconds{store=devices,}"), 2);
}

TEST_F(PostgresRowStoreTest, AServerSeesWhoIsConnected) {
  ASSERT_TRUE(store_->Ping().ok());
  EXPECT_EQ(Run("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sluice' AND "
                "datname = current_database()"),
            "1");
}

TEST_F(PostgresRowStoreTest, RequestsOfASendAreAppliedInTheirOrder) {
  EXPECT_EQ(Ask(*store_, {Put("a", 1), Put("a", 2), Get("a"), Put("a", 3)}),
            (Texts{"done", "done", "a|2", "done"}));
  EXPECT_EQ(Rows(), "a|3");
}

TEST_F(PostgresRowStoreTest, ARefusedRequestLeavesItsNeighboursAsTheyAre) {
  const Texts answers = Ask(*store_, {Put("a", 1), Put("b", -1), Put("c", 3)});
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_EQ(answers[0], "done");
  EXPECT_THAT(answers[1], StartsWith("refused 23514 constraint t_n_check: "));
  EXPECT_EQ(answers[2], "done");
  EXPECT_EQ(Rows(), "a|1\nc|3");
  EXPECT_EQ(Errors("data"), 1);
  EXPECT_EQ(Ask(*store_, {Put("d", 4)}), Texts{"done"}) << "the connection is as good as before";
  EXPECT_EQ(Reconnects(), 0);
}

TEST_F(PostgresRowStoreTest, ACellThatDoesNotFitLeavesItsNeighboursAsTheyAre) {
  const RowRequest wrong = Request(upsert_, {Cell::Text("b"), Cell::Double(1.5)});
  const Texts answers = Ask(*store_, {Put("a", 1), wrong, Put("c", 3)});
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_THAT(answers[1], StartsWith("refused 42804 parameter $2: "));
  EXPECT_EQ(Rows(), "a|1\nc|3");
}

TEST_F(PostgresRowStoreTest, TheStatementsOfARequestAreAppliedTogetherOrNotAtAll) {
  const auto both = [&](std::int64_t first, std::int64_t second) {
    return Requests({{upsert_, {Cell::Text("a"), Cell::Int(first)}},
                     {upsert_, {Cell::Text("b"), Cell::Int(second)}}});
  };
  EXPECT_EQ(Ask(*store_, {both(1, 2)}), Texts{"done"});
  EXPECT_THAT(Ask(*store_, {both(3, -1)}), ElementsAre(StartsWith("refused 23514")));
  EXPECT_THAT(Ask(*store_, {both(-1, 4)}), ElementsAre(StartsWith("refused 23514")));
  EXPECT_EQ(Rows(), "a|1\nb|2");
}

TEST_F(PostgresRowStoreTest, WhatIsRefusedAtTheCommitIsNamed) {
  Run("CREATE TABLE child (id text REFERENCES t DEFERRABLE INITIALLY DEFERRED)");
  auto store = Store();
  const StatementId insert = store->Prepare("INSERT INTO child VALUES ($1)");
  EXPECT_THAT(Ask(*store, {Request(insert, {Cell::Text("nobody")})}),
              ElementsAre(StartsWith("refused 23503 constraint child_id_fkey: ")));
  EXPECT_EQ(Run("SELECT count(*) FROM child"), "0");
  EXPECT_TRUE(store->Ping().ok());
}

TEST_F(PostgresRowStoreTest, AThousandRequestsAreOneRoundTrip) {
  std::vector<RowRequest> requests;
  const std::string id(200, 'x');
  std::vector<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(id + std::to_string(i));
  for (int i = 0; i < 1000; ++i) {
    requests.push_back(Put(ids[static_cast<std::size_t>(i)], i == 500 ? -1 : i));
  }
  const Texts answers = Ask(*store_, requests);
  ASSERT_THAT(answers, SizeIs(1000));
  EXPECT_EQ(std::ranges::count(answers, "done"), 999);
  EXPECT_THAT(answers[500], StartsWith("refused"));
  EXPECT_EQ(Run("SELECT count(*), sum(n) FROM t"), "999|499000");
}

TEST_F(PostgresRowStoreTest, MoreThanTheSocketHoldsIsSentAndRead) {
  const std::string large(100'000, 'x');
  std::vector<RowRequest> requests(400, Get(large));
  requests[7] = Put(large, 7);
  const Texts answers = Ask(*store_, requests);
  ASSERT_THAT(answers, SizeIs(400));
  EXPECT_EQ(answers[6], "done");
  EXPECT_EQ(answers[399], large + "|7");
}

TEST_F(PostgresRowStoreTest, SendsAreAnsweredInTheirOrder) {
  ASSERT_TRUE(store_->Send(std::vector<RowRequest>{Put("a", 1)}).ok());
  ASSERT_TRUE(store_->Send(std::vector<RowRequest>{}).ok());
  ASSERT_TRUE(store_->Send(std::vector<RowRequest>{Get("a"), Get("b")}).ok());
  ASSERT_TRUE(store_->Ping().ok());
  EXPECT_EQ(Answers(*store_), Texts{"done"});
  EXPECT_EQ(Answers(*store_), Texts{});
  EXPECT_EQ(Answers(*store_), (Texts{"a|1", "done"}));
  std::vector<RowReply> replies;
  EXPECT_EQ(store_->Receive(replies).error().kind, ErrorKind::kFatal);
}

TEST_F(PostgresRowStoreTest, AnswersThatAreCancelledAreNotTakenForLaterOnes) {
  ASSERT_TRUE(store_->Send(std::vector<RowRequest>{Put("a", 1)}).ok());
  store_->Cancel();
  Texts answers = Ask(*store_, {Get("b")});
  // The connection that was given up may still have been at work at the first attempt.
  for (int i = 0; i < 200 && answers.at(0).find("earlier connection") != std::string::npos; ++i) {
    store_->Cancel();
    answers = Ask(*store_, {Get("b")});
  }
  EXPECT_EQ(answers, Texts{"done"});
  store_->Cancel();
  EXPECT_EQ(Ask(*store_, {Get("b")}), Texts{"done"}) << "nothing was under way";
}

TEST_F(PostgresRowStoreTest, ARequestWithAnotherNumberOfValuesIsFatal) {
  ASSERT_TRUE(store_->Ping().ok());
  const std::vector<RowRequest> wrong = {Request(upsert_, {Cell::Text("a")})};
  ExpectError(store_->Send(wrong), ErrorKind::kFatal, "number of values");
  const std::vector<RowRequest> unknown = {Request(9, {})};
  ExpectError(store_->Send(unknown), ErrorKind::kFatal, "number of values");
}

}  // namespace
}  // namespace sluice
