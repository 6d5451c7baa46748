#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cassandra/cql_bytes.h"

namespace sluice::cassandra {

/// The type of a column or parameter, as the metadata of a statement tells it.
struct CqlType {
  enum class Id : std::uint16_t {
    kCustom = 0x00,
    kAscii = 0x01,
    kBigint = 0x02,
    kBlob = 0x03,
    kBoolean = 0x04,
    kCounter = 0x05,
    kDecimal = 0x06,
    kDouble = 0x07,
    kFloat = 0x08,
    kInt = 0x09,
    kTimestamp = 0x0B,
    kUuid = 0x0C,
    kVarchar = 0x0D,
    kVarint = 0x0E,
    kTimeuuid = 0x0F,
    kInet = 0x10,
    kDate = 0x11,
    kTime = 0x12,
    kSmallint = 0x13,
    kTinyint = 0x14,
    kDuration = 0x15,
    kList = 0x20,
    kMap = 0x21,
    kSet = 0x22,
    kUdt = 0x30,
    kTuple = 0x31,
  };

  Id id = Id::kCustom;
  std::vector<CqlType> parts = {};  ///< Of a list or set one, of a map two, of the fields of a UDT.
  std::vector<std::string> names = {};  ///< Of the fields of a UDT.

  friend bool operator==(const CqlType&, const CqlType&) = default;
};

/// A column of a result, or a parameter of a statement.
struct CqlColumn {
  std::string name;
  CqlType type;

  friend bool operator==(const CqlColumn&, const CqlColumn&) = default;
};

/// Fails the reader where the type is deeper than any that is used, or ends too early.
CqlType ReadType(CqlReader& reader);

/// As in CQL: "list<text>"; of a user-defined type "udt".
std::string TypeName(const CqlType& type);

/// The type in it that cells have no form for (tuples, dates, maps whose keys are no text ...);
/// nullptr if there is none.
const CqlType* UnsupportedIn(const CqlType& type);

[[nodiscard]] bool IsText(CqlType::Id id);

}  // namespace sluice::cassandra
