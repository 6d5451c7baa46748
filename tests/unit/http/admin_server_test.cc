#include "http/admin_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace sluice {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

AdminHandlers Handlers(const std::vector<std::string>& reasons = {}) {
  return {.metrics = [] { return "sluice_up 1\n"; },
          .not_ready = [reasons] { return reasons; },
          .version_json = [] { return R"({"version":"1.2.3"})"; },
          .config_text = [] { return "pipeline: p\n"; }};
}

std::unique_ptr<AdminServer> StartServer(AdminHandlers handlers) {
  auto server = AdminServer::Start("127.0.0.1:0", std::move(handlers));
  EXPECT_TRUE(server.ok()) << server.error().message;
  return std::move(server).value();
}

struct Reply {
  int status = 0;
  std::string type;
  std::string body;
};

Reply Get(int port, const std::string& path) {
  httplib::Client client("127.0.0.1", port);
  const auto result = client.Get(path);
  if (!result) return {};
  return {result->status, result->get_header_value("Content-Type"), result->body};
}

TEST(AdminServerTest, MetricsAreServedAsPrometheusText) {
  const auto server = StartServer(Handlers());
  const Reply reply = Get(server->port(), "/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.type, StartsWith("text/plain; version=0.0.4"));
  EXPECT_EQ(reply.body, "sluice_up 1\n");
}

TEST(AdminServerTest, AProcessThatIsNotReadyIsAliveAllTheSame) {
  const auto server = StartServer(Handlers({"redis: away"}));
  for (const char* path : {"/livez", "/ping"}) EXPECT_EQ(Get(server->port(), path).status, 200);
}

TEST(AdminServerTest, ReadyWithoutReasonsIs200) {
  const auto server = StartServer(Handlers());
  for (const char* path : {"/readyz", "/ready"}) {
    const Reply reply = Get(server->port(), path);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "{\"ready\":true,\"reasons\":[]}\n");
  }
}

TEST(AdminServerTest, EveryReasonNotToBeReadyIsNamedIn503) {
  const auto server = StartServer(Handlers({"topic \"a\" is missing", "line\nbreak"}));
  for (const char* path : {"/readyz", "/ready"}) {
    const Reply reply = Get(server->port(), path);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.type, "application/json");
    EXPECT_EQ(reply.body,
              "{\"ready\":false,\"reasons\":[\"topic \\\"a\\\" is missing\","
              "\"line\\u000abreak\"]}\n");
  }
}

TEST(AdminServerTest, VersionAndConfigurationAreShown) {
  const auto server = StartServer(Handlers());
  EXPECT_EQ(Get(server->port(), "/version").body, R"({"version":"1.2.3"})");
  const Reply config = Get(server->port(), "/config");
  EXPECT_THAT(config.type, StartsWith("text/yaml"));
  EXPECT_EQ(config.body, "pipeline: p\n");
}

TEST(AdminServerTest, AnUnknownPageIsAJson404) {
  const auto server = StartServer(Handlers());
  const Reply reply = Get(server->port(), "/nothing");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.type, "application/json");
  EXPECT_THAT(reply.body, HasSubstr("\"path\":\"/nothing\""));
}

TEST(AdminServerTest, AHandlerThatThrowsIsA500AndTheServerGoesOn) {
  AdminHandlers handlers = Handlers();
  handlers.metrics = []() -> std::string { throw std::runtime_error("no"); };
  const auto server = StartServer(std::move(handlers));
  EXPECT_EQ(Get(server->port(), "/metrics").status, 500);
  EXPECT_EQ(Get(server->port(), "/livez").status, 200);
}

TEST(AdminServerTest, APortInUseIsSaidWithWhatToDo) {
  const auto server = StartServer(Handlers());
  const std::string listen = "127.0.0.1:" + std::to_string(server->port());
  const auto second = AdminServer::Start(listen, Handlers());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::kFatal);
  EXPECT_EQ(second.error().message, "admin server: can't listen on " + listen +
                                        ": address already in use; change admin.listen or end "
                                        "the other process");
}

TEST(AdminServerTest, AHostThatIsNotOursIsRefused) {
  const auto server = AdminServer::Start("192.0.2.1:0", Handlers());  // TEST-NET-1, RFC 5737
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().kind, ErrorKind::kFatal);
  EXPECT_THAT(server.error().message, StartsWith("admin server: can't listen on 192.0.2.1:0: "));
}

TEST(AdminServerTest, WhatIsNotHostAndPortIsAProblemOfTheConfiguration) {
  for (const char* listen :
       {"", "8080", "localhost", "a:b", "a:-1", "a:65536", "a:80x", "::1:80"}) {
    const auto server = AdminServer::Start(listen, Handlers());
    ASSERT_FALSE(server.ok()) << listen;
    EXPECT_EQ(server.error().kind, ErrorKind::kInvalidConfig) << listen;
  }
}

TEST(AdminServerTest, StopClosesThePortAndMayBeCalledTwice) {
  const auto server = StartServer(Handlers());
  const int port = server->port();
  ASSERT_EQ(Get(port, "/livez").status, 200);
  server->Stop();
  server->Stop();
  EXPECT_EQ(Get(port, "/livez").status, 0);
  const auto again = AdminServer::Start("127.0.0.1:" + std::to_string(port), Handlers());
  EXPECT_TRUE(again.ok());
}

TEST(AdminServerTest, AServerStoppedAtOnceEnds) {
  for (int i = 0; i < 20; ++i) StartServer(Handlers())->Stop();
}

TEST(AdminServerTest, ClientsAtTheSameTimeAllGetAReply) {
  const auto server = StartServer(Handlers());
  std::vector<int> statuses(16);
  {
    std::vector<std::jthread> clients;
    clients.reserve(statuses.size());
    for (int& status : statuses) {
      clients.emplace_back([&] { status = Get(server->port(), "/metrics").status; });
    }
  }
  EXPECT_EQ(statuses, std::vector<int>(16, 200));
}

}  // namespace
}  // namespace sluice
