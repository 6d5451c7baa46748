#include "cassandra/cassandra_row_store.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cassandra/cql_bytes.h"
#include "fake_node.h"
#include "support/fakes.h"

namespace sluice::cassandra {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

class CassandraRowStoreTest : public ::testing::Test {
 protected:
  CassandraRowStore& Connect(const std::vector<ContactPoint>& nodes, std::size_t first = 0) {
    CassandraSettings settings;
    settings.contact_points = nodes;
    settings.timeout = timeout_;
    settings.max_frame = max_frame_;
    settings.user = user_;
    settings.password = "secret";
    store_ = std::make_unique<CassandraRowStore>(settings, metrics_, "rows", first);
    statement_ = store_->Prepare("SELECT c FROM ks.t WHERE c = ?");
    return *store_;
  }
  CassandraRowStore& Connect(const FakeNode& node) { return Connect({node.point()}); }

  /// Sends as many requests of one statement each.
  Status Send(int count, const char* value = "v") {
    values_ = {Cell::Text(value)};
    bound_ = {{statement_, values_}};
    requests_.assign(static_cast<std::size_t>(count), {bound_});
    return store_->Send(requests_);
  }
  Status SendAndReceive(int count = 1) {
    SLUICE_TRY(Send(count));
    return store_->Receive(replies_);
  }
  double Errors(const std::string& kind) {
    return metrics_.Get("sluice_cassandra_errors_total{store=rows,kind=" + kind + ",}");
  }

  milliseconds timeout_{5000};
  std::size_t max_frame_ = std::size_t{1} << 20;
  std::string user_;
  fakes::FakeMetrics metrics_;
  std::unique_ptr<CassandraRowStore> store_;
  StatementId statement_ = 0;
  std::vector<Cell> values_;
  std::vector<BoundStatement> bound_;
  std::vector<RowRequest> requests_;
  std::vector<RowReply> replies_;
};

TEST_F(CassandraRowStoreTest, RowsAreRead) {
  FakeNode node([](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kExecute) return std::nullopt;
    return frames::Rows(request.stream, CqlType::Id::kVarchar, {"a", "b"});
  });
  Connect(node);
  ASSERT_TRUE(store_->Ping().ok());
  ASSERT_TRUE(SendAndReceive().ok());
  ASSERT_EQ(replies_.size(), 1U);
  ASSERT_EQ(replies_[0].rows.size(), 2U);
  EXPECT_EQ(replies_[0].rows[1][0].text, "b");
  EXPECT_EQ(node.Count(Opcode::kPrepare), 1U);
  EXPECT_EQ(metrics_.Get("sluice_cassandra_round_trip_seconds{store=rows,}"), 1);
  ASSERT_TRUE(SendAndReceive(0).ok());
  EXPECT_TRUE(replies_.empty());
}

TEST_F(CassandraRowStoreTest, AnswersOutOfOrderFindTheirRequests) {
  std::string held;
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kExecute) return std::nullopt;
    // The value that was bound comes back as a row; every second answer first.
    const std::string value = request.body.substr(request.body.size() - 9, 1);
    const std::string answer = frames::Rows(request.stream, CqlType::Id::kVarchar, {value});
    if (held.empty()) {
      held = answer;
      return "";
    }
    return answer + std::exchange(held, "");
  });
  Connect(node);
  const std::vector<Cell> a = {Cell::Text("a")};
  const std::vector<Cell> b = {Cell::Text("b")};
  const std::vector<BoundStatement> first = {{statement_, a}};
  const std::vector<BoundStatement> second = {{statement_, b}};
  const std::vector<RowRequest> requests = {{first}, {second}, {second}, {first}};
  ASSERT_TRUE(store_->Send(requests).ok());
  ASSERT_TRUE(store_->Receive(replies_).ok());
  std::string values;
  for (const RowReply& reply : replies_) values += reply.rows[0][0].text;
  EXPECT_EQ(values, "abba");
}

TEST_F(CassandraRowStoreTest, NoMoreThanTheStreamsAreUnderWay) {
  std::atomic<int> most{0};
  std::vector<std::string> held;
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kExecute) return std::nullopt;
    EXPECT_LT(request.stream, 128);
    held.push_back(frames::Void(request.stream));
    most = std::max(most.load(), static_cast<int>(held.size()));
    if (held.size() < 128) return "";
    std::string all;
    for (const std::string& one : std::exchange(held, {})) all += one;
    return all;
  });
  Connect(node);
  ASSERT_TRUE(SendAndReceive(1280).ok());
  EXPECT_EQ(replies_.size(), 1280U);
  EXPECT_EQ(most, 128);
}

