#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cassandra/cql_bytes.h"
#include "cassandra/cql_frame.h"
#include "cassandra/cql_request.h"
#include "cassandra/cql_response.h"
#include "fake_node.h"

namespace sluice::cassandra {
namespace {

/// "04 00 ..." as bytes.
std::string Bytes(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += hex[i] == ' ' ? 1 : 2) {
    if (hex[i] != ' ')
      bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

TEST(CqlCodecTest, RequestsAreTheBytesOfTheProtocol) {
  std::string options;
  AppendOptions(options);
  EXPECT_EQ(Hex(options), "040000000500000000");

  std::string prepare;
  AppendPrepare(prepare, "SELECT");
  SetStream(prepare, 0x0102);
  EXPECT_EQ(Hex(prepare), "04000102090000000a0000000653454c454354");

  std::string login;
  AppendPasswordResponse(login, "u", "pw");
  EXPECT_EQ(Hex(login),
            "040000000f000000090000000500750070"
            "77");

  std::string query;
  AppendQuery(query, "X", Consistency::kOne);
  EXPECT_EQ(Hex(query),
            "040000000700000008000000015800010"
            "0");
}

TEST(CqlCodecTest, AStatementIsExecutedAndSeveralAreABatch) {
  const PreparedStatement statement{
      .id = "ab", .parameters = {{"c", {.id = CqlType::Id::kInt}}}, .columns = {}};
  const std::vector<Cell> values = {Cell::Int(7)};
  const std::vector<PreparedValues> one = {{&statement, values}};
  std::string execute;
  EXPECT_EQ(AppendStatements(execute, one, Consistency::kQuorum, 1), "");
  EXPECT_EQ(Hex(execute),
            "040000000a0000001900026162"
            "0004"
            "21"
            "0001"
            "0000000400000007"
            "0000000000000001");

  const std::vector<PreparedValues> two = {{&statement, values}, {&statement, values}};
  std::string batch;
  EXPECT_EQ(AppendStatements(batch, two, Consistency::kLocalQuorum, -1), "");
  EXPECT_EQ(Hex(batch),
            "040000000d0000002c"
            "00"
            "0002"
            "01"
            "00026162"
            "0001"
            "0000000400000007"
            "01"
            "00026162"
            "0001"
            "0000000400000007"
            "0006"
            "20"
            "ffffffffffffffff");
}

TEST(CqlCodecTest, ValuesThatDoNotFitAreNamed) {
  const PreparedStatement statement{
      .id = "ab", .parameters = {{"c", {.id = CqlType::Id::kInt}}}, .columns = {}};
  const std::vector<Cell> text = {Cell::Text("7")};
  const std::vector<PreparedValues> bound = {{&statement, text}};
  std::string out;
  EXPECT_EQ(AppendStatements(out, bound, Consistency::kQuorum, 1),
            "column c: text where int is expected");
  const std::vector<PreparedValues> none = {{&statement, {}}};
  EXPECT_EQ(AppendStatements(out, none, Consistency::kQuorum, 1), "0 values for 1 parameters");
  EXPECT_EQ(AppendStatements(out, {}, Consistency::kQuorum, 1), "a request of 0 statements");
}

TEST(CqlCodecTest, FramesAreCutFromAStream) {
  FrameReader reader(100);
  const std::string bytes = frames::Void(3) + frames::Response(-1, Opcode::kReady, "") +
                            frames::Response(4, Opcode::kResult, "abc");
  Frame frame;
  std::vector<std::int16_t> streams;
  for (const char byte : bytes) {
    reader.Space(1)[0] = byte;
    reader.Filled(1);
    const auto outcome = reader.Next(frame);
    if (outcome == FrameReader::Outcome::kFrame) {
      streams.push_back(frame.stream);
    } else {
      EXPECT_EQ(outcome, FrameReader::Outcome::kNeedMore);
    }
  }
  EXPECT_EQ(streams, (std::vector<std::int16_t>{3, -1, 4}));
  EXPECT_EQ(frame.body, "abc");
}

FrameReader::Outcome OutcomeOf(const std::string& bytes, Frame& frame, std::size_t most = 100) {
  static FrameReader* reader = nullptr;  // What the frame points into.
  delete reader;
  reader = new FrameReader(most);
  std::ranges::copy(bytes, reader->Space(bytes.size()).begin());
  reader->Filled(bytes.size());
  return reader->Next(frame);
}

TEST(CqlCodecTest, WhatIsNoFrameIsNoted) {
  using Outcome = FrameReader::Outcome;
  Frame frame;
  EXPECT_EQ(OutcomeOf("HTTP/1.1 400", frame), Outcome::kMalformed);
  EXPECT_EQ(OutcomeOf("H", frame), Outcome::kMalformed);
  EXPECT_EQ(OutcomeOf(Bytes("83"), frame), Outcome::kMalformed);
  EXPECT_EQ(OutcomeOf(Bytes("84 00 00 00 02 ff ff ff ff"), frame), Outcome::kMalformed);
  EXPECT_EQ(OutcomeOf(Bytes("84 00 00 00 02 00 00 00 65"), frame), Outcome::kTooLarge);
  EXPECT_EQ(OutcomeOf(Bytes("84 01 00 00 02 00 00 00 00"), frame), Outcome::kMalformed);
  EXPECT_EQ(OutcomeOf(Bytes("84 00 00 00 02 00 00 00 02 00"), frame), Outcome::kNeedMore);
}

TEST(CqlCodecTest, WarningsTracesAndPayloadsAreSkipped) {
  Frame frame;
  std::string body(16, 't');
  AppendShort(body, 1);
  AppendString(body, "careful");
  AppendShort(body, 1);
  AppendString(body, "name");
  AppendInt(body, -1);
  body += "rest";
  EXPECT_EQ(OutcomeOf(frames::Response(1, Opcode::kResult, body, 0x0E), frame),
            FrameReader::Outcome::kFrame);
  EXPECT_EQ(frame.body, "rest");
  EXPECT_EQ(OutcomeOf(frames::Response(1, Opcode::kResult, "t", 0x02), frame),
            FrameReader::Outcome::kMalformed);
}

TEST(CqlCodecTest, ErrorsAreRead) {
  const std::string invalid = Bytes("00 00 22 00 00 02 6e 6f");
  const auto error = ReadError(invalid);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, ErrorCode::kInvalid);
  EXPECT_EQ(error->message, "no");
  const std::string forgotten = Bytes("00 00 25 00 00 00 00 02 61 62");
  const auto unprepared = ReadError(forgotten);
  ASSERT_TRUE(unprepared);
  EXPECT_EQ(unprepared->unprepared, "ab");
  EXPECT_FALSE(ReadError(Bytes("00 00 22 00 00 05 6e 6f")));
  EXPECT_FALSE(ReadError(Bytes("00 00 25 00 00 00")));
}

TEST(CqlCodecTest, MetadataIsReadToItsDepths) {
  // PREPARE of "INSERT INTO k.t (a, b) VALUES (?, ?)": a text, b map<text, list<frozen<u>>>.
  const std::string body = Bytes(
      "0002 6162 00000001 00000002 00000001 0000 0001 6b 0001 74"
      "0001 61 000d"
      "0001 62 0021 000d 0020 0030 0001 6b 0001 75 0002 0001 78 0009 0001 79 000d"
      "00000004 00000000");
  const auto statement = ReadPrepared(body);
  ASSERT_TRUE(statement);
  EXPECT_EQ(statement->id, "ab");
  ASSERT_EQ(statement->parameters.size(), 2U);
  EXPECT_EQ(statement->parameters[0].name, "a");
  const CqlType& type = statement->parameters[1].type;
  EXPECT_EQ(TypeName(type), "map<text, list<udt>>");
  EXPECT_EQ(type.parts[1].parts[0].names, (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(statement->columns.empty());
  for (std::size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(ReadPrepared(std::string_view(body).substr(0, size))) << size;
  }
}

TEST(CqlCodecTest, TypesTooDeepOrTooWideAreRefused) {
  std::string deep = Bytes("00000000 00000001 0001 6b 0001 74 0001 63");
  for (int i = 0; i < 40; ++i) AppendShort(deep, 0x20);
  AppendShort(deep, 0x09);
  AppendInt(deep, 0);
  EXPECT_FALSE(ReadRows(deep));
  const std::string wide = Bytes("00000000 00000001 0001 6b 0001 74 0001 63 0030 0000 0000 ffff") +
                           std::string(900'000, '\0');
  EXPECT_FALSE(ReadRows(wide));
}

TEST(CqlCodecTest, NumbersOfRowsThatCantBeAreNotBelieved) {
  EXPECT_FALSE(ReadRows(Bytes("00000000 00000001 0001 6b 0001 74 0001 63 0009 7fffffff")));
  EXPECT_FALSE(ReadRows(Bytes("00000004 00000000 7fffffff")));
  EXPECT_FALSE(ReadRows(Bytes("00000000 00000001 0001 6b 0001 74 0001 63 0009 ffffffff")));
  const auto rows =
      ReadRows(Bytes("00000000 00000001 0001 6b 0001 74 0001 63 0009 00000001 ffffffff"));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->rows, 1U);
  // A paging state stands before the columns, although no page was asked for.
  EXPECT_TRUE(
      ReadRows(Bytes("00000002 00000001 00000001 ff 0001 6b 0001 74 0001 63 0009 00000000")));
}

TEST(CqlCodecTest, TypesThatCellsHaveNoFormForAreFound) {
  using Id = CqlType::Id;
  const auto of = [](Id id) { return CqlType{.id = id, .parts = {}, .names = {}}; };
  EXPECT_EQ(UnsupportedIn(of(Id::kInt)), nullptr);
  EXPECT_NE(UnsupportedIn(of(Id::kDate)), nullptr);
  EXPECT_NE(UnsupportedIn(of(static_cast<Id>(0x99))), nullptr);
  const CqlType list{.id = Id::kList, .parts = {of(Id::kInet)}, .names = {}};
  ASSERT_NE(UnsupportedIn(list), nullptr);
  EXPECT_EQ(TypeName(*UnsupportedIn(list)), "inet");
  const CqlType map{.id = Id::kMap, .parts = {of(Id::kInt), of(Id::kInt)}, .names = {}};
  EXPECT_EQ(UnsupportedIn(map), &map);
}

}  // namespace
}  // namespace sluice::cassandra
