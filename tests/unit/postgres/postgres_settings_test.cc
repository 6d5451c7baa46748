#include "postgres/postgres_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

PostgresSettings ParsedPostgres(std::string_view url) {
  auto settings = ParsePostgresUrl(url);
  EXPECT_TRUE(settings.ok()) << (settings.ok() ? "" : settings.error().message);
  return settings.ok() ? settings.value() : PostgresSettings{};
}

std::string ComplaintOfPostgres(std::string_view url) {
  const auto settings = ParsePostgresUrl(url);
  EXPECT_FALSE(settings.ok()) << url;
  if (settings.ok()) return "";
  EXPECT_EQ(settings.error().kind, ErrorKind::kInvalidConfig);
  return settings.error().message;
}

TEST(PostgresUrlTest, EveryPartIsRead) {
  const PostgresSettings settings =
      ParsedPostgres("postgresql://al%40ice:s3cr%2Fet@db1:6000/analytics?sslmode=require");
  ASSERT_EQ(settings.hosts.size(), 1U);
  EXPECT_EQ(settings.hosts[0].host, "db1");
  EXPECT_EQ(settings.hosts[0].port, 6000);
  EXPECT_EQ(settings.user, "al@ice");
  EXPECT_EQ(settings.password, "s3cr/et");
  EXPECT_EQ(settings.database, "analytics");
  ASSERT_EQ(settings.options.size(), 1U);
  EXPECT_EQ(settings.options[0], (std::pair<std::string, std::string>("sslmode", "require")));
  EXPECT_EQ(settings.Address(), "postgresql://db1:6000/analytics");
}

TEST(PostgresUrlTest, SeveralHostsHavePortsOfTheirOwn) {
  const PostgresSettings settings = ParsedPostgres("postgres://u@db1,db2:6000,[::1]:7000/d");
  EXPECT_EQ(settings.Address(), "postgresql://db1:5432,db2:6000,[::1]:7000/d");
}

TEST(PostgresUrlTest, OnePortStandsForAllHosts) {
  EXPECT_EQ(ParsedPostgres("postgresql:///d?host=a,b&port=6000").Address(),
            "postgresql://a:6000,b:6000/d");
}

TEST(PostgresUrlTest, ADirectoryIsASocket) {
  const PostgresSettings settings = ParsedPostgres("postgresql:///d?host=/run/postgresql");
  EXPECT_TRUE(settings.hosts.at(0).is_socket());
  EXPECT_FALSE(ParsedPostgres("postgresql://run/d").hosts.at(0).is_socket());
}

TEST(PostgresUrlTest, OtherFormsAreRefused) {
  for (const char* url : {"", "redis://host", "host=db1 password=s3cret", "postgresql:///d",
                          "postgresql://h1,,h2/d", "postgresql://u:s3cr%zzet@h/d"}) {
    EXPECT_THAT(ComplaintOfPostgres(url), HasSubstr("postgresql://[user[:password]@]host")) << url;
    EXPECT_THAT(ComplaintOfPostgres(url), Not(HasSubstr("s3cr"))) << url;
  }
  EXPECT_THAT(ComplaintOfPostgres("postgresql://h/d?nonsense=1"), HasSubstr("\"nonsense\""));
  EXPECT_THAT(ComplaintOfPostgres("postgresql://h/d?connect_timeout=1"), HasSubstr("`timeout`"));
  EXPECT_THAT(ComplaintOfPostgres("postgresql://h/d?hostaddr=1.2.3.4"), HasSubstr("as the host"));
  EXPECT_THAT(ComplaintOfPostgres("postgresql://h:99999/d"), HasSubstr("65535"));
  EXPECT_THAT(ComplaintOfPostgres("postgresql:///d?host=a,b,c&port=1,2"), HasSubstr("one port"));
}

}  // namespace
}  // namespace sluice
