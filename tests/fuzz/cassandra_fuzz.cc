// Any bytes as what a node of Cassandra sends: nothing crashes, no more memory is taken than the
// bytes justify, and numbers that were read are written as the same bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cassandra/cql_frame.h"
#include "cassandra/cql_number.h"
#include "cassandra/cql_response.h"
#include "cassandra/cql_value.h"

namespace {

using sluice::cassandra::CqlType;

constexpr std::size_t kLargestFrame = std::size_t{1} << 16;

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckNumber(std::string_view bytes) {
  const auto text = sluice::cassandra::TextOfVarint(bytes);
  if (!text) return;
  const auto shortest = sluice::cassandra::VarintOfText(*text);
  Check(shortest && shortest->size() <= bytes.size());
  Check(sluice::cassandra::TextOfVarint(*shortest) == text);
  const auto decimal = sluice::cassandra::TextOfDecimal(3, bytes);
  const auto again = sluice::cassandra::DecimalOfText(*decimal);
  Check(again && again->scale == 3 && again->unscaled == *shortest);
}

void ReadAllRows(std::string_view body) {
  auto rows = sluice::cassandra::ReadRows(body);
  if (!rows) return;
  sluice::Arena arena;
  for (std::size_t row = 0; row < rows->rows; ++row) {
    for (const auto& column : rows->columns) {
      if (sluice::cassandra::UnsupportedIn(column.type) != nullptr) return;
      const auto bytes = rows->values.Bytes();
      const auto cell = sluice::cassandra::ReadValue(column.type, bytes, arena);
      if (!cell) return;
      std::string out;
      const std::string problem = sluice::cassandra::AppendValue(out, column.type, *cell);
      const bool scalar = column.type.parts.empty();
      const bool timed = column.type.id == CqlType::Id::kTimeuuid;
      Check(problem.empty() || !scalar || timed);
      if (bytes && column.type.id == CqlType::Id::kVarint) CheckNumber(*bytes);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  sluice::cassandra::FrameReader reader(kLargestFrame);
  std::copy(input.begin(), input.end(), reader.Space(size + 1).begin());
  reader.Filled(size);
  sluice::cassandra::Frame frame;
  while (reader.Next(frame) == sluice::cassandra::FrameReader::Outcome::kFrame) {
    std::string_view body = frame.body;
    sluice::cassandra::ReadError(body);
    sluice::cassandra::ReadAuthenticator(body);
    if (const auto kind = sluice::cassandra::TakeResultKind(body)) {
      sluice::cassandra::ReadPrepared(body);
      ReadAllRows(body);
    }
  }
  return 0;
}
