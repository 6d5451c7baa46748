#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "http/http_server.h"
#include "unit/http/test_client.h"

namespace sluice {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

HttpRoutes TlsRoutes() {
  HttpRoutes routes;
  routes.Get("/secret", [](const HttpRequest& request) {
    return HttpResponse{200, "text/plain", "secret " + request.query, {}};
  });
  routes.Get("/large", [](const HttpRequest&) {
    return HttpResponse{200, "text/plain", std::string(3'000'000, 'a'), {}};
  });
  routes.Get(
      "/livez", [](const HttpRequest&) { return HttpResponse{}; }, HttpAccess::kOpen);
  return routes;
}

/// A connection in TLS that sends what it is told to; the server's certificate is not checked.
class TlsClient {
 public:
  explicit TlsClient(int port) {
    error_code error;
    stream_.next_layer().connect(
        {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}, error);
    if (!error) stream_.handshake(asio::ssl::stream_base::client, error);
    good_ = !error;
  }

  [[nodiscard]] bool good() const { return good_; }
  void Send(const std::string& bytes) {
    error_code error;
    asio::write(stream_, asio::buffer(bytes), error);
    good_ = good_ && !error;
  }
  /// All that comes until the server closes the connection.
  std::string ReadToEnd() {
    std::string text;
    error_code error;
    asio::read(stream_, asio::dynamic_buffer(text), error);
    closed_in_order_ = error == asio::error::eof;
    return text;
  }
  /// The server has said goodbye in TLS, and has not just cut the connection.
  [[nodiscard]] bool closed_in_order() const { return closed_in_order_; }

 private:
  asio::io_context io_;
  asio::ssl::context context_{asio::ssl::context::tls_client};
  asio::ssl::stream<asio::ip::tcp::socket> stream_{io_, context_};
  bool good_ = false;
  bool closed_in_order_ = false;
};

class HttpTlsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-tls-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory = new std::string(name);
    for (const char* one : {"", "other-"}) {
      const std::string make =
          "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -keyout " +
          File(std::string(one) + "key.pem") + " -out " + File(std::string(one) + "cert.pem") +
          " 2>/dev/null";
      ASSERT_EQ(std::system(make.c_str()), 0);
    }
    const std::string lock = "openssl rsa -aes128 -passout pass:s3cret -in " + File("key.pem") +
                             " -out " + File("locked.pem") + " 2>/dev/null";
    ASSERT_EQ(std::system(lock.c_str()), 0);
    std::ofstream(File("text.pem")) << "no PEM";
  }
  static void TearDownTestSuite() {
    std::filesystem::remove_all(*directory);
    delete directory;
  }
  static std::string File(const std::string& name) { return *directory + "/" + name; }

  static HttpServerSettings Settings(const std::string& cert = "cert.pem",
                                     const std::string& key = "key.pem") {
    HttpServerSettings settings;
    settings.tls = {File(cert), File(key)};
    return settings;
  }
  static std::unique_ptr<HttpServer> StartTls(const HttpServerSettings& settings = Settings()) {
    auto server = HttpServer::Start("127.0.0.1:0", TlsRoutes(), settings);
    EXPECT_TRUE(server.ok()) << server.error().message;
    return std::move(server).value();
  }
  static std::string Problem(const HttpServerSettings& settings) {
    const Status checked = CheckHttpTls(settings);
    const auto started = HttpServer::Start("127.0.0.1:0", TlsRoutes(), settings);
    EXPECT_FALSE(checked.ok());
    EXPECT_FALSE(started.ok());
    if (checked.ok() || started.ok()) return "";
    EXPECT_EQ(checked.error().kind, ErrorKind::kInvalidConfig);
    EXPECT_EQ(checked.error().message, started.error().message);
    return checked.error().message;
  }

  static std::string* directory;
};

std::string* HttpTlsTest::directory = nullptr;

