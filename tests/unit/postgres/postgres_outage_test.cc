#include "postgres_fixture.h"

namespace sluice {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PostgresOutageTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (IsSkipped()) return;
    Run("CREATE TABLE t (id text PRIMARY KEY, n int8)");
    Open(Settings());
    ASSERT_EQ(MessageOf(store_->Ping()), "ok");
  }
  void Open(const PostgresSettings& settings) {
    store_ = Store(settings);
    upsert_ = store_->Prepare(
        "INSERT INTO t VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n");
  }
  void OpenWithTimeout(std::chrono::milliseconds timeout) {
    PostgresSettings settings = Settings();
    settings.timeout = timeout;
    Open(settings);
    ASSERT_EQ(MessageOf(store_->Ping()), "ok");
  }
  std::vector<RowRequest> Put(std::string_view id, std::int64_t n) {
    return {Request(upsert_, {Cell::Text(id), Cell::Int(n)})};
  }
  /// As the engine does: again and again, until it is done.
  void PutAtLast(std::string_view id, std::int64_t n) {
    Texts answers;
    for (int attempt = 0; attempt < 500 && answers != Texts{"done"}; ++attempt) {
      store_->Cancel();
      answers = Ask(*store_, Put(id, n));
      if (answers != Texts{"done"}) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(answers, Texts{"done"});
  }
  std::string Rows() { return Run("SELECT id, n FROM t ORDER BY id"); }
  void EndConnections() {
    Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
        "'sluice'");
  }

  std::unique_ptr<PostgresRowStore> store_;
  StatementId upsert_ = 0;
};

TEST_F(PostgresOutageTest, AServerThatIsKilledIsReconnectedTo) {
  ASSERT_TRUE(store_->Send(Put("a", 1)).ok());
  server_->Kill();
  std::vector<RowReply> replies;
  // The answer may have been here already.
  if (const Status status = store_->Receive(replies); !status.ok()) {
    EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  }
  store_->Cancel();
  EXPECT_EQ(store_->Ping().error().kind, ErrorKind::kUnavailable);
  store_->Cancel();
  ExpectError(store_->Send(Put("a", 1)), ErrorKind::kUnavailable, "Connection refused");
  server_->Start();
  PutAtLast("a", 2);
  EXPECT_EQ(Rows(), "a|2");
  EXPECT_GE(Reconnects(), 1);
}

TEST_F(PostgresOutageTest, AConnectionThatAnOperatorEndsIsMadeAnew) {
  EndConnections();
  const Status status = store_->Ping();
  ExpectError(status, ErrorKind::kUnavailable, "");
  EXPECT_THAT(MessageOf(status), AnyOf(HasSubstr("57P01"), HasSubstr("closed the connection")));
  EXPECT_EQ(Ask(*store_, Put("a", 1)), Texts{"done"}) << "prepared on the new connection";
  EXPECT_EQ(Reconnects(), 1);
}

TEST_F(PostgresOutageTest, NoNewConnectionIsMadeWhileAnswersAreExpected) {
  server_->Pause();
  ASSERT_TRUE(store_->Send(Put("a", 1)).ok());
  ASSERT_TRUE(store_->Send(Put("a", 2)).ok());
  server_->Kill();
  server_->Start();
  std::vector<RowReply> replies;
  EXPECT_EQ(store_->Receive(replies).error().kind, ErrorKind::kUnavailable);
  ExpectError(store_->Send(Put("a", 3)), ErrorKind::kUnavailable, "connection was lost");
  ExpectError(store_->Ping(), ErrorKind::kUnavailable, "connection was lost");
  PutAtLast("a", 4);
  EXPECT_EQ(Rows(), "a|4");
}

TEST_F(PostgresOutageTest, AServerThatStandsStillIsGivenUpAfterTheTimeOut) {
  OpenWithTimeout(std::chrono::milliseconds(300));
  server_->Pause();
  ASSERT_TRUE(store_->Send(Put("a", 1)).ok());
  std::vector<RowReply> replies;
  ExpectError(store_->Receive(replies), ErrorKind::kUnavailable, "no answer for 300 ms");
  store_->Cancel();
  const auto begin = std::chrono::steady_clock::now();
  ExpectError(store_->Send(Put("a", 2)), ErrorKind::kUnavailable, "300 ms");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  server_->Resume();
  PutAtLast("a", 3);
  EXPECT_EQ(Rows(), "a|3");
}

