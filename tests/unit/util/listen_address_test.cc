#include "util/listen_address.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

TEST(ListenAddressTest, HostAndPortAreRead) {
  const auto address = ParseListenAddress("localhost:8080");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "localhost");
  EXPECT_EQ(address->port, 8080);
}

TEST(ListenAddressTest, AnIpv6AddressStandsInBrackets) {
  const auto address = ParseListenAddress("[::1]:65535");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "::1");
  EXPECT_EQ(address->port, 65535);
}

TEST(ListenAddressTest, NoHostAndAStarAreEveryAddress) {
  for (const char* listen : {":0", "*:0"}) {
    const auto address = ParseListenAddress(listen);
    ASSERT_TRUE(address) << listen;
    EXPECT_EQ(address->host, "");
  }
}

TEST(ListenAddressTest, NamesAndAddressesThatCanExistAreTaken) {
  for (const char* listen :
       {"127.0.0.1:9400", "0.0.0.0:9400", "[::]:9400", "[fe80::1%eth0]:1", "a:0", "a-b.c:1",
        "host_1:1", "10.example.org.:1", "127.1:1", "0:1", "xn--bcher-kva.example:1"}) {
    EXPECT_TRUE(ParseListenAddress(listen)) << listen;
  }
}

TEST(ListenAddressTest, AnyOtherFormIsRefused) {
  for (const char* listen : {"",
                             "8080",
                             "localhost",
                             "a:b",
                             "a:-1",
                             "a:+1",
                             "a:65536",
                             "a:80x",
                             "a: 80",
                             "a:",
                             ":",
                             "::1:80",
                             "[::1:80",
                             "::1]:80",
                             "[]:80",
                             "[::1]",
                             "[::1]80",
                             "[a]:80",
                             "[127.0.0.1]:80",
                             "[::1]x:80",
                             "[fe80::1%]:80",
                             "http://127.0.0.1:80",
                             "//a:80",
                             "a/b:80",
                             "a:80/",
                             "a b:80",
                             " a:80",
                             "a :80",
                             "a..b:80",
                             ".a:80",
                             "-a:80",
                             "a-:80",
                             "user@a:80",
                             "**:80",
                             "*.a:80",
                             "256.0.0.1:80",
                             "1.2.3.4.5:80",
                             "127.0.0.:80x",
                             "b\xc3\xbc"
                             "cher:80",
                             "a,b:80",
                             "a;b:80"}) {
    EXPECT_FALSE(ParseListenAddress(listen)) << listen;
  }
  EXPECT_FALSE(ParseListenAddress(std::string(64, 'a') + ":80"));
}

}  // namespace
}  // namespace sluice