TEST_F(HttpTlsTest, APageIsAnsweredInTls) {
  const auto server = StartTls();
  TlsClient client(server->port());
  ASSERT_TRUE(client.good());
  client.Send("GET /secret?1 HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("secret 1")));
  EXPECT_TRUE(client.closed_in_order());
}

TEST_F(HttpTlsTest, RequestsThatComeTogetherAreAnsweredInOrder) {
  const auto server = StartTls();
  TlsClient client(server->port());
  std::string requests;
  for (int i = 0; i < 500; ++i) {
    requests += "GET /secret?" + std::to_string(i) + ". HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  client.Send(requests + "GET /large HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string replies = client.ReadToEnd();
  std::size_t at = 0;
  for (int i = 0; i < 500; ++i) {
    at = replies.find("secret " + std::to_string(i) + ".", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_GT(replies.size(), 3'000'000U);
}

TEST_F(HttpTlsTest, WithoutTlsOnlyTheProbesAreAnswered) {
  const auto server = StartTls();
  EXPECT_EQ(Get(server->port(), "/livez").status, 200);
  const TestReply refused = Get(server->port(), "/secret");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("write https"));
  TlsClient client(server->port());
  client.Send("GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpTlsTest, TheTokenIsDemandedInTlsToo) {
  HttpServerSettings settings = Settings();
  settings.token = "abc";
  const auto server = StartTls(settings);
  for (const auto& [authorization, status] :
       {std::pair{"", "401"}, std::pair{"Authorization: Bearer abc\r\n", "200"}}) {
    TlsClient client(server->port());
    client.Send("GET /secret HTTP/1.1\r\nConnection: close\r\n" + std::string(authorization) +
                "\r\n");
    EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 " + std::string(status)));
  }
}

TEST_F(HttpTlsTest, ClientsThatStallInTheHandshakeHoldUpNobodyAndAreCutOff) {
  HttpServerSettings settings = Settings();
  settings.request_timeout = milliseconds(500);
  const auto server = StartTls(settings);
  std::list<TestClient> stalled;
  for (int i = 0; i < 50; ++i) {
    stalled.emplace_back(server->port());
    // The head of a TLS record, and never the rest.
    if (i % 2 == 0) stalled.back().Send(std::string("\x16\x03\x01\x02", 4));
  }
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(Get(server->port(), "/livez").status, 200);
  TlsClient client(server->port());
  EXPECT_TRUE(client.good());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(2));
  EXPECT_TRUE(stalled.front().IsClosedWithin(seconds(3)));
}

TEST_F(HttpTlsTest, WhatIsNoHandshakeEndsItsConnectionOnly) {
  const auto server = StartTls();
  TestClient client(server->port());
  client.Send("\x16nonsense that is no TLS record at all\r\n\r\n");
  client.Receive();
  EXPECT_EQ(Get(server->port(), "/livez").status, 200);
}

TEST_F(HttpTlsTest, StopEndsConnectionsInTls) {
  const auto server = StartTls();
  TlsClient idle(server->port());
  ASSERT_TRUE(idle.good());
  TestClient stalled(server->port());
  stalled.Send("\x16");
  const auto begun = std::chrono::steady_clock::now();
  server->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(3));
}

TEST_F(HttpTlsTest, AFileThatCannotBeUsedIsNamedWithItsKey) {
  EXPECT_THAT(Problem(Settings("none.pem")),
              StartsWith("admin.tls.cert: \"" + File("none.pem") + "\" can't be used: no such"));
  EXPECT_THAT(Problem(Settings("cert.pem", "none.pem")), StartsWith("admin.tls.key: "));
  EXPECT_THAT(Problem(Settings("text.pem")), StartsWith("admin.tls.cert: "));
  EXPECT_THAT(Problem(Settings("cert.pem", "text.pem")), StartsWith("admin.tls.key: "));
  EXPECT_THAT(Problem(Settings("cert.pem", "locked.pem")), StartsWith("admin.tls.key: "));
  EXPECT_THAT(Problem(Settings("cert.pem", "other-key.pem")),
              AllOf(StartsWith("admin.tls.key: "), HasSubstr("is it the key of")));
  EXPECT_TRUE(CheckHttpTls(Settings()).ok());
  EXPECT_TRUE(CheckHttpTls({}).ok());
}

}  // namespace
}  // namespace sluice
