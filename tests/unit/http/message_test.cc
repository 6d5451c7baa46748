#include "http/message.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

HttpRequest Targeting(std::string_view target) {
  HttpRequest request;
  SetTarget(target, request);
  return request;
}

TEST(HttpMessageTest, TheQueryIsWhatFollowsTheFirstQuestionMark) {
  const HttpRequest request = Targeting("/status?a=1?b=/c");
  EXPECT_EQ(request.path, "/status");
  EXPECT_EQ(request.query, "a=1?b=/c");
  EXPECT_EQ(Targeting("/status").query, "");
}

TEST(HttpMessageTest, TheAbsoluteFormIsThePathInIt) {
  EXPECT_EQ(Targeting("http://host:1/status?a=1").path, "/status");
  EXPECT_EQ(Targeting("http://host:1/status?a=1").query, "a=1");
  EXPECT_EQ(Targeting("http://host").path, "/");
  EXPECT_EQ(Targeting("http://host?a=1").query, "a=1");
  EXPECT_EQ(Targeting("/see?http://host/b").path, "/see");
}

TEST(HttpMessageTest, HeadersAreFoundInAnyCaseAndTheFirstCounts) {
  const HttpRequest request{"GET", "/", "", {{"X-One", "1"}, {"x-one", "2"}}};
  EXPECT_EQ(request.Header("x-ONE"), "1");
  EXPECT_EQ(request.Header("x-on"), "");
}

}  // namespace
}  // namespace sluice