TEST_F(PostgresOutageTest, WhatAGivenUpConnectionHasLeftDoesNotOverwriteLaterRows) {
  ASSERT_EQ(Run("INSERT INTO t VALUES ('a', 0)"), "");
  // So that the server does not give the statement up by itself, it stands still.
  OpenWithTimeout(std::chrono::milliseconds(300));
  const std::string backend =
      Run("SELECT pid FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = "
          "current_database() ORDER BY backend_start DESC LIMIT 1");
  const auto pid = static_cast<pid_t>(std::stol(backend));
  kill(pid, SIGSTOP);
  ASSERT_TRUE(store_->Send(Put("a", 1)).ok());
  std::vector<RowReply> replies;
  ExpectError(store_->Receive(replies), ErrorKind::kUnavailable, "no answer");
  store_->Cancel();
  ExpectError(store_->Send(Put("a", 2)), ErrorKind::kUnavailable, "earlier connection");
  EXPECT_EQ(Errors("unfinished"), 1);
  kill(pid, SIGCONT);
  PutAtLast("a", 2);
  EXPECT_EQ(Run("SELECT count(*) FROM pg_stat_activity WHERE pid = " + backend), "0");
  EXPECT_EQ(Rows(), "a|2");
}

TEST_F(PostgresOutageTest, ARowThatAnotherHasLockedIsWaitedForByTheServerAtMost) {
  ASSERT_EQ(Run("INSERT INTO t VALUES ('a', 0)"), "");
  OpenWithTimeout(std::chrono::milliseconds(400));
  std::jthread holder([&] { Run("BEGIN; UPDATE t SET n = 9; SELECT pg_sleep(1); COMMIT"); });
  while (Run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") != "1") {
  }
  EXPECT_THAT(Ask(*store_, Put("a", 1)), ElementsAre(HasSubstr("57014")));
  EXPECT_EQ(Errors("cancelled"), 1);
  holder.join();
  store_->Cancel();
  EXPECT_EQ(Ask(*store_, Put("a", 1)), Texts{"done"});
  EXPECT_EQ(Reconnects(), 0) << "nothing is wrong with the connection";
}

TEST_F(PostgresOutageTest, ATableThatGoesMissingLaterIsWaitedFor) {
  Run("ALTER TABLE t RENAME TO away");
  EXPECT_THAT(Ask(*store_, Put("a", 1)), ElementsAre(HasSubstr("relation \"t\" does not exist")));
  store_->Cancel();
  ExpectError(store_->Send(Put("a", 1)), ErrorKind::kUnavailable, "\"t\" does not exist");
  Run("ALTER TABLE away RENAME TO t");
  PutAtLast("a", 1);
}

TEST_F(PostgresOutageTest, ARightThatIsRevokedLaterIsWaitedFor) {
  server_->Run("CREATE ROLE writer LOGIN PASSWORD 'w'");
  Run("GRANT SELECT, INSERT, UPDATE ON t TO writer");
  PostgresSettings settings = Settings();
  settings.user = "writer";
  settings.password = "w";
  Open(settings);
  ASSERT_EQ(Ask(*store_, Put("a", 1)), Texts{"done"});
  Run("REVOKE INSERT ON t FROM writer");
  ASSERT_TRUE(store_->Send(Put("a", 2)).ok());
  std::vector<RowReply> replies;
  ExpectError(store_->Receive(replies), ErrorKind::kUnavailable, "permission denied");
  Run("GRANT INSERT ON t TO writer");
  PutAtLast("a", 3);
}

TEST_F(PostgresOutageTest, AServerThatBecomesReadOnlyIsLeft) {
  auto store = Store();
  const StatementId demote =
      store->Prepare("SELECT set_config('default_transaction_read_only', 'on', false)");
  const StatementId insert = store->Prepare("INSERT INTO t VALUES ($1, 1)");
  ASSERT_EQ(Ask(*store, {Request(demote, {})}), Texts{"on"});
  const std::vector<RowRequest> put = {Request(insert, {Cell::Text("a")})};
  EXPECT_THAT(Ask(*store, put), ElementsAre(HasSubstr("25006")));
  EXPECT_EQ(Errors("read_only"), 1);
  store->Cancel();
  Texts answers;
  for (int i = 0; i < 500 && answers != Texts{"done"}; ++i) {
    store->Cancel();
    answers = Ask(*store, put);
  }
  EXPECT_EQ(answers, Texts{"done"}) << "a new session may lead to the primary";
}

TEST_F(PostgresOutageTest, AStatementWhosePlanIsNoLongerGoodIsPreparedAnew) {
  auto store = Store();
  const StatementId select = store->Prepare("SELECT * FROM t");
  ASSERT_EQ(Ask(*store, {Request(select, {})}), Texts{"done"});
  Run("INSERT INTO t VALUES ('a', 1); ALTER TABLE t ADD COLUMN more text DEFAULT 'x'");
  EXPECT_THAT(Ask(*store, {Request(select, {})}),
              ElementsAre(HasSubstr("cached plan must not change result type")));
  Texts answers;
  for (int i = 0; i < 500 && answers != Texts{"a|1|x"}; ++i) {
    store->Cancel();
    answers = Ask(*store, {Request(select, {})});
  }
  EXPECT_EQ(answers, Texts{"a|1|x"});
}

}  // namespace
}  // namespace sluice
