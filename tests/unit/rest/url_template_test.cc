#include "rest/url_template.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

std::string UrlOf(const std::string& text, const std::string& key) {
  const auto url = UrlTemplate::Parse(text);
  return url ? url.value().For(key) : url.error().message;
}

TEST(UrlTemplateTest, AKeyIsOneSegmentOfThePath) {
  const std::string base = "https://api.example.org/v3/read/";
  EXPECT_EQ(UrlOf(base + "{key}", "X3J6W1"), base + "X3J6W1");
  EXPECT_EQ(UrlOf(base + "{key}", "A B"), base + "A%20B");
  EXPECT_EQ(UrlOf(base + "{key}", "a/b"), base + "a%2Fb");
  EXPECT_EQ(UrlOf(base + "{key}", "é"), base + "%C3%A9");
  EXPECT_EQ(UrlOf(base + "{key}", "a?b#c%d&e+"), base + "a%3Fb%23c%25d%26e%2B");
  EXPECT_EQ(UrlOf(base + "{key}", "-_.~..x"), base + "-_.~..x");
  EXPECT_EQ(UrlOf(base + "{key}", std::string("\0\r\n\xFF", 4)), base + "%00%0D%0A%FF");
}

TEST(UrlTemplateTest, AKeyCantLeaveItsFolder) {
  EXPECT_EQ(UrlOf("http://h/a/{key}/b", "."), "http://h/a/%2E/b");
  EXPECT_EQ(UrlOf("http://h/a/{key}/b", ".."), "http://h/a/%2E%2E/b");
}

TEST(UrlTemplateTest, ThePlaceholderMayBeFollowedByAQuery) {
  EXPECT_EQ(UrlOf("http://h:81/user/{key}?fields=a,b", "u 1"), "http://h:81/user/u%201?fields=a,b");
  EXPECT_EQ(UrlOf("http://h/read?id={key}", "u&x=1"), "http://h/read?id=u%26x%3D1");
}

TEST(UrlTemplateTest, TheServerIsNamedWithoutThePath) {
  EXPECT_EQ(UrlTemplate::Parse("https://h:81/s/{key}").value().server(), "https://h:81");
  EXPECT_EQ(UrlTemplate::Parse("http://[::1]?{key}").value().server(), "http://[::1]");
}

TEST(UrlTemplateTest, WhatCantBeAskedIsRefused) {
  const std::string scheme = "must begin with http:// or https:// and a host";
  EXPECT_EQ(UrlOf("h/{key}", ""), scheme);
  EXPECT_EQ(UrlOf("file:///etc/{key}", ""), scheme);
  EXPECT_EQ(UrlOf("HTTPS://h/{key}", ""), scheme);
  const std::string place = "must hold {key} behind the host, where the key is put";
  EXPECT_EQ(UrlOf("http://h/", ""), place);
  EXPECT_EQ(UrlOf("http://{key}/x", ""), place);
  EXPECT_EQ(UrlOf("http://h/{key}/{key}", ""), "must hold {key} once");
  EXPECT_EQ(UrlOf("http://user:secret@h/{key}", ""),
            "must hold no user or password; use `token` or `token_file`");
  EXPECT_EQ(UrlOf("http://h:99999/{key}", ""), "is not a valid URL");
  EXPECT_EQ(UrlOf("http:///{key}", ""), scheme);
  EXPECT_EQ(UrlOf("http://:80/{key}", ""), "is not a valid URL");
  EXPECT_EQ(UrlOf("http://h/a b/{key}", ""), "is not a valid URL");
  EXPECT_EQ(UrlOf("http://h/{id}/{key}", ""), "is not a valid URL");
  EXPECT_EQ(UrlOf("http://h/{key}#part", ""), "is not a valid URL");
}

}  // namespace
}  // namespace sluice
