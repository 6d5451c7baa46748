#include "redis/url.h"

#include <gtest/gtest.h>

#include <string>

#include "redis/tls.h"

namespace sluice {
namespace {

RedisSettings Parsed(std::string_view url) {
  auto settings = ParseRedisUrl(url);
  EXPECT_TRUE(settings.ok()) << (settings.ok() ? "" : settings.error().message);
  return settings.ok() ? settings.value() : RedisSettings{};
}

std::string Complaint(std::string_view url) {
  const auto settings = ParseRedisUrl(url);
  EXPECT_FALSE(settings.ok()) << url;
  if (settings.ok()) return "";
  EXPECT_EQ(settings.error().kind, ErrorKind::kInvalidConfig);
  return settings.error().message;
}

TEST(RedisUrlTest, AHostAloneGetsTheDefaults) {
  const RedisSettings settings = Parsed("redis://cache.internal");
  EXPECT_EQ(settings.host, "cache.internal");
  EXPECT_EQ(settings.port, 6379);
  EXPECT_EQ(settings.db, 0);
  EXPECT_TRUE(settings.password.empty());
  EXPECT_TRUE(settings.unix_path.empty());
  EXPECT_EQ(settings.Address(), "redis://cache.internal:6379/0");
}

TEST(RedisUrlTest, EveryPartIsRead) {
  const RedisSettings settings = Parsed("redis://dedup:s3cret@10.0.0.7:7000/7");
  EXPECT_EQ(settings.user, "dedup");
  EXPECT_EQ(settings.password, "s3cret");
  EXPECT_EQ(settings.host, "10.0.0.7");
  EXPECT_EQ(settings.port, 7000);
  EXPECT_EQ(settings.db, 7);
}

TEST(RedisUrlTest, APasswordMayStandWithoutAUser) {
  const RedisSettings settings = Parsed("redis://:s3cret@host/");
  EXPECT_TRUE(settings.user.empty());
  EXPECT_EQ(settings.password, "s3cret");
  EXPECT_EQ(settings.db, 0);
}

TEST(RedisUrlTest, APasswordMayHoldAnyCharacter) {
  EXPECT_EQ(Parsed("redis://u:a%40b%2Fc%3a%25@host").password, "a@b/c:%");
  EXPECT_EQ(Parsed("redis://u:a@b/c:d@host:1/2").password, "a@b/c:d");
}

TEST(RedisUrlTest, AnIpv6HostStandsInBrackets) {
  const RedisSettings settings = Parsed("redis://[::1]:6380/3");
  EXPECT_EQ(settings.host, "::1");
  EXPECT_EQ(settings.port, 6380);
  EXPECT_EQ(settings.Address(), "redis://[::1]:6380/3");
  EXPECT_EQ(Parsed("redis://[fe80::2]").port, 6379);
}

TEST(RedisUrlTest, AUnixSocketMayNameItsDatabase) {
  const RedisSettings settings = Parsed("unix:///run/redis/redis.sock?db=9");
  EXPECT_EQ(settings.unix_path, "/run/redis/redis.sock");
  EXPECT_EQ(settings.db, 9);
  EXPECT_EQ(settings.Address(), "unix:///run/redis/redis.sock?db=9");
  EXPECT_EQ(Parsed("unix:///redis.sock").db, 0);
  EXPECT_EQ(Parsed("unix:///run/a@b.sock").unix_path, "/run/a@b.sock");
}

TEST(RedisUrlTest, AUnixSocketMayNeedAPassword) {
  const RedisSettings settings = Parsed("unix://u:p@/run/redis.sock");
  EXPECT_EQ(settings.user, "u");
  EXPECT_EQ(settings.password, "p");
  EXPECT_EQ(settings.unix_path, "/run/redis.sock");
}

TEST(RedisUrlTest, TheAddressHoldsNoSecrets) {
  EXPECT_EQ(Parsed("redis://user:s3cret@host").Address(), "redis://host:6379/0");
}

TEST(RedisUrlTest, AComplaintShowsTheUrlWithoutItsSecrets) {
  const std::string message = Complaint("redis://user:s3cret@host:0/1");
  EXPECT_NE(message.find("redis://***@host:0/1"), std::string::npos) << message;
  EXPECT_EQ(message.find("s3cret"), std::string::npos) << message;
  EXPECT_EQ(message.find("user:s"), std::string::npos) << message;
}

TEST(RedisUrlTest, AComplaintDoesNotShowParameters) {
  for (const char* url : {"redis://host?password=s3cret", "redis://host/0?password=s3cret@s3cret",
                          "redis://host#s3cret", "redis://u:p?s3cret@host:0",
                          "redis://host:0?a=s3cret", "redis://u:p@host?password=s3cret",
                          "unix:///run/s?password=s3cret", "unix:///run/s?db=1&password=s3cret"}) {
    EXPECT_EQ(Complaint(url).find("s3cret"), std::string::npos) << Complaint(url);
  }
  EXPECT_NE(Complaint("redis://host?password=x").find("\"redis://host\""), std::string::npos);
}

TEST(RedisUrlTest, OtherFormsAreRefused) {
  for (const char* url : {"",
                          "localhost:6379",
                          "http://host",
                          "redis://",
                          "redis://:6379",
                          "redis://host:port",
                          "redis://host:65536",
                          "redis://host:0",
                          "redis://host/x",
                          "redis://host/-1",
                          "redis://host/1/2",
                          "redis://host?db=1",
                          "redis://host/1#x",
                          "redis://[::1",
                          "redis://[]",
                          "redis://[::1]6379",
                          "redis://user@host",
                          "redis://user:@host",
                          "redis://u:%4@host",
                          "redis://u:%zz@host",
                          "unix://run/redis.sock",
                          "unix://",
                          "unix:///s?database=1",
                          "unix:///s?db=x"}) {
    EXPECT_FALSE(Complaint(url).empty()) << url;
  }
}

TEST(RedisUrlTest, TlsIsTakenWhereHiredisCanDoItAndRefusedElsewhere) {
  constexpr std::string_view kUrl = "rediss://user:s3cret@cache:6380/1";
  if (CheckTlsSupport("").ok()) {
    EXPECT_TRUE(Parsed(kUrl).tls);
    EXPECT_EQ(Parsed(kUrl).Address(), "rediss://cache:6380/1");
    return;
  }
  const std::string message = Complaint(kUrl);
  EXPECT_NE(message.find("needs hiredis 1.0 or newer"), std::string::npos) << message;
  EXPECT_NE(message.find("rediss://cache:6380/1"), std::string::npos) << message;
  EXPECT_EQ(message.find("s3cret"), std::string::npos) << message;
}

}  // namespace
}  // namespace sluice
