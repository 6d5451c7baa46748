#include "http/admin_pages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/answer.h"

namespace sluice {
namespace {

HttpRoutes Pages(const std::vector<std::string>& reasons = {},
                 const std::vector<std::string>& stuck = {}) {
  HttpRoutes routes;
  AddAdminPages({.metrics = [] { return "sluice_up 1\n"; },
                 .not_alive = [stuck] { return stuck; },
                 .not_ready = [reasons] { return reasons; },
                 .version_json = [] { return R"({"version":"1.2.3"})"; },
                 .config_text = [] { return "pipeline: p\n"; }},
                routes);
  return routes;
}

HttpResponse PageOf(const HttpRoutes& routes, const std::string& path,
                    const std::string& token = "") {
  HttpServerSettings settings;
  settings.token = token;
  const HttpRequest request{"GET", path, "", {}};
  const HttpDecision decision = Decide(routes, settings, request, {});
  return decision.route == nullptr ? decision.refusal : Call(*decision.route, request);
}

TEST(AdminPagesTest, MetricsAreServedAsPrometheusText) {
  const HttpResponse response = PageOf(Pages(), "/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "sluice_up 1\n");
}

TEST(AdminPagesTest, AProcessThatIsNotReadyIsAliveAllTheSame) {
  for (const char* path : {"/livez", "/ping"}) {
    const HttpResponse response = PageOf(Pages({"redis: away"}), path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "text/plain");
    EXPECT_EQ(response.body, "ok\n");
  }
}

TEST(AdminPagesTest, WhatIsStuckIsNamedIn503) {
  const HttpResponse response = PageOf(Pages({}, {"worker 0: stuck"}), "/livez");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body, "worker 0: stuck\n");
}

TEST(AdminPagesTest, ReadyWithoutReasonsIs200) {
  for (const char* path : {"/readyz", "/ready"}) {
    const HttpResponse response = PageOf(Pages(), path);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "{\"ready\":true,\"reasons\":[]}\n");
  }
}

TEST(AdminPagesTest, EveryReasonNotToBeReadyIsNamedIn503) {
  const HttpRoutes pages = Pages({"topic \"a\" is missing", "line\nbreak"});
  for (const char* path : {"/readyz", "/ready"}) {
    const HttpResponse response = PageOf(pages, path);
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body,
              "{\"ready\":false,\"reasons\":[\"topic \\\"a\\\" is missing\","
              "\"line\\u000abreak\"]}\n");
  }
}

TEST(AdminPagesTest, VersionAndConfigurationAreShown) {
  const HttpResponse version = PageOf(Pages(), "/version");
  EXPECT_EQ(version.content_type, "application/json");
  EXPECT_EQ(version.body, R"({"version":"1.2.3"})");
  const HttpResponse config = PageOf(Pages(), "/config");
  EXPECT_EQ(config.content_type, "text/yaml");
  EXPECT_EQ(config.body, "pipeline: p\n");
}

TEST(AdminPagesTest, OnlyLivenessAndReadinessAreOpenWithoutTheToken) {
  for (const char* path : {"/livez", "/ping", "/readyz", "/ready"}) {
    EXPECT_EQ(PageOf(Pages(), path, "token").status, 200) << path;
  }
  for (const char* path : {"/metrics", "/version", "/config"}) {
    EXPECT_EQ(PageOf(Pages(), path, "token").status, 401) << path;
  }
}

}  // namespace
}  // namespace sluice
