#include "http/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::Pair;

HttpRoutes AnswerRoutes() {
  HttpRoutes routes;
  routes.Get("/secret", [](const HttpRequest&) { return HttpResponse{}; });
  routes.Get(
      "/open", [](const HttpRequest&) { return HttpResponse{}; }, HttpAccess::kOpen);
  return routes;
}

HttpRequest Request(std::string method, std::string path, std::string authorization = "") {
  HttpRequest request{std::move(method), std::move(path), "", {}};
  if (!authorization.empty()) request.headers = {{"authorization", std::move(authorization)}};
  return request;
}

HttpServerSettings WithToken(std::string token) {
  HttpServerSettings settings;
  settings.token = std::move(token);
  return settings;
}

int StatusOf(const HttpRequest& request, const HttpServerSettings& settings = {},
             HttpArrival arrival = {}) {
  const HttpRoutes routes = AnswerRoutes();
  const HttpDecision decision = Decide(routes, settings, request, arrival);
  return decision.route != nullptr ? 200 : decision.refusal.status;
}

TEST(AnswerTest, GetAndHeadOfARouteGoToItsHandler) {
  for (const char* method : {"GET", "HEAD"}) EXPECT_EQ(StatusOf(Request(method, "/open")), 200);
}

TEST(AnswerTest, AnotherMethodIs405AndSaysWhatIsAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "NONSENSE"}) {
    const HttpDecision decision = Decide(AnswerRoutes(), {}, Request(method, "/open"), {true});
    EXPECT_EQ(decision.route, nullptr);
    EXPECT_EQ(decision.refusal.status, 405) << method;
    EXPECT_THAT(decision.refusal.headers, ElementsAre(Pair("Allow", "GET, HEAD")));
  }
}

TEST(AnswerTest, APathThatIsNotExactlyARouteIs404WithThePath) {
  for (const char* path : {"/", "/ope", "/open/", "/Open", "*", ""}) {
    EXPECT_EQ(StatusOf(Request("GET", path)), 404) << path;
  }
  const HttpDecision decision = Decide(AnswerRoutes(), {}, Request("GET", "/a\"b"), {});
  EXPECT_EQ(decision.refusal.content_type, "application/json");
  EXPECT_EQ(decision.refusal.body, "{\"error\":\"no such page\",\"path\":\"/a\\\"b\"}\n");
}

TEST(AnswerTest, ABodyIsRefused) { EXPECT_EQ(StatusOf(Request("GET", "/open"), {}, {true}), 413); }

TEST(AnswerTest, WithoutTheTokenOnlyOpenRoutesAreAnswered) {
  for (const char* authorization :
       {"", "abc", "Bearer", "Bearer ", "Bearer ab", "Bearer abcd", "Bearer abd", "Basic abc"}) {
    EXPECT_EQ(StatusOf(Request("GET", "/secret", authorization), WithToken("abc")), 401)
        << authorization;
    EXPECT_EQ(StatusOf(Request("GET", "/unknown", authorization), WithToken("abc")), 401)
        << authorization;
    EXPECT_EQ(StatusOf(Request("GET", "/open", authorization), WithToken("abc")), 200)
        << authorization;
  }
  const HttpDecision decision =
      Decide(AnswerRoutes(), WithToken("abc"), Request("GET", "/secret"), {});
  EXPECT_THAT(decision.refusal.headers, ElementsAre(Pair("WWW-Authenticate", "Bearer")));
}

TEST(AnswerTest, TheTokenOpensEveryRoute) {
  EXPECT_EQ(StatusOf(Request("GET", "/secret", "Bearer abc"), WithToken("abc")), 200);
  EXPECT_EQ(StatusOf(Request("GET", "/unknown", "bearer abc"), WithToken("abc")), 404);
}

TEST(AnswerTest, WhereOnlyOpenRoutesAreAnsweredATokenOpensTheOthers) {
  HttpServerSettings settings;
  settings.only_open = true;
  EXPECT_EQ(StatusOf(Request("GET", "/open"), settings), 200);
  EXPECT_EQ(StatusOf(Request("GET", "/secret"), settings), 403);
  EXPECT_EQ(StatusOf(Request("GET", "/unknown"), settings), 403);
  const HttpDecision decision = Decide(AnswerRoutes(), settings, Request("GET", "/secret"), {});
  EXPECT_EQ(
      decision.refusal.body,
      "{\"error\":\"only the probes are answered here: set admin.token\",\"path\":\"/secret\"}"
      "\n");
  settings.token = "abc";
  EXPECT_EQ(StatusOf(Request("GET", "/secret"), settings), 401);
  EXPECT_EQ(StatusOf(Request("GET", "/secret", "Bearer abc"), settings), 200);
}

TEST(AnswerTest, WhereThereIsTlsOnlyOpenRoutesAreAnsweredWithoutIt) {
  HttpServerSettings settings = WithToken("abc");
  settings.tls = {"cert.pem", "key.pem"};
  EXPECT_EQ(StatusOf(Request("GET", "/open"), settings), 200);
  EXPECT_EQ(StatusOf(Request("GET", "/secret", "Bearer abc"), settings), 403);
  EXPECT_EQ(StatusOf(Request("GET", "/secret", "Bearer abc"), settings, {false, true}), 200);
  EXPECT_EQ(StatusOf(Request("GET", "/secret"), settings, {false, true}), 401);
}

TEST(AnswerTest, WhateverAHandlerThrowsIs500) {
  const HttpRequest request = Request("GET", "/x");
  EXPECT_EQ(Call({[](const HttpRequest&) -> HttpResponse { throw std::runtime_error("no"); }, {}},
                 request)
                .status,
            500);
  const HttpResponse response =
      Call({[](const HttpRequest&) -> HttpResponse { throw 1; }, {}}, request);
  EXPECT_EQ(response.body, "{\"error\":\"request failed\",\"path\":\"/x\"}\n");
}

}  // namespace
}  // namespace sluice
