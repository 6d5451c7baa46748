#include "stages/extract_events/java_double.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace sluice::stages {
namespace {

/// The significant digits d1 d2 ... of a positive number d1.d2... * 10^exponent; two at least.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

Decimal DecimalOf(double value) {
  char text[40];
  const char* end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  // Where one digit tells the number apart, Java looks for the nearest decimal of two.
  if (text[1] == 'e') {
    end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 1).ptr;
  }
  const std::string_view all(text, static_cast<std::size_t>(end - text));
  const std::size_t e = all.find('e');
  Decimal decimal;
  decimal.digits = all[0];
  decimal.digits += all.substr(2, e - 2);
  const std::string_view exponent = all.substr(e + 1);
  const std::size_t sign = exponent[0] == '+' ? 1 : 0;
  std::from_chars(exponent.data() + sign, exponent.data() + exponent.size(), decimal.exponent);
  return decimal;
}

/// Without exponent, "0.001" to "9999999.9".
std::string Plain(const Decimal& decimal) {
  std::string text = decimal.digits;
  if (decimal.exponent < 0) {
    text.insert(0, static_cast<std::size_t>(-decimal.exponent), '0');
    text.insert(1, 1, '.');
  } else {
    const auto whole = static_cast<std::size_t>(decimal.exponent) + 1;
    if (text.size() < whole) text.append(whole - text.size(), '0');
    text.insert(whole, 1, '.');
  }
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text += '0';
  return text;
}

bool IsHexDigit(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The grammar of Double.valueOf without NaN and Infinity; `text` has no sign and no suffix.
bool IsJavaNumber(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::size_t at = 0;
  std::size_t digits = 0;
  for (bool point = false; at < text.size(); ++at) {
    if (text[at] == '.' && !point) {
      point = true;
    } else if (hex ? IsHexDigit(text[at]) : IsDigit(text[at])) {
      ++digits;
    } else {
      break;
    }
  }
  if (digits == 0) return false;
  if (at == text.size()) return !hex;  // A hexadecimal one must have an exponent.
  const char exponent = static_cast<char>(text[at] | 0x20);
  if (exponent != (hex ? 'p' : 'e')) return false;
  ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  if (at == text.size()) return false;
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at == text.size();
}

}  // namespace

std::string JavaDoubleText(double value) {
  if (std::isnan(value)) return "NaN";
  const std::string sign = std::signbit(value) ? "-" : "";
  const double magnitude = std::abs(value);
  if (std::isinf(magnitude)) return sign + "Infinity";
  if (magnitude == 0) return sign + "0.0";
  const Decimal decimal = DecimalOf(magnitude);
  if (magnitude >= 1e-3 && magnitude < 1e7) return sign + Plain(decimal);
  return sign + decimal.digits.substr(0, 1) + '.' + decimal.digits.substr(1) + 'E' +
         std::to_string(decimal.exponent);
}

std::optional<double> ParseJavaDouble(std::string_view written) {
  std::string text(TrimJava(written));
  std::string_view body = text;
  if (body.starts_with('-') || body.starts_with('+')) body.remove_prefix(1);
  if (body == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (body == "Infinity") return std::strtod(text.c_str(), nullptr);
  // In a hexadecimal number without exponent d and f are digits, but such a number is refused.
  if (!body.empty() && std::string_view("dDfF").find(body.back()) != std::string_view::npos) {
    body.remove_suffix(1);
    text.pop_back();
  }
  if (!IsJavaNumber(body)) return std::nullopt;
  return std::strtod(text.c_str(), nullptr);
}

std::string_view TrimJava(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace sluice::stages