TEST_F(CassandraRowStoreTest, SeveralSendsAreAnsweredInTheirOrder) {
  FakeNode node;
  Connect(node);
  ASSERT_TRUE(Send(3).ok());
  ASSERT_TRUE(Send(200).ok());
  ASSERT_TRUE(Send(0).ok());
  ASSERT_TRUE(store_->Receive(replies_).ok());
  EXPECT_EQ(replies_.size(), 3U);
  ASSERT_TRUE(store_->Receive(replies_).ok());
  EXPECT_EQ(replies_.size(), 200U);
  ASSERT_TRUE(store_->Receive(replies_).ok());
  EXPECT_TRUE(replies_.empty());
  EXPECT_EQ(store_->Receive(replies_).error().kind, ErrorKind::kFatal);
}

TEST_F(CassandraRowStoreTest, TimestampsGrow) {
  std::vector<std::int64_t> stamps;
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode == Opcode::kExecute) {
      CqlReader reader(std::string_view(request.body).substr(request.body.size() - 8));
      stamps.push_back(reader.Long());
    }
    return std::nullopt;
  });
  Connect(node);
  ASSERT_TRUE(SendAndReceive(100).ok());
  ASSERT_EQ(stamps.size(), 100U);
  for (std::size_t i = 1; i < stamps.size(); ++i) EXPECT_GT(stamps[i], stamps[i - 1]);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  EXPECT_NEAR(static_cast<double>(stamps[0]), static_cast<double>(micros), 60e6);
}

TEST_F(CassandraRowStoreTest, WhatTheServerRefusesForTheDataIsAReply) {
  int number = 0;
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kExecute || ++number == 2) return std::nullopt;
    return frames::ErrorOf(request.stream, ErrorCode::kInvalid, "Batch too large");
  });
  Connect(node);
  ASSERT_TRUE(SendAndReceive(2).ok());
  EXPECT_EQ(replies_[0].state, RowReply::State::kRefused);
  EXPECT_EQ(replies_[0].detail, "2200 Batch too large");
  EXPECT_EQ(replies_[1].state, RowReply::State::kDone);
  EXPECT_EQ(Errors("data"), 1);
  EXPECT_EQ(node.connections(), 1);
}

TEST_F(CassandraRowStoreTest, AValueThatDoesNotFitIsRefusedUnsent) {
  FakeNode node;
  Connect(node);
  values_ = {Cell::Int(5)};
  bound_ = {{statement_, values_}};
  requests_ = {{bound_}};
  ASSERT_TRUE(store_->Send(requests_).ok());
  ASSERT_TRUE(store_->Receive(replies_).ok());
  EXPECT_EQ(replies_[0].state, RowReply::State::kRefused);
  EXPECT_EQ(replies_[0].detail, "column c: an integer where text is expected");
  EXPECT_EQ(node.Count(Opcode::kExecute), 0U);
}

TEST_F(CassandraRowStoreTest, AForgottenStatementIsPreparedAgain) {
  int executes = 0;
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    // Requests under way at once all find it forgotten.
    if (request.opcode != Opcode::kExecute || ++executes > 3) return std::nullopt;
    return frames::ErrorOf(request.stream, ErrorCode::kUnprepared, "who?",
                           std::string_view("\0\3id1", 5));
  });
  Connect(node);
  ASSERT_TRUE(SendAndReceive(5).ok());
  EXPECT_EQ(replies_.size(), 5U);
  EXPECT_EQ(node.Count(Opcode::kPrepare), 2U);
  EXPECT_EQ(node.Count(Opcode::kExecute), 8U);
  EXPECT_EQ(Errors("unprepared"), 3);
}

TEST_F(CassandraRowStoreTest, AStatementThatIsForgottenEachTimeIsGivenUp) {
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kExecute) return std::nullopt;
    return frames::ErrorOf(request.stream, ErrorCode::kUnprepared, "who?",
                           std::string_view("\0\3id1", 5));
  });
  Connect(node);
  const Status status = SendAndReceive();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(node.Count(Opcode::kExecute), 9U);
}

