#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "http/http_server.h"
#include "rest/rest_lookup_store.h"
#include "support/fakes.h"
#include "unit/files/temporary_directory.h"

namespace sluice {
namespace {

/// An API in TLS, with a certificate for 127.0.0.1, and another one for a host of another name.
class RestTlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new testing::TemporaryDirectory;
    MakeCertificate("good", "IP:127.0.0.1");
    MakeCertificate("other", "DNS:other.example.org");
  }
  static void TearDownTestSuite() {
    delete folder;
    folder = nullptr;
  }
  static void MakeCertificate(const std::string& name, const std::string& host) {
    const std::string make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test " +
                             ("-addext subjectAltName=" + host) + " -keyout " +
                             (*folder / (name + ".key")) + " -out " + (*folder / (name + ".pem")) +
                             " 2>/dev/null";
    ASSERT_EQ(std::system(make.c_str()), 0);
  }

  /// The answer of a server with this certificate to a client that trusts that one, or the error.
  std::string Ask(const std::string& certificate, const std::string& trusted) {
    HttpRoutes routes;
    routes.Get("/read/a", [](const HttpRequest&) {
      return HttpResponse{200, "application/json", "{}", {}};
    });
    HttpServerSettings server_settings;
    server_settings.tls = {*folder / (certificate + ".pem"), *folder / (certificate + ".key")};
    const auto server = HttpServer::Start("127.0.0.1:0", std::move(routes), server_settings);
    EXPECT_TRUE(server.ok()) << server.error().message;
    RestSettings settings;
    std::string url = "https://127.0.0.1:";
    url += std::to_string(server.value()->port());
    settings.url = UrlTemplate::Parse(url + "/read/{key}").value();
    if (!trusted.empty()) settings.ca_file = *folder / (trusted + ".pem");
    RestLookupStore store(settings, metrics_, "api", [](auto, auto, auto) {});
    const Lookup lookup{Lookup::Kind::kText, "a"};
    std::vector<LookupReply> replies;
    EXPECT_TRUE(store.Send({&lookup, 1}).ok());
    if (Status status = store.Receive(replies); !status.ok()) return status.error().message;
    return std::string(replies[0].text);
  }

  static testing::TemporaryDirectory* folder;
  fakes::FakeMetrics metrics_;
};

testing::TemporaryDirectory* RestTlsTest::folder = nullptr;

TEST_F(RestTlsTest, AServerWhoseCertificateIsTrustedIsAsked) {
  EXPECT_EQ(Ask("good", "good"), "{}");
}

TEST_F(RestTlsTest, AServerWhoseCertificateIsNotTrustedIsNotAsked) {
  for (const char* trusted : {"", "other"}) {
    const std::string answer = Ask("good", trusted);
    EXPECT_NE(answer.find(": TLS failed: "), std::string::npos) << answer;
  }
  EXPECT_EQ(metrics_.Get("sluice_http_client_errors_total{store=api,kind=tls,}"), 2);
}

TEST_F(RestTlsTest, ACertificateOfAnotherHostIsRefused) {
  const std::string answer = Ask("other", "other");
  EXPECT_NE(answer.find(": TLS failed: "), std::string::npos) << answer;
}

}  // namespace
}  // namespace sluice
