#include "stages/extract_events/java_double.h"

#include <charconv>
#include <cmath>
#include <string_view>

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

}  // namespace sluice::stages
