#include <gtest/gtest.h>

#include "config/config.h"
#include "config/pipeline_config.h"
#include "daemon/builtin_ports.h"
#include "rest/rest_stores.h"
#include "stages/builtin.h"
#include "unit/files/temporary_directory.h"

namespace sluice {
namespace {

/// What `sluice validate` says of a store with these settings; "" if nothing.
std::string ProblemOf(const std::string& settings) {
  const testing::TemporaryDirectory folder;
  const std::string path = folder.Write("p.yaml",
                                        "pipeline: test\n"
                                        "source: { files: { paths: [in], topic: in } }\n"
                                        "sink: { files: { directory: out } }\n"
                                        "side_outputs: { failed: failed }\n"
                                        "stages: [ { route: [ { to: out } ] } ]\n"
                                        "stores:\n  api:\n    http: { " +
                                            settings + " }\n");
  Registry registry;
  EXPECT_TRUE(RegisterBuiltinStages(registry.stages).ok());
  EXPECT_TRUE(RegisterBuiltinPorts(registry).ok());
  auto config = LoadConfig(path, {}, [](const std::string&) { return std::nullopt; });
  if (!config) return config.error().message;
  auto checked = CheckPipeline(*config.value(), registry);
  if (checked) return "";
  return checked.error().message.substr(checked.error().message.find("stores.api"));
}

constexpr const char* kUrl = "url: \"https://h/{key}\"";

TEST(RestSettingsTest, TheExampleAndTheLeastAreGood) {
  EXPECT_EQ(ProblemOf(kUrl), "");
  EXPECT_EQ(ProblemOf(std::string(kUrl) +
                      ", token: \"t \", timeout: 1s, connect_timeout: 1s, connections: 1, "
                      "attempts: 1, give_up_after: 0s, max_body: 64KiB, tls: {}"),
            "");
}

TEST(RestSettingsTest, WhatCantWorkIsRefusedWithItsPlace) {
  EXPECT_NE(ProblemOf("token: t").find("url"), std::string::npos);
  EXPECT_EQ(ProblemOf("url: \"https://h/\""),
            "stores.api.http.url: must hold {key} behind the host, where the key is put");
  EXPECT_EQ(ProblemOf(std::string(kUrl) + ", token: t, token_file: f"),
            "stores.api.http: must have `token` or `token_file`, not both");
  EXPECT_EQ(ProblemOf(std::string(kUrl) + ", token: \"se cret\""),
            "stores.api.http.token: holds white space or characters that can't stand in a header");
  EXPECT_EQ(ProblemOf("url: \"http://h/{key}\", tls: { ca: x }"),
            "stores.api.http.tls: `url` asks for no TLS; write https://");
  EXPECT_EQ(ProblemOf(std::string(kUrl) + ", tls: { cert: x }"),
            "stores.api.http.tls: must have both `cert` and `key` of the client, or neither");
  EXPECT_EQ(ProblemOf(std::string(kUrl) + ", tls: { ca: nowhere.pem }"),
            "stores.api.http.tls: nowhere.pem can't be read");
  EXPECT_NE(ProblemOf(std::string(kUrl) + ", attempts: 0"), "");
  EXPECT_NE(ProblemOf(std::string(kUrl) + ", timeout: 2m"), "");
}

}  // namespace
}  // namespace sluice
