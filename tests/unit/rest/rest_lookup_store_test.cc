#include "rest/rest_lookup_store.h"

#include <algorithm>
#include <thread>

#include "rest_fixture.h"
#include "unit/files/temporary_directory.h"

namespace sluice {
namespace {

using std::chrono::steady_clock;
using namespace testing;

constexpr std::string_view kTrue = R"({"ok":true})";
const std::string kOk(kTrue);

class RestAnswersTest : public RestTest {};

TEST_F(RestAnswersTest, TheBodyIsTheAnswerWhateverTheStatus) {
  answers_["a"] = {{.status = 200, .body = "{\"a\":1}\n"}};
  answers_["b"] = {{.status = 404, .body = R"({"result":{}})"}};
  answers_["c"] = {{.status = 400, .body = "[1]"}};
  answers_["d"] = {{.status = 200, .body = "{'lenient':1}"}};
  answers_["e"] = {{.status = 301, .body = kOk, .headers = "Location: /read/z\r\n"}};
  EXPECT_EQ(Ask({"a", "b", "c", "d", "e"}),
            (Texts{"{\"a\":1}\n", R"({"result":{}})", "[1]", "{'lenient':1}", kOk}));
  EXPECT_EQ(Asked("z"), 0) << "redirects are not followed";
}

TEST_F(RestAnswersTest, TheKeyIsOneSegmentOfThePathAsItGoesOut) {
  Ask({"A B", "a/b", "é", "..", "."});
  Texts paths = Paths();
  std::ranges::sort(paths);
  EXPECT_EQ(paths,
            (Texts{"/read/%2E", "/read/%2E%2E", "/read/%C3%A9", "/read/A%20B", "/read/a%2Fb"}));
}

TEST_F(RestAnswersTest, EqualLookupsAreAskedOnceAndShareTheirBytes) {
  EXPECT_EQ(Ask({"a", "b", "a"}),
            (Texts{R"({"k":"/read/a"})", R"({"k":"/read/b"})", R"({"k":"/read/a"})"}));
  EXPECT_EQ(replies_[0].text.data(), replies_[2].text.data());
  EXPECT_EQ(Paths().size(), 2U);
}

TEST_F(RestAnswersTest, WhatCantBeAskedOverHttpIsNotAsked) {
  const std::vector<Lookup> lookups = {{Lookup::Kind::kHash, "a"}, {Lookup::Kind::kText, ""}};
  ASSERT_TRUE(store().Send(lookups).ok());
  EXPECT_EQ(Receive(), (Texts{"wrong type", "missing"}));
  EXPECT_EQ(Ask({}), Texts{});
  EXPECT_EQ(Paths(), Texts{});
}

TEST_F(RestAnswersTest, SendsAreAnsweredInTheirOrder) {
  answers_["slow"] = {{.status = 200, .body = kOk, .delay = 200ms}};
  ASSERT_TRUE(Send({"slow"}).ok());
  ASSERT_TRUE(Send({"quick"}).ok());
  EXPECT_EQ(Receive(), Texts{kOk});
  EXPECT_EQ(Receive(), Texts{R"({"k":"/read/quick"})"});
  EXPECT_EQ(store().Receive(replies_).error().kind, ErrorKind::kFatal);
}

TEST_F(RestAnswersTest, AReplyStaysValidUntilTheNextCall) {
  ASSERT_TRUE(Send({"a"}).ok());
  ASSERT_TRUE(Send({"b"}).ok());
  EXPECT_EQ(Receive(), Texts{R"({"k":"/read/a"})"});
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(replies_[0].text, R"({"k":"/read/a"})");
}

TEST_F(RestAnswersTest, ConnectionsAreKept) {
  settings_.connections = 1;
  for (int i = 0; i < 5; ++i) Ask({"a" + std::to_string(i)});
  EXPECT_EQ(server_->connections(), 1);
  EXPECT_EQ(metrics_.Get("sluice_http_client_connections_total{store=api,}"), 1);
  EXPECT_EQ(metrics_.Get("sluice_http_client_round_trip_seconds{store=api,}"), 5);
}

TEST_F(RestAnswersTest, AKeptConnectionThatDiedIsReplacedUnseen) {
  settings_.attempts = 1;
  Ask({"a"});
  const std::uint16_t port = server_->port();
  server_->Stop();
  Listen(port);
  EXPECT_EQ(Ask({"b"}), Texts{R"({"k":"/read/b"})"});
}

TEST_F(RestAnswersTest, ManyKeysAreAskedSideBySideUpToTheConnections) {
  Texts keys;
  for (int i = 0; i < 200; ++i) {
    keys.push_back("k" + std::to_string(i));
    answers_[keys.back()] = {{.status = 200, .body = std::to_string(i), .delay = 20ms}};
  }
  settings_.connections = 64;
  const auto begin = steady_clock::now();
  const Texts texts = Ask(keys);
  const auto took = steady_clock::now() - begin;
  ASSERT_EQ(texts.size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(texts[i], std::to_string(i));
  EXPECT_LT(took, 200 * 20ms / 2) << "one after the other takes four seconds";
  EXPECT_LE(server_->connections(), 64);
  EXPECT_LE(server_->most_at_once(), 64);
  EXPECT_GT(server_->most_at_once(), 16);
}

TEST_F(RestAnswersTest, TheTokenIsSentTrimmed) {
  settings_.token = "tok ";
  Ask({"a"});
  EXPECT_EQ(server_->requests()[0].authorization, "Bearer tok");
  settings_.token = "";
  Make();
  Ask({"a"});
  EXPECT_EQ(server_->requests()[1].authorization, "");
}

TEST_F(RestAnswersTest, ATokenFileThatChangesIsReadAgain) {
  const TemporaryDirectory folder;
  settings_.token_file = folder.Write("token", "one\n");
  Ask({"a"});
  folder.Write("token", "second\n");
  Ask({"b"});
  EXPECT_EQ(server_->requests()[0].authorization, "Bearer one");
  EXPECT_EQ(server_->requests()[1].authorization, "Bearer second");
}

TEST_F(RestAnswersTest, AfterA401TheTokenIsReadAndTheKeyAskedAgain) {
  const TemporaryDirectory folder;
  settings_.token_file = folder.Write("token", "old");
  answers_["a"] = {{.status = 401, .body = R"({"message":"expired"})", .delay = 100ms},
                   {.status = 200, .body = kOk}};
  ASSERT_TRUE(Send({"a"}).ok());
  folder.Write("token", "new");
  EXPECT_EQ(Receive(), Texts{kOk});
  EXPECT_EQ(server_->requests()[1].authorization, "Bearer new");
  EXPECT_EQ(Errors("access"), 1);
}

TEST_F(RestAnswersTest, A401ThatNoOtherTokenHelpsIsAnAnswer) {
  settings_.token = "wrong";
  answers_["a"] = {{.status = 401, .body = R"({"message":"who?"})"}};
  EXPECT_EQ(Ask({"a"}), Texts{R"({"message":"who?"})"});
  EXPECT_EQ(Asked("a"), 1);
  EXPECT_EQ(Errors("access"), 1);
}

TEST_F(RestAnswersTest, ATokenFileThatIsNotThereIsWaitedFor) {
  const TemporaryDirectory folder;
  settings_.token_file = folder / "token";
  EXPECT_NE(Ask({"a"})[0].find("/token can't be read: No such file"), std::string::npos);
  EXPECT_FALSE(store().Ping().ok());
  folder.Write("token", "t");
  EXPECT_EQ(AskAgain({"a"}), Texts{R"({"k":"/read/a"})"});
}

TEST_F(RestAnswersTest, WhatIsNotUsableIsAskedAgain) {
  answers_["500"] = {{.status = 500, .body = kOk}, {.status = 503, .body = ""}, {200, kOk}};
  answers_["429"] = {{.status = 429, .body = kOk}, {200, kOk}};
  answers_["html"] = {{200, "<html>"}, {404, "not found"}, {204, ""}, {200, kOk}};
  answers_["cut"] = {{.status = 200, .body = kOk, .end = End::kCut}, {200, kOk}};
  answers_["closed"] = {{.status = 200, .body = kOk, .end = End::kClose}, {200, kOk}};
  EXPECT_EQ(Ask({"500", "429", "html", "cut", "closed"}), Texts(5, kOk));
  EXPECT_EQ(Asked("500"), 3);
  EXPECT_EQ(Asked("html"), 4);
  EXPECT_EQ(Errors("server"), 2);
  EXPECT_EQ(Errors("throttled"), 1);
  EXPECT_EQ(Errors("not_json"), 3);
  EXPECT_GE(Errors("connection_lost"), 1);
  EXPECT_GE(metrics_.Get("sluice_http_client_retries_total{store=api,}"), 7);
}

TEST_F(RestAnswersTest, AfterTheLastAttemptItGoesUnanswered) {
  settings_.attempts = 3;
  answers_["a"] = {{.status = 500, .body = kOk}};
  answers_["b"] = {{.status = 200, .body = "<html>"}};
  answers_["c"] = {{.status = 200, .body = kOk, .end = End::kCut}};
  EXPECT_EQ(Ask({"a", "b", "c", "d"}),
            (Texts{"unanswered", "unanswered", "unanswered", R"({"k":"/read/d"})"}));
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(Asked(key), 3) << key;
  ASSERT_EQ(logged_.size(), 1U) << "once in a while, not for each of them";
  EXPECT_EQ(logged_[0].find("store api: A lookup goes unanswered after 3 attempts"), 0U);
}

TEST_F(RestAnswersTest, TheWaitsBetweenTheAttemptsGrow) {
  settings_.attempts = 4;
  answers_["a"] = {{.status = 500, .body = kOk}};
  const auto begin = steady_clock::now();
  EXPECT_EQ(Ask({"a"}), Texts{"unanswered"});
  EXPECT_GE(steady_clock::now() - begin, 50ms + 100ms + 200ms);
}

TEST_F(RestAnswersTest, RetryAfterIsHonoured) {
  answers_["a"] = {{.status = 503, .body = kOk, .headers = "Retry-After: 1\r\n"}, {200, kOk}};
  const auto begin = steady_clock::now();
  EXPECT_EQ(Ask({"a"}), Texts{kOk});
  EXPECT_GE(steady_clock::now() - begin, 1s);
}

TEST_F(RestAnswersTest, ALargeBodyIsNotAskedForAgain) {
  settings_.max_body = 1000;
  const std::string largest = "\"" + std::string(998, 'x') + "\"";
  answers_["fits"] = {{200, largest}};
  answers_["large"] = {{200, largest + " "}};
  EXPECT_EQ(Ask({"large", "fits"}), (Texts{"unanswered", largest}));
  EXPECT_EQ(Asked("large"), 1);
  EXPECT_EQ(Errors("too_large"), 1);
  ASSERT_EQ(logged_.size(), 1U);
  EXPECT_NE(logged_[0].find("more than 1000 bytes"), std::string::npos) << logged_[0];
}

TEST_F(RestAnswersTest, AKeyWithoutAnAnswerDoesNotHoldUpTheOthers) {
  settings_.timeout = 300ms;
  settings_.attempts = 2;
  answers_["slow"] = {{.status = 200, .body = kOk, .end = End::kHang}};
  answers_["stalls"] = {{.status = 200, .body = kOk, .end = End::kStall}};
  EXPECT_EQ(Ask({"slow", "a", "stalls"}),
            (Texts{"unanswered", R"({"k":"/read/a"})", "unanswered"}));
  EXPECT_EQ(Asked("slow"), 2);
  EXPECT_EQ(Asked("stalls"), 2);
  EXPECT_EQ(Errors("timeout"), 4);
}

TEST_F(RestAnswersTest, AfterACancelInTheMiddleTheNextSendHasAnswersOfItsOwn) {
  answers_["slow"] = {{.status = 200, .body = "1", .delay = 300ms}, {200, "2"}};
  Ask({"x"});  // On the connection that it leaves the next request goes out with the Send.
  ASSERT_TRUE(Send({"slow", "a"}).ok());
  while (Asked("slow") == 0) std::this_thread::sleep_for(5ms);
  store().Cancel();
  EXPECT_EQ(store().Receive(replies_).error().kind, ErrorKind::kFatal);
  EXPECT_EQ(Ask({"b", "slow"}), (Texts{R"({"k":"/read/b"})", "2"}));
}

TEST_F(RestAnswersTest, WhatWasAnsweredBeforeACancelIsRemembered) {
  answers_["slow"] = {{.status = 200, .body = kOk, .delay = 500ms}, {200, kOk}};
  ASSERT_TRUE(Send({"slow"}).ok());
  ASSERT_TRUE(Send({"a", "b"}).ok());
  EXPECT_EQ(Receive(), Texts{kOk}) << "by now the others are answered as well";
  store().Cancel();
  EXPECT_EQ(Ask({"a", "c"}), (Texts{R"({"k":"/read/a"})", R"({"k":"/read/c"})"}));
  EXPECT_EQ(Asked("a"), 1);
  EXPECT_EQ(Ask({"a"}), Texts{R"({"k":"/read/a"})"});
  EXPECT_EQ(Asked("a"), 2) << "once it was handed out, it is asked for again";
}

TEST_F(RestAnswersTest, AStopEndsTheWaitSoon) {
  settings_.timeout = 30s;
  answers_["slow"] = {{.status = 200, .body = kOk, .end = End::kHang}};
  ASSERT_TRUE(Send({"slow"}).ok());
  const auto begin = steady_clock::now();
  std::thread stopper([this] {
    std::this_thread::sleep_for(100ms);
    stop_.request_stop();
  });
  EXPECT_NE(Receive()[0].find("the process is to stop"), std::string::npos);
  EXPECT_LT(steady_clock::now() - begin, 10s);
  stopper.join();
}

TEST_F(RestAnswersTest, AStopLeavesTimeForWhatIsUnderWay) {
  answers_["a"] = {{.status = 200, .body = kOk, .delay = 300ms}};
  ASSERT_TRUE(Send({"a"}).ok());
  stop_.request_stop();
  EXPECT_EQ(Receive(), Texts{kOk});
}

}  // namespace
}  // namespace sluice
