#include "redis/server_info.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ServerInfoTest, TheFieldsWeNeedAreFound) {
  const ServerInfo info = ParseServerInfo(
      "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:c0ffee\r\n\r\n"
      "# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n# "
      "Replication\r\nrole:master\r\n");
  EXPECT_EQ(info.run_id, "c0ffee");
  EXPECT_EQ(info.role, "master");
  EXPECT_EQ(info.mode, "standalone");
  EXPECT_EQ(info.eviction_policy, "allkeys-lru");
}

TEST(ServerInfoTest, WhatIsMissingIsEmpty) {
  const ServerInfo info = ParseServerInfo("role");
  EXPECT_TRUE(info.run_id.empty() && info.role.empty() && info.mode.empty());
  EXPECT_TRUE(ParseServerInfo("").eviction_policy.empty());
}

}  // namespace
}  // namespace sluice
