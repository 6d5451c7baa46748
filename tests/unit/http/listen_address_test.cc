#include "http/listen_address.h"

#include <gtest/gtest.h>

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

TEST(ListenAddressTest, NoHostAndAStarAreEveryIpv4Address) {
  for (const char* listen : {":0", "*:0"}) {
    const auto address = ParseListenAddress(listen);
    ASSERT_TRUE(address) << listen;
    EXPECT_EQ(address->host, "0.0.0.0");
  }
}

TEST(ListenAddressTest, AnyOtherFormIsRefused) {
  for (const char* listen : {"", "8080", "localhost", "a:b", "a:-1", "a:65536", "a:80x",
                             "a:", "::1:80", "[::1:80", "http://127.0.0.1:80"}) {
    EXPECT_FALSE(ParseListenAddress(listen)) << listen;
  }
}

}  // namespace
}  // namespace sluice
