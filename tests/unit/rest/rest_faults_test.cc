#include <thread>

#include "rest_fixture.h"

namespace sluice {
namespace {

using std::chrono::steady_clock;
using namespace testing;

class RestFaultsTest : public RestTest {
 protected:
  [[nodiscard]] std::string Refused() const {
    return "http " + settings_.url.server() + ": can't connect: Connection refused";
  }
};

TEST_F(RestFaultsTest, AServerThatIsNotThereIsWaitedFor) {
  const std::uint16_t port = server_->port();
  server_->Stop();
  EXPECT_EQ(Ask({"a", "b"}), Texts{Refused()});
  EXPECT_EQ(AskAgain({"a", "b"}), Texts{Refused()}) << "the same words, so that it is logged once";
  EXPECT_GE(Errors("connect"), 2);
  Listen(port);
  EXPECT_EQ(AskAgain({"a", "b"}), (Texts{R"({"k":"/read/a"})", R"({"k":"/read/b"})"}));
}

TEST_F(RestFaultsTest, AttemptsAtNoConnectionAreNotThoseOfTheKey) {
  settings_.attempts = 1;
  const std::uint16_t port = server_->port();
  server_->Stop();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(AskAgain({"a"}), Texts{Refused()});
  Listen(port);
  EXPECT_EQ(AskAgain({"a"}), Texts{R"({"k":"/read/a"})"});
}

TEST_F(RestFaultsTest, AServerThatGoesInTheMiddleIsWaitedForAndWhatItAnsweredIsKept) {
  settings_.connections = 1;
  answers_["a"] = {{.status = 200, .body = "1", .headers = "Connection: close\r\n"}};
  answers_["b"] = {{.status = 200, .body = "2", .delay = 10s}, {200, "2"}};
  ASSERT_TRUE(Send({"a", "b"}).ok());
  std::thread stopper([this] {
    while (server_->requests().size() < 2) std::this_thread::sleep_for(5ms);
    server_->Stop();
  });
  const std::uint16_t port = server_->port();
  EXPECT_EQ(Receive(), Texts{Refused()});
  stopper.join();
  Listen(port);
  EXPECT_EQ(AskAgain({"a", "b"}), (Texts{"1", "2"}));
  EXPECT_EQ(Paths(), Texts{"/read/b"}) << "of the new server only what was open was asked";
}

TEST_F(RestFaultsTest, AHostWithoutAnAddressIsNamed) {
  settings_.url = UrlTemplate::Parse("http://nowhere.invalid/{key}").value();
  EXPECT_EQ(Ask({"a"}),
            Texts{"http http://nowhere.invalid: the name of the host can't be resolved"});
  EXPECT_GE(Errors("resolve"), 1);
}

TEST_F(RestFaultsTest, AServerThatSpeaksNoTlsIsNamed) {
  settings_.url = UrlTemplate::Parse("https" + server_->Url("/{key}").substr(4)).value();
  const Texts told = Ask({"a"});
  EXPECT_EQ(told[0].find("http https://127.0.0.1:"), 0U) << told[0];
  EXPECT_NE(told[0].find(": TLS failed: "), std::string::npos) << told[0];
}

TEST_F(RestFaultsTest, AServerThatAnswersNothingAtAllIsWaitedFor) {
  settings_.timeout = 300ms;
  answers_["a"] = answers_["b"] = {{.status = 200, .body = "1", .end = End::kHang}};
  const Texts away = {"http " + settings_.url.server() + ": no answer within 300 ms"};
  EXPECT_EQ(Ask({"a", "b"}), away) << "two keys: it is the server";
  answers_["a"] = answers_["b"] = {{200, "1"}};
  EXPECT_EQ(AskAgain({"a", "b"}), (Texts{"1", "1"}));
}

TEST_F(RestFaultsTest, AKeyThatWasAnsweredBeforeTellsWhetherTheServerOrTheKeyIsToBlame) {
  settings_.timeout = 300ms;
  settings_.attempts = 2;
  Ask({"witness"});
  answers_["a"] = answers_["b"] = {{.status = 200, .body = "1", .end = End::kHang}};
  EXPECT_EQ(Ask({"a", "b"}), (Texts{"unanswered", "unanswered"}));
  EXPECT_GE(Asked("witness"), 2);
  answers_["witness"] = answers_["a"];
  EXPECT_EQ(Ask({"a"}), Texts{"http " + settings_.url.server() + ": no answer within 300 ms"})
      << "one key alone, but the witness is silent too";
}

TEST_F(RestFaultsTest, OneKeyAloneWithoutAWitnessIsToBlameForItself) {
  settings_.timeout = 200ms;
  settings_.attempts = 3;
  answers_["a"] = {{.status = 200, .body = "1", .end = End::kHang}};
  EXPECT_EQ(Ask({"a"}), Texts{"unanswered"});
  EXPECT_EQ(Asked("a"), 3);
}

TEST_F(RestFaultsTest, AfterGiveUpAfterLookupsGoUnansweredUntilItIsBack) {
  settings_.give_up_after = 300ms;
  const std::uint16_t port = server_->port();
  server_->Stop();
  EXPECT_EQ(Ask({"a"}), Texts{Refused()});
  EXPECT_EQ(logged_, Texts{});
  std::this_thread::sleep_for(350ms);
  EXPECT_EQ(AskAgain({"a", "b"}), (Texts{"unanswered", "unanswered"}));
  EXPECT_EQ(Ask({"c"}), Texts{"unanswered"});
  EXPECT_TRUE(store().Ping().ok()) << "a server that is given up holds nothing up";
  ASSERT_EQ(logged_.size(), 1U);
  EXPECT_NE(logged_[0].find("Connection refused"), std::string::npos) << logged_[0];
  Listen(port);
  EXPECT_TRUE(store().Ping().ok());
  EXPECT_EQ(Ask({"a"}), Texts{R"({"k":"/read/a"})"});
  ASSERT_EQ(logged_.size(), 2U);
}

TEST_F(RestFaultsTest, WithoutGiveUpAfterItIsWaitedForAsLongAsItTakes) {
  settings_.give_up_after = 0ms;
  server_->Stop();
  EXPECT_EQ(Ask({"a"}), Texts{Refused()});
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(AskAgain({"a"}), Texts{Refused()});
}

TEST_F(RestFaultsTest, PingMakesAConnectionAndAsksForNothing) {
  EXPECT_TRUE(store().Ping().ok());
  // The server may accept a connection some time after it is made.
  while (server_->connections() == 0) std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(store().Ping().ok());
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(server_->connections(), 1) << "one was had lately";
  EXPECT_EQ(Paths(), Texts{});
  server_->Stop();
  Make();
  const Status status = store().Ping();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(status.error().message, Refused());
}

TEST_F(RestFaultsTest, NoMessageHoldsTheToken) {
  settings_.token = "sesame";
  settings_.attempts = 1;
  answers_["a"] = {{.status = 500, .body = "{}"}};
  Ask({"a"});
  server_->Stop();
  Texts said = Ask({"b"});
  said.insert(said.end(), logged_.begin(), logged_.end());
  ASSERT_EQ(said.size(), 2U);
  for (const std::string& text : said) EXPECT_EQ(text.find("sesame"), std::string::npos) << text;
}

}  // namespace
}  // namespace sluice
