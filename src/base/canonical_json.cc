#include "base/canonical_json.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/json_writer.h"

namespace proviso::base {
namespace {

/// A number as digits without zeros at either end, and the power of ten behind the last digit.
struct Decimal {
  bool negative = false;
  std::string digits;  // "" for zero
  std::int64_t exponent = 0;
};

/// Numbers with a longer exponent are kept as written: their arithmetic would overflow.
constexpr std::size_t kExponentDigitsMax = 15;

Decimal ReadDecimal(std::string_view mantissa) {
  Decimal number;
  number.negative = mantissa.starts_with('-');
  bool fraction = false;
  for (const char c : mantissa) {
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    if (fraction) --number.exponent;
    if (!number.digits.empty() || c != '0') number.digits.push_back(c);
  }
  while (number.digits.ends_with('0')) {
    number.digits.pop_back();
    ++number.exponent;
  }
  return number;
}

/// ECMAScript's Number::toString, over any count of digits.
std::string WriteDecimal(const Decimal& number) {
  constexpr std::int64_t kPlainDigitsMax = 21;
  constexpr std::int64_t kLeadingZerosMax = 6;
  const std::string& digits = number.digits;
  const auto count = static_cast<std::int64_t>(digits.size());
  const std::int64_t point = count + number.exponent;  // digits before the decimal point
  std::string out = number.negative ? "-" : "";
  if (number.exponent >= 0 && point <= kPlainDigitsMax) {
    return out + digits + std::string(static_cast<std::size_t>(number.exponent), '0');
  }
  if (point > 0 && point <= kPlainDigitsMax) {
    const auto whole = static_cast<std::size_t>(point);
    return out + digits.substr(0, whole) + "." + digits.substr(whole);
  }
  if (point <= 0 && point > -kLeadingZerosMax) {
    return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  }
  out += digits.substr(0, 1);
  if (count > 1) out += "." + digits.substr(1);
  return out + "e" + (point > 0 ? "+" : "") + std::to_string(point - 1);
}

std::string CanonicalNumber(std::string_view raw) {
  const std::size_t e = raw.find_first_of("eE");
  Decimal number = ReadDecimal(raw.substr(0, e));
  if (number.digits.empty()) return "0";
  if (e == std::string_view::npos) return WriteDecimal(number);
  std::string_view power = raw.substr(e + 1);
  const bool negative = power.starts_with('-');
  if (negative || power.starts_with('+')) power.remove_prefix(1);
  power.remove_prefix(std::min(power.find_first_not_of('0'), power.size()));
  std::int64_t exponent = 0;
  if (power.size() > kExponentDigitsMax) return std::string(raw);
  for (const char c : power) exponent = exponent * 10 + (c - '0');
  number.exponent += negative ? -exponent : exponent;
  return WriteDecimal(number);
}

void Append(std::string& out, Json value);

void AppendObject(std::string& out, Json object) {
  std::vector<std::pair<std::string, Json>> members;
  for (const JsonMember member : object.members()) members.emplace_back(member.key.text(), member.value);
  std::ranges::sort(members, {}, &std::pair<std::string, Json>::first);
  out.push_back('{');
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i != 0) out.push_back(',');
    AppendJsonString(out, members[i].first);
    out.push_back(':');
    Append(out, members[i].second);
  }
  out.push_back('}');
}

void Append(std::string& out, Json value) {
  switch (value.kind()) {
    case JsonKind::kMissing:
      return;
    case JsonKind::kNull:
    case JsonKind::kBool:
      out.append(value.raw());
      return;
    case JsonKind::kNumber:
      out.append(CanonicalNumber(value.raw()));
      return;
    case JsonKind::kString:
      AppendJsonString(out, value.text());
      return;
    case JsonKind::kArray: {
      out.push_back('[');
      const std::size_t first = out.size();
      for (const Json element : value.elements()) {
        if (out.size() != first) out.push_back(',');
        Append(out, element);
      }
      out.push_back(']');
      return;
    }
    case JsonKind::kObject:
      AppendObject(out, value);
      return;
  }
}

}  // namespace

std::string CanonicalJson(Json value) {
  std::string out;
  Append(out, value);
  return out;
}

}  // namespace proviso::base
