#include "redis/fault.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace sluice {
namespace {

TEST(RedisFaultTest, RepliesOfRealServersAreTold) {
  EXPECT_EQ(FaultOfReply("OOM command not allowed when used memory > 'maxmemory'."),
            RedisFault::kOutOfMemory);
  EXPECT_EQ(FaultOfReply("LOADING Redis is loading the dataset in memory"), RedisFault::kLoading);
  EXPECT_EQ(FaultOfReply("READONLY You can't write against a read only replica."),
            RedisFault::kReadOnly);
  EXPECT_EQ(FaultOfReply("MISCONF Redis is configured to save RDB snapshots, but"),
            RedisFault::kMisconf);
  EXPECT_EQ(FaultOfReply("WRONGTYPE Operation against a key holding the wrong kind of value"),
            RedisFault::kWrongType);
  EXPECT_EQ(FaultOfReply("NOAUTH Authentication required."), RedisFault::kAccess);
  EXPECT_EQ(FaultOfReply("WRONGPASS invalid username-password pair or user is disabled."),
            RedisFault::kAccess);
  EXPECT_EQ(FaultOfReply("ERR DB index is out of range"), RedisFault::kDatabase);
  EXPECT_EQ(FaultOfReply("ERR invalid DB index"), RedisFault::kDatabase);
  EXPECT_EQ(FaultOfReply("REDIRECT 10.0.0.2:6379"), RedisFault::kReadOnly);
  EXPECT_EQ(FaultOfReply("MOVED 866 127.0.0.1:7001"), RedisFault::kCluster);
  EXPECT_EQ(FaultOfReply("ERR syntax error"), RedisFault::kForm);
  EXPECT_EQ(FaultOfReply("ERR max number of clients reached"), RedisFault::kOther);
}

TEST(RedisFaultTest, APermissionForACommandIsNotOneForAKey) {
  for (const char* reply : {"NOPERM this user has no permissions to run the 'set' command",
                            "NOPERM User dedup has no permissions to run the 'set' command"}) {
    EXPECT_EQ(FaultOfReply(reply), RedisFault::kAccess) << reply;
  }
  for (const char* reply :
       {"NOPERM this user has no permissions to access one of the keys used as arguments",
        "NOPERM No permissions to access a key"}) {
    EXPECT_EQ(FaultOfReply(reply), RedisFault::kKeyAccess) << reply;
  }
}

TEST(RedisFaultTest, AServerIsLeftUnlessTheFaultIsOfAKeyOrOfACommandsForm) {
  for (const RedisFault fault :
       {RedisFault::kReadOnly, RedisFault::kCluster, RedisFault::kLoading, RedisFault::kMisconf,
        RedisFault::kOutOfMemory, RedisFault::kAccess, RedisFault::kOther}) {
    EXPECT_TRUE(LeavesServer(fault)) << FaultName(fault);
  }
  for (const RedisFault fault :
       {RedisFault::kWrongType, RedisFault::kKeyAccess, RedisFault::kForm}) {
    EXPECT_FALSE(LeavesServer(fault)) << FaultName(fault);
  }
}

TEST(RedisFaultTest, EveryFaultHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(RedisFault::kOther); ++i) {
    names.insert(FaultName(static_cast<RedisFault>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(RedisFault::kOther) + 1);
}

}  // namespace
}  // namespace sluice
