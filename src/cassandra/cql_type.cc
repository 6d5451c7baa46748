#include "cassandra/cql_type.h"

#include <cstddef>
#include <string_view>

namespace sluice::cassandra {
namespace {

using Id = CqlType::Id;

constexpr int kDeepest = 16;
constexpr std::uint16_t kMostFields = 1024;

CqlType ReadAt(CqlReader& reader, int depth);

void ReadParts(CqlReader& reader, int depth, std::size_t count, CqlType& type) {
  for (; count > 0 && !reader.failed(); --count) type.parts.push_back(ReadAt(reader, depth + 1));
}

void ReadFields(CqlReader& reader, int depth, CqlType& type) {
  reader.String();  // Keyspace.
  reader.String();  // Name.
  const std::uint16_t count = reader.Short();
  if (count > kMostFields) reader.Fail();
  for (std::uint16_t left = count; left > 0 && !reader.failed(); --left) {
    type.names.emplace_back(reader.String());
    type.parts.push_back(ReadAt(reader, depth + 1));
  }
}

CqlType ReadAt(CqlReader& reader, int depth) {
  CqlType type{.id = static_cast<Id>(reader.Short())};
  if (depth > kDeepest) {
    reader.Fail();
    return type;
  }
  switch (type.id) {
    case Id::kCustom:
      reader.String();
      break;
    case Id::kList:
    case Id::kSet:
      ReadParts(reader, depth, 1, type);
      break;
    case Id::kMap:
      ReadParts(reader, depth, 2, type);
      break;
    case Id::kUdt:
      ReadFields(reader, depth, type);
      break;
    case Id::kTuple:
      ReadParts(reader, depth, reader.Short(), type);
      break;
    default:
      break;
  }
  return type;
}

std::string_view ScalarName(Id id) {
  switch (id) {
    case Id::kAscii:
      return "ascii";
    case Id::kBigint:
      return "bigint";
    case Id::kBlob:
      return "blob";
    case Id::kBoolean:
      return "boolean";
    case Id::kCounter:
      return "counter";
    case Id::kDecimal:
      return "decimal";
    case Id::kDouble:
      return "double";
    case Id::kFloat:
      return "float";
    case Id::kInt:
      return "int";
    case Id::kTimestamp:
      return "timestamp";
    case Id::kUuid:
      return "uuid";
    case Id::kVarchar:
      return "text";
    case Id::kVarint:
      return "varint";
    case Id::kTimeuuid:
      return "timeuuid";
    case Id::kInet:
      return "inet";
    case Id::kDate:
      return "date";
    case Id::kTime:
      return "time";
    case Id::kSmallint:
      return "smallint";
    case Id::kTinyint:
      return "tinyint";
    case Id::kDuration:
      return "duration";
    case Id::kList:
      return "list";
    case Id::kMap:
      return "map";
    case Id::kSet:
      return "set";
    case Id::kUdt:
      return "udt";
    case Id::kTuple:
      return "tuple";
    case Id::kCustom:
      return "custom";
  }
  return "unknown";
}

bool HasForm(const CqlType& type) {
  switch (type.id) {
    case Id::kCustom:
    case Id::kInet:
    case Id::kDate:
    case Id::kTime:
    case Id::kDuration:
    case Id::kTuple:
      return false;
    case Id::kMap:
      return IsText(type.parts[0].id);
    default:
      return ScalarName(type.id) != "unknown";
  }
}

}  // namespace

CqlType ReadType(CqlReader& reader) { return ReadAt(reader, 0); }

std::string TypeName(const CqlType& type) {
  std::string name(ScalarName(type.id));
  if (type.parts.empty() || type.id == Id::kUdt) return name;
  const char* separator = "<";
  for (const CqlType& part : type.parts) {
    name += separator;
    name += TypeName(part);
    separator = ", ";
  }
  return name += '>';
}

const CqlType* UnsupportedIn(const CqlType& type) {
  if (!HasForm(type)) return &type;
  for (const CqlType& part : type.parts) {
    if (const CqlType* found = UnsupportedIn(part)) return found;
  }
  return nullptr;
}

bool IsText(Id id) { return id == Id::kVarchar || id == Id::kAscii; }

}  // namespace sluice::cassandra
