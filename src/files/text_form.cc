#include "files/text_form.h"

#include <algorithm>

namespace sluice {
namespace {

using namespace std::string_view_literals;

struct Form {
  std::string_view mark;  ///< What it begins with.
  std::string_view name;
};

// Of marks that begin alike the longer comes first.
constexpr Form kForms[] = {
    {"PK\x03\x04"sv, "a zip archive"},
    {"PK\x05\x06"sv, "an empty zip archive"},
    {"\x28\xB5\x2F\xFD"sv, "compressed with zstd"},
    {"\xFD"
     "7zXZ\0"sv,
     "compressed with xz"},
    {"BZh"sv, "compressed with bzip2"},
    {"\x04\x22\x4D\x18"sv, "compressed with lz4"},
    {"\x02\x21\x4C\x18"sv, "compressed with lz4"},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive"},
    {"Rar!\x1A\x07"sv, "a RAR archive"},
    {"\xFF\x06\0\0sNaPpY"sv, "compressed with snappy"},
    {"LZIP"sv, "compressed with lzip"},
    {"\x89LZO\0"sv, "compressed with lzop"},
    {"\x1F\x9D"sv, "compressed with compress"},
    {"\x1F\x8B"sv, "compressed with gzip twice"},
    {"x\x01"sv, "compressed with zlib"},
    {"x\x9C"sv, "compressed with zlib"},
    {"x\xDA"sv, "compressed with zlib"},
    {"PAR1"sv, "a Parquet file"},
    {"Obj\x01"sv, "an Avro file"},
    {"ORC"sv, "an ORC file"},
    {"SQLite format 3\0"sv, "an SQLite database"},
    {"%PDF-"sv, "a PDF document"},
    {"\xFF\xFE\0\0"sv, "UTF-32"},
    {"\0\0\xFE\xFF"sv, "UTF-32"},
    {"\xFF\xFE"sv, "UTF-16"},
    {"\xFE\xFF"sv, "UTF-16"},
};

/// How much of a file is looked at.
constexpr std::size_t kLook = std::size_t{4} << 10;

/// Of bytes at random one in nine is a control character.
constexpr std::size_t kControlsOfBinary = 12;

std::string_view Trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// A record may hold any byte; that the first one holds zeros, or that control characters are
/// everywhere, says that this is no text.
bool IsBinary(std::string_view text) {
  if (text.substr(0, text.find('\n')).find('\0') != std::string_view::npos) return true;
  const auto controls = std::ranges::count_if(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
  return static_cast<std::size_t>(controls) * kControlsOfBinary > text.size();
}

/// An object or a list whose first line holds nothing but its bracket.
bool IsSpreadJson(std::string_view text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return false;
  const std::string_view first = Trimmed(text.substr(0, end));
  const std::string_view rest = text.substr(end + 1);
  const std::string_view second = Trimmed(rest.substr(0, rest.find('\n')));
  return (first == "{" && second.starts_with('"')) || (first == "[" && second.starts_with('{'));
}

}  // namespace

std::string FaultOfText(std::string_view beginning) {
  const auto* const form = std::ranges::find_if(
      kForms, [&](const Form& known) { return beginning.starts_with(known.mark); });
  if (form != std::end(kForms)) return "is " + std::string(form->name);
  if (IsBinary(beginning.substr(0, kLook))) return "is UTF-16 or binary";
  if (IsSpreadJson(beginning)) {
    return "is JSON over several lines: `jq -c .` writes one record a line (of a list `jq -c .[]`)";
  }
  return {};
}

}  // namespace sluice
