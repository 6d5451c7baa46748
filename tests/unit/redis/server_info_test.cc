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

TEST(ServerInfoTest, VersionMemoryAndPersistenceAreFound) {
  const ServerInfo info = ParseServerInfo(
      "redis_version:7.0.15\r\nused_memory:1048576\r\nused_memory_rss:9\r\nmaxmemory:8388608\r\n"
      "loading:1\r\naof_enabled:1\r\n");
  EXPECT_EQ(info.version, "7.0.15");
  EXPECT_EQ(info.used_memory, 1'048'576);
  EXPECT_EQ(info.max_memory, 8'388'608);
  EXPECT_TRUE(info.loading && info.append_only);
  EXPECT_FALSE(ParseServerInfo("loading:0\r\naof_enabled:0").loading);
  EXPECT_FALSE(ParseServerInfo("loading:0\r\naof_enabled:0").append_only);
}

TEST(ServerInfoTest, WhatIsMissingIsEmpty) {
  const ServerInfo info = ParseServerInfo("role");
  EXPECT_TRUE(info.run_id.empty() && info.role.empty() && info.mode.empty());
  EXPECT_TRUE(ParseServerInfo("").eviction_policy.empty());
}

}  // namespace
}  // namespace sluice
