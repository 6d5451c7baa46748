#include "cassandra/cql_bytes.h"

namespace sluice::cassandra {

std::string_view CqlReader::Take(std::size_t size) {
  if (size > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint64_t CqlReader::Number(std::size_t size) {
  std::uint64_t value = 0;
  for (const char byte : Take(size)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::optional<std::string_view> CqlReader::Bytes() {
  const std::int32_t size = Int();
  if (size < 0) return std::nullopt;
  return Take(static_cast<std::size_t>(size));
}

void AppendNumber(std::string& out, std::uint64_t value, std::size_t size) {
  for (std::size_t left = size; left > 0; --left) {
    out.push_back(static_cast<char>(value >> (8 * (left - 1)) & 0xFF));
  }
}

void AppendString(std::string& out, std::string_view text) {
  AppendShort(out, static_cast<std::uint16_t>(text.size()));
  out.append(text.substr(0, 0xFFFF));
}

void AppendLongString(std::string& out, std::string_view text) {
  AppendInt(out, static_cast<std::int32_t>(text.size()));
  out.append(text);
}

std::size_t BeginBytes(std::string& out) {
  AppendInt(out, 0);
  return out.size();
}

void EndBytes(std::string& out, std::size_t begun) {
  std::string size;
  AppendInt(size, static_cast<std::int32_t>(out.size() - begun));
  out.replace(begun - 4, 4, size);
}

}  // namespace sluice::cassandra
