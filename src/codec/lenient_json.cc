#include "codec/lenient_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "codec/json_reader.h"
#include "codec/json_repair.h"
#include "codec/text.h"

namespace sluice {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";
/// What some servers put before JSON so that no browser runs it.
constexpr std::string_view kGuard = ")]}'\n";

/// True if the literal says the same as the double that the original makes of it: a fraction or an
/// exponent that is finite, or an integer that no double rounds.
bool IsSameAsDouble(std::string_view literal) {
  constexpr std::size_t kNeverRounded = 15;
  if (literal.find_first_of(".eE") != std::string_view::npos) return IsFinite(literal);
  return literal.size() <= kNeverRounded;
}

/// Reads lenient text and writes strict text, value by value. Every Read function returns false
/// where the original throws.
class LenientReader {
 public:
  LenientReader(std::string_view text, LenientNumbers numbers, std::string& out)
      : text_(text), numbers_(numbers), out_(out) {}

  bool Read() {
    if (text_.starts_with(kMark)) text_.remove_prefix(kMark.size());
    if (!SkipBlanks()) return false;
    if (Rest().starts_with(kGuard)) at_ += kGuard.size();
    if (!SkipBlanks() || AtEnd() || (Peek() != '{' && Peek() != '[')) return false;
    return ReadContainer() && SkipBlanks() && AtEnd() && !RepeatsName();
  }

 private:
  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return text_[at_]; }
  std::string_view Rest() const { return text_.substr(at_); }

  /// Blanks and comments; false if a comment has no end.
  bool SkipBlanks() {
    while (!AtEnd()) {
      const char c = Peek();
      if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
        ++at_;
      } else if (c == '#' || Rest().starts_with("//")) {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else if (Rest().starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return false;
        at_ = end + 2;
      } else {
        return true;
      }
    }
    return true;
  }

  bool ReadContainer() {
    if (++depth_ > JsonReader::kMaxDepth) return false;
    const bool good = text_[at_++] == '{' ? ReadObject() : ReadArray();
    --depth_;
    return good;
  }

  bool ReadObject() {
    out_.push_back('{');
    for (bool first = true;; first = false) {
      if (!SkipBlanks() || AtEnd()) return false;
      if (Peek() == '}') break;
      if (!first) {
        if (Peek() != ',' && Peek() != ';') return false;
        ++at_;
        out_.push_back(',');
        if (!SkipBlanks() || AtEnd()) return false;
      }
      if (!ReadMember()) return false;
    }
    ++at_;
    out_.push_back('}');
    return true;
  }

  bool ReadMember() {
    if (!ReadText(name_)) return false;
    AppendJsonString(out_, name_);
    out_.push_back(':');
    if (depth_ == 1) names_.emplace_back(name_, true);
    if (!SkipBlanks() || AtEnd() || (Peek() != ':' && Peek() != '=')) return false;
    const bool equals = text_[at_++] == '=';
    if (equals && !AtEnd() && Peek() == '>') ++at_;
    if (!SkipBlanks() || AtEnd()) return false;
    const std::size_t value = out_.size();
    if (!ReadValue()) return false;
    if (depth_ == 1) names_.back().second = out_.compare(value, std::string::npos, "null") != 0;
    return true;
  }

  /// A separator without a value before it stands for null.
  bool ReadArray() {
    out_.push_back('[');
    for (bool first = true;; first = false) {
      if (!SkipBlanks() || AtEnd()) return false;
      if (Peek() == ']') break;
      if (!first) {
        if (Peek() != ',' && Peek() != ';') return false;
        ++at_;
        out_.push_back(',');
        if (!SkipBlanks() || AtEnd()) return false;
      }
      if (Peek() == ',' || Peek() == ';' || Peek() == ']') {
        out_.append("null");
      } else if (!ReadValue()) {
        return false;
      }
    }
    ++at_;
    out_.push_back(']');
    return true;
  }

  bool ReadValue() {
    const char c = Peek();
    if (c == '{' || c == '[') return ReadContainer();
    if (c == '"' || c == '\'') {
      if (!ReadQuoted(value_)) return false;
      AppendJsonString(out_, value_);
      return true;
    }
    if (!ReadBare(value_)) return false;
    AppendBare(value_);
    return true;
  }

  /// A literal, a number, or an unquoted string.
  void AppendBare(const std::string& bare) {
    for (const std::string_view literal : {"true", "false", "null"}) {
      if (IsInAnyCase(bare, literal)) {
        out_.append(literal);
        return;
      }
    }
    if (NumberLength(bare) != bare.size()) {
      AppendJsonString(out_, bare);
    } else if (numbers_ == LenientNumbers::kAsWritten || IsSameAsDouble(bare)) {
      out_.append(bare);
    } else {
      AppendDouble(bare);
    }
  }

