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

int StatusOf(const HttpRequest& request, std::string_view token = "", bool has_body = false) {
  const HttpRoutes routes = AnswerRoutes();
  const HttpDecision decision = Decide(routes, token, request, has_body);
  return decision.route != nullptr ? 200 : decision.refusal.status;
}

TEST(AnswerTest, GetAndHeadOfARouteGoToItsHandler) {
  for (const char* method : {"GET", "HEAD"}) EXPECT_EQ(StatusOf(Request(method, "/open")), 200);
}

TEST(AnswerTest, AnotherMethodIs405AndSaysWhatIsAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get", "NONSENSE"}) {
    const HttpDecision decision = Decide(AnswerRoutes(), "", Request(method, "/open"), true);
    EXPECT_EQ(decision.route, nullptr);
    EXPECT_EQ(decision.refusal.status, 405) << method;
    EXPECT_THAT(decision.refusal.headers, ElementsAre(Pair("Allow", "GET, HEAD")));
  }
}

TEST(AnswerTest, APathThatIsNotExactlyARouteIs404WithThePath) {
  for (const char* path : {"/", "/ope", "/open/", "/Open", "*", ""}) {
    EXPECT_EQ(StatusOf(Request("GET", path)), 404) << path;
  }
  const HttpDecision decision = Decide(AnswerRoutes(), "", Request("GET", "/a\"b"), false);
  EXPECT_EQ(decision.refusal.content_type, "application/json");
  EXPECT_EQ(decision.refusal.body, "{\"error\":\"no such page\",\"path\":\"/a\\\"b\"}\n");
}

TEST(AnswerTest, ABodyIsRefused) { EXPECT_EQ(StatusOf(Request("GET", "/open"), "", true), 413); }

TEST(AnswerTest, WithoutTheTokenOnlyOpenRoutesAreAnswered) {
  for (const char* authorization :
       {"", "abc", "Bearer", "Bearer ", "Bearer ab", "Bearer abcd", "Bearer abd", "Basic abc"}) {
    EXPECT_EQ(StatusOf(Request("GET", "/secret", authorization), "abc"), 401) << authorization;
    EXPECT_EQ(StatusOf(Request("GET", "/unknown", authorization), "abc"), 401) << authorization;
    EXPECT_EQ(StatusOf(Request("GET", "/open", authorization), "abc"), 200) << authorization;
  }
  const HttpDecision decision = Decide(AnswerRoutes(), "abc", Request("GET", "/secret"), false);
  EXPECT_THAT(decision.refusal.headers, ElementsAre(Pair("WWW-Authenticate", "Bearer")));
}

TEST(AnswerTest, TheTokenOpensEveryRoute) {
  EXPECT_EQ(StatusOf(Request("GET", "/secret", "Bearer abc"), "abc"), 200);
  EXPECT_EQ(StatusOf(Request("GET", "/unknown", "bearer abc"), "abc"), 404);
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