TEST_F(CassandraRowStoreTest, ATableThatChangedIsBoundAnew) {
  int prepares = 0;
  int executes = 0;
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode == Opcode::kPrepare && ++prepares > 1) {
      return frames::Prepared(request.stream, "id1", CqlType::Id::kBlob);
    }
    if (request.opcode != Opcode::kExecute || ++executes > 1) return std::nullopt;
    return frames::ErrorOf(request.stream, ErrorCode::kUnprepared, "who?",
                           std::string_view("\0\3id1", 5));
  });
  Connect(node);
  const Status status = SendAndReceive();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(node.Count(Opcode::kExecute), 1U);
  store_->Cancel();
  EXPECT_TRUE(SendAndReceive().ok());
}

TEST_F(CassandraRowStoreTest, ANodeThatCantServeIsLeftForTheNext) {
  for (const ErrorCode code :
       {ErrorCode::kUnavailable, ErrorCode::kOverloaded, ErrorCode::kBootstrapping,
        ErrorCode::kReadTimeout, ErrorCode::kWriteTimeout, ErrorCode::kTruncate, ErrorCode::kServer,
        ErrorCode::kWriteFailure, ErrorCode::kUnauthorized}) {
    FakeNode bad([&](const NodeRequest& request) -> std::optional<std::string> {
      if (request.opcode != Opcode::kExecute) return std::nullopt;
      return frames::ErrorOf(request.stream, code, "no");
    });
    FakeNode good;
    Connect({bad.point(), good.point()});
    const Status status = SendAndReceive();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
    store_->Cancel();
    ASSERT_TRUE(SendAndReceive().ok());
    EXPECT_EQ(good.Count(Opcode::kExecute), 1U);
  }
  EXPECT_EQ(metrics_.Get("sluice_cassandra_reconnects_total{store=rows,}"), 9);
  EXPECT_EQ(Errors("write_timeout"), 1);
}

TEST_F(CassandraRowStoreTest, ANodeThatDoesNotAnswerIsLeftForTheNext) {
  timeout_ = milliseconds(300);
  FakeNode silent([](const NodeRequest& request) -> std::optional<std::string> {
    return request.opcode == Opcode::kExecute ? std::optional<std::string>("") : std::nullopt;
  });
  FakeNode good;
  Connect({silent.point(), good.point()});
  const auto begin = Steady::now();
  const Status status = SendAndReceive();
  ASSERT_FALSE(status.ok());
  EXPECT_GE(Steady::now() - begin, milliseconds(250));
  EXPECT_NE(status.error().message.find("no answer for 300 ms"), std::string::npos);
  store_->Cancel();
  EXPECT_TRUE(SendAndReceive().ok());
  EXPECT_EQ(Errors("timeout"), 1);
}

TEST_F(CassandraRowStoreTest, ANodeThatTakesConnectionsAndSaysNothingIsPassedBy) {
  timeout_ = milliseconds(200);
  FakeNode mute([](const NodeRequest&) { return std::optional<std::string>(""); });
  FakeNode good;
  Connect({mute.point(), good.point()});
  EXPECT_TRUE(store_->Ping().ok());
  EXPECT_EQ(good.Count(Opcode::kOptions), 1U);
}

TEST_F(CassandraRowStoreTest, AllNodesAreNamedWhereNoneAnswers) {
  Connect({{"127.0.0.1", 1}, {"127.0.0.1", 2}});
  const Status status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(status.error().message.find("127.0.0.1:1: "), std::string::npos);
  EXPECT_NE(status.error().message.find("127.0.0.1:2: "), std::string::npos);
  EXPECT_EQ(Errors("connect"), 2);
}

TEST_F(CassandraRowStoreTest, AConnectionThatIsCutLosesItsSends) {
  FakeNode node;
  Connect(node);
  ASSERT_TRUE(store_->Ping().ok());
  node.HangUp();
  ASSERT_TRUE(Send(1).ok());
  ASSERT_TRUE(store_->Receive(replies_).ok());
  const Status lost = SendAndReceive();
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().kind, ErrorKind::kUnavailable);
  EXPECT_FALSE(Send(1).ok()) << "what was sent before is still expected";
  store_->Cancel();
  EXPECT_TRUE(SendAndReceive().ok());
  EXPECT_EQ(node.connections(), 2);
}