  void AppendDouble(const std::string& literal) {
    const double value = std::strtod(literal.c_str(), nullptr);
    if (!std::isfinite(value)) {
      out_.append(value < 0 ? R"("-Infinity")" : R"("Infinity")");
      return;
    }
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                   std::chars_format::scientific)
                         .ptr;
    out_.append(digits.data(), end);
  }

  static bool IsInAnyCase(std::string_view bare, std::string_view literal) {
    return std::ranges::equal(bare, literal, [](char a, char b) { return a == b || a == b - 32; });
  }

  bool ReadText(std::string& out) {
    return Peek() == '"' || Peek() == '\'' ? ReadQuoted(out) : ReadBare(out);
  }

  bool ReadBare(std::string& out) {
    const std::size_t end =
        std::min(text_.find_first_of("/\\;#={}[]:, \t\f\r\n", at_), text_.size());
    if (end == at_) return false;
    out.assign(text_.substr(at_, end - at_));
    at_ = end;
    return true;
  }

  bool ReadQuoted(std::string& out) {
    const char quote = text_[at_++];
    out.clear();
    while (true) {
      const std::array<char, 3> stops = {quote, '\\', '\0'};
      const std::size_t end = text_.find_first_of(stops.data(), at_);
      if (end == std::string_view::npos) return false;
      out.append(text_.substr(at_, end - at_));
      at_ = end + 1;
      if (text_[end] == quote) return true;
      if (!ReadEscape(out)) return false;
    }
  }

  bool ReadEscape(std::string& out) {
    if (AtEnd()) return false;
    const char c = text_[at_++];
    if (c == 'u') return ReadUnicode(out);
    constexpr std::string_view kNames = "tbnrf";
    constexpr std::string_view kMeanings = "\t\b\n\r\f";
    const std::size_t named = kNames.find(c);
    out.push_back(named == std::string_view::npos ? c : kMeanings[named]);
    return true;
  }

  /// Four digits, and those of a second escape where the two make one character.
  bool ReadUnicode(std::string& out) {
    std::uint32_t unit = 0;
    if (!ReadUnit(unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00 && Rest().starts_with("\\u")) {
      const std::size_t before = at_;
      at_ += 2;
      std::uint32_t low = 0;
      if (!ReadUnit(low)) return false;
      if (low >= 0xDC00 && low < 0xE000) {
        AppendUtf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
        return true;
      }
      at_ = before;
    }
    if (unit >= 0xD800 && unit < 0xE000) {
      out.push_back('?');
    } else {
      AppendUtf8(out, unit);
    }
    return true;
  }

  bool ReadUnit(std::uint32_t& unit) {
    if (text_.size() - at_ < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      const char lower = static_cast<char>(c | 0x20);
      unit <<= 4;
      if (c >= '0' && c <= '9') {
        unit |= static_cast<std::uint32_t>(c - '0');
      } else if (lower >= 'a' && lower <= 'f') {
        unit |= static_cast<std::uint32_t>(lower - 'a' + 10);
      } else {
        return false;
      }
    }
    return true;
  }

  static void AppendUtf8(std::string& out, std::uint32_t code) {
    const auto tail = [&](int shift) {
      out.push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3F)));
    };
    if (code < 0x80) {
      out.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      out.push_back(static_cast<char>(0xC0 | (code >> 6)));
      tail(0);
    } else if (code < 0x10000) {
      out.push_back(static_cast<char>(0xE0 | (code >> 12)));
      tail(6);
      tail(0);
    } else {
      out.push_back(static_cast<char>(0xF0 | (code >> 18)));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  /// The first of two equal names at the top must be null.
  bool RepeatsName() {
    std::ranges::stable_sort(names_, {}, [](const auto& name) { return name.first; });
    for (std::size_t i = 0; i + 1 < names_.size(); ++i) {
      if (names_[i].first == names_[i + 1].first && names_[i].second) return true;
    }
    return false;
  }

  std::string_view text_;
  LenientNumbers numbers_;
  std::string& out_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string name_;
  std::string value_;
  std::vector<std::pair<std::string, bool>> names_;  ///< At the top; whether the value is not null.
};

/// How the strict text is read: of the two only kBatch takes numbers of any size.
JsonReader::Form FormOf(LenientNumbers numbers) {
  return numbers == LenientNumbers::kAsWritten ? JsonReader::Form::kBatch
                                               : JsonReader::Form::kEvent;
}

bool AreNumbersDoubles(Value value) {
  if (value.IsNumber()) return IsSameAsDouble(value.text());
  for (const Value child : value) {
    if (!AreNumbersDoubles(child)) return false;
  }
  return true;
}

/// `{"a":1}` of `[["a",1]]`; nullopt where it is no array of pairs.
std::optional<std::string> ObjectOfPairs(std::string_view array, LenientNumbers numbers) {
  Arena arena;
  Document wrapped;
  const std::string text = "{\"\":" + std::string(array) + "}";
  if (JsonReader().Read(text, arena, wrapped, FormOf(numbers)) != nullptr) return std::nullopt;
  std::string object = "{";
  for (const Value pair : *wrapped.root().begin()) {
    if (!pair.IsArray() || pair.size() != 2) return std::nullopt;
    const Value name = *pair.begin();
    if (!name.IsString() && !name.IsNumber()) return std::nullopt;
    if (object.size() > 1) object.push_back(',');
    AppendJsonString(object, name.text());
    object.push_back(':');
    wrapped.AppendTo(object, *++pair.begin());
  }
  // Once more, for names that stand twice.
  return StrictJsonOf(object + "}", numbers);
}

}  // namespace

std::optional<std::string> StrictJsonOf(std::string_view text, LenientNumbers numbers) {
  std::string repaired;
  if (!IsWellFormed(text)) {
    repaired = ReplaceIllFormed(text);
    text = repaired;
  }
  std::string out;
  out.reserve(text.size());
  if (!LenientReader(text, numbers, out).Read()) return std::nullopt;
  return out;
}

bool ReadCachedRecord(std::string_view text, Arena& arena, Document& document,
                      LenientNumbers numbers) {
  // Most of them are strict JSON, which this reads several times as fast.
  const Reason refused = JsonReader().Read(text, arena, document, JsonReader::Form::kBatch);
  const bool as_written = numbers == LenientNumbers::kAsWritten;
  if (refused == nullptr && (as_written || AreNumbersDoubles(document.root()))) return true;
  std::optional<std::string> strict = StrictJsonOf(text, numbers);
  if (strict && strict->starts_with('[')) strict = ObjectOfPairs(*strict, numbers);
  if (!strict) return false;
  return JsonReader().Read(arena.Copy(*strict), arena, document, FormOf(numbers)) == nullptr;
}

}  // namespace sluice
