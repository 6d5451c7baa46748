#include "kafka/broker_list.h"

#include <gtest/gtest.h>

namespace sluice::kafka {
namespace {

TEST(BrokerListTest, WhatAClientCanConnectToIsRight) {
  for (const char* list : {"h:9092", "h", "h:9092, i:9092", "h:9092,i", "[::1]:9092", "[::1]",
                           "[fe80::1%eth0]:9092", "SASL_SSL://h:9092", "ssl://h",
                           "PLAINTEXT://[::1]:1", "10.0.0.1:9092", "a_b-c.d:65535", "h:9092,"}) {
    EXPECT_EQ(FaultOfBrokers(list), "") << list;
  }
}

TEST(BrokerListTest, WhatNoClientCanConnectToIsNamed) {
  for (const char* list : {"127.0.0.1:99999",
                           "kafka://h:9092",
                           "http://h:9092",
                           "h:9092;i:9092",
                           "h:abc",
                           "h:",
                           "h:0",
                           "h:-1",
                           "h:65536",
                           ",",
                           " ",
                           "",
                           "[::1:9092",
                           "[::1]9092",
                           "[h]:9092",
                           "::1:9092",
                           ":9092",
                           "h:9092 i:9092",
                           "h/x:9092",
                           "SSL://",
                           "h:9092,i:x",
                           "h:90 92",
                           "user@h:9092"}) {
    EXPECT_NE(FaultOfBrokers(list), "") << list;
  }
  EXPECT_NE(FaultOfBrokers("h:9092;i:9092").find("`h:9092;i:9092`"), std::string::npos);
}

}  // namespace
}  // namespace sluice::kafka