TEST_F(CassandraRowStoreTest, CancelForgetsWhatIsUnderWay) {
  FakeNode node;
  Connect(node);
  ASSERT_TRUE(Send(2).ok());
  store_->Cancel();
  ASSERT_TRUE(SendAndReceive(1).ok());
  EXPECT_EQ(replies_.size(), 1U);
}

TEST_F(CassandraRowStoreTest, LargeFramesAndForeignServersAreRefused) {
  max_frame_ = 1000;
  FakeNode large([](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kExecute) return std::nullopt;
    return frames::Rows(request.stream, CqlType::Id::kVarchar, {std::string(2000, 'x')});
  });
  Connect(large);
  Status status = SendAndReceive();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("more than 1000 bytes; raise max_frame"),
            std::string::npos);
  FakeNode web([](const NodeRequest&) { return std::optional<std::string>("HTTP/1.1 400 Bad"); });
  Connect(web);
  status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("not version 4 of Cassandra's protocol"),
            std::string::npos);
}

TEST_F(CassandraRowStoreTest, AnswersToNothingCloseTheConnection) {
  FakeNode node([](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kExecute) return std::nullopt;
    return frames::Void(static_cast<std::int16_t>(request.stream + 1));
  });
  Connect(node);
  const Status status = SendAndReceive();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("an answer to what was not asked"), std::string::npos);
}

class CassandraLoginTest : public CassandraRowStoreTest {
 protected:
  static std::optional<std::string> Login(const NodeRequest& request, bool taken) {
    std::string body;
    switch (request.opcode) {
      case Opcode::kStartup:
        AppendString(body, "org.apache.cassandra.auth.PasswordAuthenticator");
        return frames::Response(request.stream, Opcode::kAuthenticate, body);
      case Opcode::kAuthResponse:
        if (!taken) return frames::ErrorOf(request.stream, ErrorCode::kCredentials, "wrong");
        AppendInt(body, -1);
        return frames::Response(request.stream, Opcode::kAuthSuccess, body);
      default:
        return std::nullopt;
    }
  }
};

TEST_F(CassandraLoginTest, AUserLogsIn) {
  user_ = "sluice";
  FakeNode node([](const NodeRequest& request) { return Login(request, true); });
  Connect(node);
  EXPECT_TRUE(store_->Ping().ok());
  EXPECT_EQ(node.requests()[1].body, std::string("\0\0\0\xe\0sluice\0secret", 18));
}

TEST_F(CassandraLoginTest, CredentialsThatAreRefusedAreAMistakeUntilTheyWereTaken) {
  user_ = "sluice";
  std::atomic<bool> taken{false};
  FakeNode node([&](const NodeRequest& request) { return Login(request, taken); });
  Connect(node);
  Status status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("user sluice was refused: wrong"), std::string::npos);
  EXPECT_EQ(status.error().message.find("secret"), std::string::npos);
  taken = true;
  ASSERT_TRUE(store_->Ping().ok());
  taken = false;
  node.HangUp();
  ASSERT_TRUE(store_->Ping().ok());
  EXPECT_FALSE(store_->Ping().ok());  // Cut.
  status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
}

TEST_F(CassandraLoginTest, AUserThatIsAskedForMustBeThere) {
  FakeNode node([](const NodeRequest& request) { return Login(request, true); });
  Connect(node);
  const Status status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("asks for a user"), std::string::npos);
}

TEST_F(CassandraRowStoreTest, AStatementThatCantBePreparedIsAMistakeAtFirst) {
  std::atomic<bool> broken{true};
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kPrepare || !broken) return std::nullopt;
    return frames::ErrorOf(request.stream, ErrorCode::kInvalid, "unconfigured table t");
  });
  Connect(node);
  Status status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find(
                R"(can't prepare "SELECT c FROM ks.t WHERE c = ?": unconfigured table t)"),
            std::string::npos);
  broken = false;
  ASSERT_TRUE(store_->Ping().ok());
  broken = true;
  node.HangUp();
  ASSERT_TRUE(store_->Ping().ok());
  EXPECT_FALSE(store_->Ping().ok());  // Cut.
  status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
}

