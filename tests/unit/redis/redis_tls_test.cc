#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "store_fixture.h"

namespace sluice {
namespace {

using fakes::FakeMetrics;
using testing::Ask;
using testing::Errors;
using testing::FreePort;
using testing::MessageOf;
using testing::RedisServer;
using testing::SettingsOf;
using testing::Verdicts;

/// A server with a certificate that names 127.0.0.1 and asks clients for theirs.
class RedisTlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::signal(SIGPIPE, SIG_IGN);  // As the daemon does: OpenSSL writes without MSG_NOSIGNAL.
    std::string name = (std::filesystem::temp_directory_path() / "sluice-tls-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory = new std::string(name);
    const std::string make =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test "
        "-addext subjectAltName=IP:127.0.0.1 -keyout " +
        Key() + " -out " + Certificate() + " 2>/dev/null";
    ASSERT_EQ(std::system(make.c_str()), 0);
    port = FreePort();
    server = new RedisServer({"--tls-port", std::to_string(port), "--tls-cert-file", Certificate(),
                              "--tls-key-file", Key(), "--tls-ca-cert-file", Certificate()});
  }
  static void TearDownTestSuite() {
    delete server;
    std::filesystem::remove_all(*directory);
    delete directory;
  }

  static std::string Certificate() { return *directory + "/cert.pem"; }
  static std::string Key() { return *directory + "/key.pem"; }

  static RedisSettings Settings(const std::string& host = "127.0.0.1") {
    RedisSettings settings = SettingsOf("rediss://" + host + ":" + std::to_string(port) + "/3");
    settings.ca_file = Certificate();
    settings.cert_file = Certificate();
    settings.key_file = Key();
    return settings;
  }

  static std::string* directory;
  static RedisServer* server;
  static int port;
  FakeMetrics metrics_;
};

std::string* RedisTlsTest::directory = nullptr;
RedisServer* RedisTlsTest::server = nullptr;
int RedisTlsTest::port = 0;

TEST_F(RedisTlsTest, ClaimsAreMadeThroughTls) {
  RedisClaimStore store(Settings(), metrics_, "dedup");
  EXPECT_EQ(Ask(store, {{"k", "t/0/1"}}), Verdicts{"unique"});
  EXPECT_EQ(server->Command({"GET", "k"}, 3), "t/0/1");
}

TEST_F(RedisTlsTest, PipelinesLargerThanTheSocketsGoThroughTls) {
  server->Command({"SET", "huge", std::string(100'000, 'x')}, 3);
  const std::vector<Claim> replies_pile_up(1'000, Claim{"huge", "t/0/1"});
  RedisClaimStore store(Settings(), metrics_, "dedup");
  EXPECT_EQ(Ask(store, replies_pile_up), Verdicts(1'000, "duplicate of "));
  std::deque<std::string> keys;
  std::vector<Claim> many;
  for (int i = 0; i < 50'000; ++i) many.push_back({keys.emplace_back(std::to_string(i)), "t/0/1"});
  EXPECT_EQ(Ask(store, many), Verdicts(50'000, "unique"));
}

TEST_F(RedisTlsTest, AServerThatNobodyVouchesForIsRefused) {
  RedisSettings settings = Settings();
  settings.ca_file.clear();
  const Status status = RedisClaimStore(settings, metrics_, "dedup").Open();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(MessageOf(status).find("TLS handshake failed"), std::string::npos) << MessageOf(status);
  EXPECT_NE(MessageOf(status).find("certificate verify failed"), std::string::npos);
  EXPECT_EQ(Errors(metrics_, "tls"), 1);
}

TEST_F(RedisTlsTest, AServerOfAnotherNameIsRefused) {
  const Status status = RedisClaimStore(Settings("localhost"), metrics_, "dedup").Open();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(MessageOf(status).find("certificate verify failed"), std::string::npos)
      << MessageOf(status);
}

TEST_F(RedisTlsTest, AMissingCertificateFileStopsTheStart) {
  RedisSettings settings = Settings();
  settings.ca_file = "/nonexistent/ca.pem";
  const Status status = RedisClaimStore(settings, metrics_, "dedup").Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kInvalidConfig);
  EXPECT_NE(MessageOf(status).find("/nonexistent/ca.pem"), std::string::npos);
}

TEST_F(RedisTlsTest, AClientThatTheServerRefusesIsToldSo) {
  RedisSettings settings = Settings();
  settings.cert_file.clear();
  settings.key_file.clear();
  const Status status = RedisClaimStore(settings, metrics_, "dedup").Open();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
}

TEST_F(RedisTlsTest, PlainTextOnATlsPortAndTlsOnAPlainPortAreNamed) {
  RedisSettings plain = SettingsOf("redis://127.0.0.1:" + std::to_string(port));
  EXPECT_FALSE(RedisClaimStore(plain, metrics_, "dedup").Open().ok());
  RedisSettings tls = Settings();
  tls.port = server->port();
  tls.connect_timeout = std::chrono::milliseconds(300);
  const Status status = RedisClaimStore(tls, metrics_, "dedup").Open();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(MessageOf(status).find("TLS handshake failed"), std::string::npos) << MessageOf(status);
}

}  // namespace
}  // namespace sluice
