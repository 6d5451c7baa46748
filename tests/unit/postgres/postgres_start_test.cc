#include <fstream>

#include "postgres_fixture.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What is wrong at the start is named, and ends it.
class PostgresStartTest : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (IsSkipped()) return;
    Run("CREATE TABLE t (id text, n int8)");
    server_->Run("CREATE ROLE visitor LOGIN PASSWORD 's3cret'");
  }
  [[nodiscard]] PostgresSettings Visitor() const {
    PostgresSettings settings = Settings();
    settings.user = "visitor";
    settings.password = "s3cret";
    settings.where = "p.yaml:7: stores.devices.postgres";
    return settings;
  }
  Status PingWith(const PostgresSettings& settings, const std::string& statement = "SELECT 1") {
    auto store = Store(settings);
    store->Prepare(statement);
    return store->Ping();
  }
};

TEST_F(PostgresStartTest, AMissingTableIsNamed) {
  ExpectError(PingWith(Visitor(), "INSERT INTO nowhere VALUES ($1)"), ErrorKind::kInvalidConfig,
              "relation \"nowhere\" does not exist; create what is missing");
  EXPECT_EQ(Errors("schema"), 1);
}

TEST_F(PostgresStartTest, AMissingColumnIsNamed) {
  ExpectError(PingWith(Settings(), "INSERT INTO t (city) VALUES ($1)"), ErrorKind::kInvalidConfig,
              "column \"city\" of relation \"t\" does not exist");
}

TEST_F(PostgresStartTest, AMissingKeyIsNamed) {
  ExpectError(PingWith(Settings(), "INSERT INTO t VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"),
              ErrorKind::kInvalidConfig, "42P10");
}

TEST_F(PostgresStartTest, AColumnOfAnotherTypeIsNamed) {
  ExpectError(PingWith(Settings(), "UPDATE t SET n = ($1::json)"), ErrorKind::kInvalidConfig,
              "column \"n\" is of type bigint but expression is of type json");
}

TEST_F(PostgresStartTest, AMissingRightIsNamedBeforeAnythingIsWritten) {
  const std::string insert = "INSERT INTO t (id) VALUES ($1)";
  const Status status = PingWith(Visitor(), insert);
  ExpectError(status, ErrorKind::kInvalidConfig, "permission denied for table t; GRANT it");
  EXPECT_THAT(MessageOf(status), HasSubstr("p.yaml:7: stores.devices.postgres: "));
  Run("GRANT INSERT ON t TO visitor");
  EXPECT_EQ(MessageOf(PingWith(Visitor(), insert)), "ok");
  EXPECT_EQ(Run("SELECT count(*) FROM t"), "0");
}

TEST_F(PostgresStartTest, AWrongPasswordIsNamedAndNotShown) {
  PostgresSettings settings = Visitor();
  settings.password = "wr0ng";
  const Status status = PingWith(settings);
  ExpectError(status, ErrorKind::kInvalidConfig, "28P01: password authentication failed");
  EXPECT_THAT(MessageOf(status), Not(HasSubstr("wr0ng")));
  EXPECT_THAT(MessageOf(status), Not(HasSubstr("\n")));
  settings.password.clear();
  ExpectError(PingWith(settings), ErrorKind::kInvalidConfig, "password");
  EXPECT_EQ(Errors("login"), 2);
}

TEST_F(PostgresStartTest, APasswordMayStandInAFile) {
  PostgresSettings settings = Visitor();
  settings.password.clear();
  settings.password_file = ::testing::TempDir() + "postgres-password-" + std::to_string(getpid());
  ExpectError(PingWith(settings), ErrorKind::kInvalidConfig, settings.password_file);
  std::ofstream(settings.password_file) << "s3cret\n";
  EXPECT_EQ(MessageOf(PingWith(settings)), "ok");
  unlink(settings.password_file.c_str());
}

TEST_F(PostgresStartTest, AMissingDatabaseIsNamed) {
  PostgresSettings settings = Settings();
  settings.database = "nowhere";
  ExpectError(PingWith(settings), ErrorKind::kInvalidConfig,
              "database \"nowhere\" does not exist; create the database");
}

TEST_F(PostgresStartTest, AServerWithoutTlsIsNotTakenWhereTlsIsAskedFor) {
  PostgresSettings settings = Settings();
  settings.tls_mode = "require";
  ExpectError(PingWith(settings), ErrorKind::kUnavailable, "server does not support SSL");
}

TEST_F(PostgresStartTest, AServerThatIsAwayIsWaitedFor) {
  const Status status = PingWith(SettingsOf("postgresql://postgres@127.0.0.1:1/d"));
  ExpectError(status, ErrorKind::kUnavailable, "check that PostgreSQL runs there");
  EXPECT_EQ(Errors("connect"), 1);
  ExpectError(PingWith(SettingsOf("postgresql:///d?host=/nonexistent")), ErrorKind::kUnavailable,
              "/nonexistent");
}

TEST_F(PostgresStartTest, ASocketIsAsGoodAsAPort) {
  PostgresSettings settings = Settings();
  settings.hosts = {{server_->socket_directory(), server_->port()}};
  EXPECT_EQ(MessageOf(PingWith(settings)), "ok");
}

TEST_F(PostgresStartTest, OfSeveralHostsTheFirstThatTakesWritesIsUsed) {
  PostgresSettings settings = Settings();
  settings.hosts.insert(settings.hosts.begin(), {"127.0.0.1", 1});
  EXPECT_EQ(MessageOf(PingWith(settings)), "ok");
  settings.hosts = {{"127.0.0.1", 1}, {"no-such-host.invalid", 5432}};
  const Status status = PingWith(settings);
  ExpectError(status, ErrorKind::kUnavailable, "127.0.0.1:1");
  EXPECT_THAT(MessageOf(status), HasSubstr("no-such-host.invalid"));
}

TEST_F(PostgresStartTest, ADatabaseThatTakesNoWritesIsWaitedFor) {
  Run("ALTER DATABASE " + database_ + " SET default_transaction_read_only = on");
  ExpectError(PingWith(Settings()), ErrorKind::kUnavailable, "must lead to the primary");
  EXPECT_EQ(Errors("read_only"), 1);
}

TEST_F(PostgresStartTest, AStopEndsAConnectionUnderWay) {
  server_->Pause();
  std::stop_source stop;
  auto store = Store(Settings(), stop.get_token());
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request_stop();
  });
  ExpectError(store->Ping(), ErrorKind::kUnavailable, "the process is to stop");
  server_->Resume();
}

}  // namespace
}  // namespace sluice
