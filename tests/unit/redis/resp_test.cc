#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "redis/resp_reader.h"
#include "redis/resp_writer.h"

namespace sluice {
namespace {

using Outcome = RespReader::Outcome;
using Type = RespToken::Type;

void Feed(RespReader& reader, std::string_view bytes) {
  const auto space = reader.Space(bytes.size());
  std::copy(bytes.begin(), bytes.end(), space.begin());
  reader.Filled(bytes.size());
}

/// Every token of `bytes`, "<type>:<text or number>", and how it ended.
std::vector<std::string> Tokens(RespReader& reader) {
  std::vector<std::string> tokens;
  RespToken token;
  Outcome outcome = reader.Next(token);
  for (; outcome == Outcome::kToken; outcome = reader.Next(token)) {
    const std::string text(token.text);
    switch (token.type) {
      case Type::kSimple:
        tokens.push_back("simple:" + text);
        break;
      case Type::kError:
        tokens.push_back("error:" + text);
        break;
      case Type::kInteger:
        tokens.push_back("integer:" + std::to_string(token.number));
        break;
      case Type::kBulk:
        tokens.push_back("bulk:" + text);
        break;
      case Type::kNil:
        tokens.emplace_back("nil");
        break;
      case Type::kArray:
        tokens.push_back("array:" + std::to_string(token.number));
        break;
    }
  }
  if (outcome == Outcome::kMalformed) tokens.emplace_back("malformed");
  return tokens;
}

TEST(RespWriterTest, ACommandIsAnArrayOfBulkStrings) {
  std::string out;
  AppendRespCommand(out, {"SET", "key", ""});
  EXPECT_EQ(out, "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n");
}

TEST(RespWriterTest, ArgumentsMayHoldAnyByte) {
  std::string out;
  const std::string_view bytes("\0\r\n\xff", 4);
  const std::size_t at = AppendRespBulk(out, bytes);
  EXPECT_EQ(out, std::string("$4\r\n\0\r\n\xff\r\n", 10));
  EXPECT_EQ(std::string_view(out).substr(at, 4), bytes);
}

constexpr std::string_view kReplies =
    "+OK\r\n-ERR "
    "no\r\n:-12\r\n$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*2\r\n$1\r\nx\r\n:1\r\n*0\r\n*-1\r\n+"
    "\r\n";
const std::vector<std::string> kReplyTokens = {
    "simple:OK", "error:ERR no", "integer:-12", "bulk:a\r\nbc", "bulk:", "nil",
    "array:2",   "bulk:x",       "integer:1",   "array:0",      "nil",   "simple:"};

TEST(RespReaderTest, EveryKindOfReplyIsRead) {
  RespReader reader;
  Feed(reader, kReplies);
  EXPECT_EQ(Tokens(reader), kReplyTokens);
}

TEST(RespReaderTest, RepliesMayComeInPiecesOfAnySize) {
  for (std::size_t piece = 1; piece < kReplies.size(); ++piece) {
    RespReader reader;
    std::vector<std::string> tokens;
    for (std::size_t at = 0; at < kReplies.size(); at += piece) {
      Feed(reader, kReplies.substr(at, piece));
      for (std::string& token : Tokens(reader)) tokens.push_back(std::move(token));
    }
    EXPECT_EQ(tokens, kReplyTokens) << "pieces of " << piece;
  }
}

TEST(RespReaderTest, AReplyLargerThanTheBufferIsRead) {
  RespReader reader;
  const std::string value(8'000'000, 'v');
  const std::string reply = "$8000000\r\n" + value + "\r\n+OK\r\n";
  for (std::string_view rest = reply; !rest.empty();) {
    Feed(reader, rest.substr(0, 65536));
    rest.remove_prefix(std::min<std::size_t>(65536, rest.size()));
  }
  RespToken token;
  ASSERT_EQ(reader.Next(token), Outcome::kToken);
  EXPECT_EQ(token.text, value);
  ASSERT_EQ(reader.Next(token), Outcome::kToken);
  EXPECT_EQ(token.text, "OK");
}

TEST(RespReaderTest, TheMemoryOfAHugeReplyIsGivenBack) {
  RespReader reader;
  RespToken token;
  Feed(reader, "$8000000\r\n" + std::string(8'000'000, 'v') + "\r\n");
  ASSERT_EQ(reader.Next(token), Outcome::kToken);
  EXPECT_LT(reader.Space(4096).size(), 1'000'000U);
}

TEST(RespReaderTest, WhatIsNotTheProtocolIsSeen) {
  for (const char* bytes : {"HTTP/1.1 400\r\n", "\r\n", "$x\r\n", "$\r\n", "$-2\r\n", "*-7\r\n",
                            ":1x\r\n", "+OK\n", "$2\r\nabcd", "$99999999999999\r\n", "%1\r\n"}) {
    RespReader reader;
    Feed(reader, bytes);
    RespToken token;
    EXPECT_EQ(reader.Next(token), Outcome::kMalformed) << bytes;
  }
}

TEST(RespReaderTest, AnEndlessLineIsSeen) {
  RespReader reader;
  Feed(reader, "+" + std::string(100'000, 'x'));
  RespToken token;
  EXPECT_EQ(reader.Next(token), Outcome::kMalformed);
}

TEST(RespReaderTest, ClearForgetsAnUnfinishedReply) {
  RespReader reader;
  Feed(reader, "$5\r\nab");
  EXPECT_TRUE(Tokens(reader).empty());
  reader.Clear();
  Feed(reader, "+OK\r\n");
  EXPECT_EQ(Tokens(reader), std::vector<std::string>{"simple:OK"});
}

}  // namespace
}  // namespace sluice
