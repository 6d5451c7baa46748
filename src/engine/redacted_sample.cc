#include "engine/redacted_sample.h"

#include <algorithm>
#include <cstddef>

#include "util/json_string.h"

namespace sluice {
namespace {

constexpr std::size_t kMostBytes = 2048;
constexpr int kDeepest = 8;
constexpr std::size_t kMostElements = 3;
constexpr std::size_t kLongestName = 40;
constexpr int kMostDigits = 3;
constexpr std::string_view kMore = "\"\u2026\"";

std::string Placeholder(std::string_view what, std::size_t size) {
  std::string text = "\"<";
  text += what;
  text += ' ';
  text += std::to_string(size);
  text += ">\"";
  return text;
}

/// An address, an identifier or a text as the name of a member.
bool LooksLikeData(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
  };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return name.size() > kLongestName || std::ranges::count_if(name, digit) > kMostDigits ||
         !std::ranges::all_of(name, [&](char c) { return letter(c) || digit(c); });
}

class Writer {
 public:
  void Write(Value value, int depth) {
    switch (value.type()) {
      case ValueType::kObject:
        return WriteObject(value, depth);
      case ValueType::kArray:
        return WriteArray(value, depth);
      case ValueType::kString:
        text_ += Placeholder("string", value.text().size());
        return;
      case ValueType::kNumber:
        text_ += Placeholder("number", value.text().size());
        return;
      case ValueType::kBool:
        text_ += value.IsTrue() ? "true" : "false";
        return;
      case ValueType::kNull:
      case ValueType::kAbsent:
        text_ += "null";
        return;
    }
  }
  std::string Take() { return std::move(text_); }

 private:
  [[nodiscard]] bool full() const { return text_.size() > kMostBytes; }

  void WriteObject(Value object, int depth) {
    text_ += '{';
    const char* separator = "";
    for (const Value member : object) {
      text_ += separator;
      separator = ",";
      if (full() || depth >= kDeepest) {
        text_ += kMore;
        text_ += ":null";
        break;
      }
      const std::string_view name = member.name();
      text_ += LooksLikeData(name) ? Placeholder("name", name.size()) : JsonString(name);
      text_ += ':';
      Write(member, depth + 1);
    }
    text_ += '}';
  }

  void WriteArray(Value array, int depth) {
    text_ += '[';
    std::size_t written = 0;
    for (const Value element : array) {
      if (written > 0) text_ += ',';
      if (full() || depth >= kDeepest || written++ >= kMostElements) {
        text_ += kMore;
        break;
      }
      Write(element, depth + 1);
    }
    text_ += ']';
  }

  std::string text_;
};

}  // namespace

std::string RedactedSample(Value value) {
  Writer writer;
  writer.Write(value, 0);
  return writer.Take();
}

}  // namespace sluice
