#include "config/redact.h"

#include <gmock/gmock.h>

#include "config_fixture.h"

namespace sluice {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using RedactTest = ConfigTest;

TEST_F(RedactTest, KeysThatSaySoAreSecretWhateverTheirCase) {
  for (const char* key :
       {"password", "sasl.password", "ssl.key.password", "secret", "token", "ssl.keystore.password",
        "sasl.oauthbearer.client.secret", "PASSWORD", "ssl.key.pem", "ssl_key",
        "sasl.oauthbearer.config", "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.private.key.pem", "Passphrase"}) {
    EXPECT_TRUE(IsSecretKey(key)) << key;
  }
  for (const char* key : {"key", "user", "url", "brokers", "ssl.key.location", "max_keys",
                          "sasl.mechanisms", "sasl.oauthbearer.method"}) {
    EXPECT_FALSE(IsSecretKey(key)) << key;
  }
}

TEST_F(RedactTest, UserAndPasswordOfAUrlAreNotShown) {
  EXPECT_EQ(RedactUrl("redis://u:p@h:1/2"), "redis://[redacted]@h:1/2");
  EXPECT_EQ(RedactUrl("redis://:p@h"), "redis://[redacted]@h");
  EXPECT_EQ(RedactUrl("redis://u:p@ss@h"), "redis://[redacted]@h");
  EXPECT_EQ(RedactUrl("redis://u:p/w@h"), "redis://[redacted]@h");
  EXPECT_EQ(RedactUrl("unix://u:p@/run/redis"), "unix://[redacted]@/run/redis");
}

TEST_F(RedactTest, ParametersOfAUrlAreNotShown) {
  EXPECT_EQ(RedactUrl("redis://h?password=p"), "redis://h?[redacted]");
  EXPECT_EQ(RedactUrl("redis://u:p@h/1?password=p"), "redis://[redacted]@h/1?[redacted]");
  EXPECT_EQ(RedactUrl("redis://h/1?password=a@b"), "redis://[redacted]");
  EXPECT_EQ(RedactUrl("redis://u:p?w@h"), "redis://[redacted]");
  EXPECT_EQ(RedactUrl("redis://h#p"), "redis://h#[redacted]");
  EXPECT_EQ(RedactUrl("unix:///run/s?db=1&password=a@b"), "unix:///run/s?[redacted]");
}

TEST_F(RedactTest, AUrlWithoutAPasswordIsShown) {
  for (const char* url :
       {"redis://h:1/2", "unix:///run/s?db=7", "unix:///run/a@b.sock", "a@b", "h:9092", ""}) {
    EXPECT_EQ(RedactUrl(url), url);
  }
}

TEST_F(RedactTest, NoSecretOfTheFileOrTheEnvironmentIsInTheText) {
  variables_ = {{"REDIS_TOKEN", "hush1"}, {"URL", "redis://me:hush2@h:1"}};
  const auto config = Loaded(
      "a: ${REDIS_TOKEN}\n"
      "b: [x, 'pre-${REDIS_TOKEN}']\n"
      "url: ${URL}\n"
      "redis: { user: me, password: hush3 }\n"
      "options: { sasl.password: hush4, sasl.username: me, ssl.key.password: hush5 }\n"
      "secret: { inner: hush6, list: [hush7] }\n"
      "c: ${API_KEY:-hush8}\n",
      {{"redis.token", "hush9"}, {"secret.late", "hush10"}});
  const std::string text = config->Redacted();
  EXPECT_THAT(text, Not(HasSubstr("hush")));
  EXPECT_THAT(text, AllOf(HasSubstr("a: \"[redacted]\""), HasSubstr("sasl.username: me"),
                          HasSubstr("user: me"), HasSubstr("redis://[redacted]@h:1")));
}

TEST_F(RedactTest, ASecretThatIsEmptyIsShownAsEmpty) {
  EXPECT_EQ(Loaded("password: \"\"\n")->Redacted(), "password: \"\"\n");
}

TEST_F(RedactTest, TheTextIsYamlOfTheSameValues) {
  const std::string text = Loaded(
                               "a: 1\nb: 'yes'\nc: \"\"\nd:\ne: {f: [], g: {}}\nh: \"x: y # z\"\n"
                               "i: \"two\\nlines\"\nj: 'null'\nk: '- x'\n'l.m': \"\\u00e9\"\n")
                               ->Redacted();
  const auto again = Loaded(text);
  EXPECT_EQ(again->Redacted(), text);
  const ConfigNode& root = again->root();
  EXPECT_EQ(root.String("b"), "yes");
  EXPECT_EQ(root.Get("d")->kind(), ConfigNode::Kind::kNull);
  EXPECT_EQ(root.Get("e")->Get("g")->kind(), ConfigNode::Kind::kMap);
  EXPECT_EQ(root.String("h"), "x: y # z");
  EXPECT_EQ(root.String("i"), "two\nlines");
  EXPECT_EQ(root.String("j"), "null");
  EXPECT_EQ(root.String("k"), "- x");
  EXPECT_EQ(root.String("l.m"), "\u00e9");
}

}  // namespace
}  // namespace sluice