TEST_F(CassandraRowStoreTest, AColumnThatCellsHaveNoFormForIsAMistake) {
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode != Opcode::kPrepare) return std::nullopt;
    return frames::Prepared(request.stream, "id1", CqlType::Id::kDuration);
  });
  Connect(node);
  const Status status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find("column c is of type duration"), std::string::npos);
}

TEST_F(CassandraRowStoreTest, TheTableOfMarksIsMadeWhereItIsMissing) {
  std::atomic<bool> made{false};
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode == Opcode::kQuery) {
      if (request.body.find("CREATE TABLE IF NOT EXISTS ks.sluice_marks (job text") !=
          std::string::npos) {
        made = true;
      }
      return std::nullopt;
    }
    if (request.opcode != Opcode::kPrepare || made) return std::nullopt;
    return frames::ErrorOf(request.stream, ErrorCode::kInvalid, "unconfigured table sluice_marks");
  });
  Connect(node);
  store_->Prepare("SELECT outcome FROM ks.sluice_marks WHERE job = ? AND mark = ?");
  const Status status = store_->Ping();
  ASSERT_FALSE(status.ok())
      << "the statement on ks.t is refused as well, and no table is made for it";
  EXPECT_FALSE(made);
  store_ = nullptr;
  CassandraSettings settings;
  settings.contact_points = {node.point()};
  store_ = std::make_unique<CassandraRowStore>(settings, metrics_, "rows");
  store_->Prepare("SELECT outcome FROM ks.sluice_marks WHERE job = ? AND mark = ?");
  const Status second = store_->Ping();
  EXPECT_TRUE(second.ok()) << second.error().message;
  EXPECT_TRUE(made);
}

TEST_F(CassandraRowStoreTest, WithoutTheRightToMakeItTheStatementIsShown) {
  FakeNode node([&](const NodeRequest& request) -> std::optional<std::string> {
    if (request.opcode == Opcode::kQuery) {
      return frames::ErrorOf(request.stream, ErrorCode::kUnauthorized, "no CREATE permission");
    }
    if (request.opcode != Opcode::kPrepare) return std::nullopt;
    return frames::ErrorOf(request.stream, ErrorCode::kInvalid, "unconfigured table sluice_marks");
  });
  CassandraSettings settings;
  settings.contact_points = {node.point()};
  store_ = std::make_unique<CassandraRowStore>(settings, metrics_, "rows");
  store_->Prepare("SELECT outcome FROM ks.sluice_marks WHERE job = ? AND mark = ?");
  const Status status = store_->Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(status.error().message.find(
                "CREATE TABLE IF NOT EXISTS ks.sluice_marks (job text, mark text, outcome text, "
                "PRIMARY KEY ((job, mark)))"),
            std::string::npos);
}

TEST_F(CassandraRowStoreTest, AStopEndsAConnectionThatIsBeingMade) {
  FakeNode mute([](const NodeRequest&) { return std::optional<std::string>(""); });
  CassandraSettings settings;
  settings.contact_points = {mute.point(), mute.point()};
  settings.timeout = std::chrono::seconds(60);
  std::stop_source stop;
  CassandraRowStore store(settings, metrics_, "rows", 0, stop.get_token());
  std::thread stopper([&] {
    std::this_thread::sleep_for(milliseconds(100));
    stop.request_stop();
  });
  const auto begin = Steady::now();
  EXPECT_FALSE(store.Ping().ok());
  EXPECT_LT(Steady::now() - begin, std::chrono::seconds(20));
  stopper.join();
}

TEST(ContactPointTest, IsReadOrRefused) {
  EXPECT_EQ(ParseContactPoint("db1").value().text(), "db1:9042");
  EXPECT_EQ(ParseContactPoint("db1:19042").value().text(), "db1:19042");
  EXPECT_EQ(ParseContactPoint("[::1]").value().text(), "[::1]:9042");
  EXPECT_EQ(ParseContactPoint("[::1]:1").value().text(), "[::1]:1");
  for (const char* text :
       {"", ":9042", "db1:", "db1:0", "db1:65536", "db1:x", "::1", "[::1", "[::1]x"}) {
    const auto point = ParseContactPoint(text);
    EXPECT_FALSE(point.ok()) << text;
  }
}

}  // namespace
}  // namespace sluice::cassandra
