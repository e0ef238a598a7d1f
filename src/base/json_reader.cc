// The reading half of json.h: one pass, no recursion, one node for each value and key.
#include <algorithm>
#include <array>

#include "base/internal/json_text.h"
#include "base/json.h"
#include "base/utf8.h"

namespace proviso::base {
namespace internal {

int HexUnit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

namespace {

void AppendUtf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | code >> 6U);
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | code >> 12U);
    put(0x80U | (code >> 6U & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | code >> 18U);
    put(0x80U | (code >> 12U & 0x3FU));
    put(0x80U | (code >> 6U & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

}  // namespace

std::string Unescape(std::string_view inside) {
  std::string out;
  out.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      out.push_back(inside[i]);
      continue;
    }
    const char kind = inside[++i];
    if (kind != 'u') {
      constexpr std::string_view kFrom = "bfnrt";
      constexpr std::string_view kTo = "\b\f\n\r\t";
      const auto at = kFrom.find(kind);
      out.push_back(at == std::string_view::npos ? kind : kTo[at]);
      continue;
    }
    auto code = static_cast<std::uint32_t>(HexUnit(inside, i + 1));
    i += 4;
    if (code >= 0xD800 && code < 0xDC00) {
      const auto low = static_cast<std::uint32_t>(HexUnit(inside, i + 3));
      code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
      i += 6;
    }
    AppendUtf8(out, code);
  }
  return out;
}

std::string LineAndColumn(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto lines = std::ranges::count(before, '\n');
  const auto newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return "line " + std::to_string(lines + 1) + ", column " + std::to_string(column);
}

}  // namespace internal

namespace {

using internal::JsonNode;

/// What the reader expects next.
enum class Expect : std::uint8_t { kValue, kValueOrEnd, kKey, kKeyOrEnd, kCommaOrEnd, kNothing };

constexpr std::array<bool, 256> StringBreakers() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
  table['"'] = true;
  table['\\'] = true;
  return table;
}
constexpr std::array<bool, 256> kBreaksString = StringBreakers();

class Reader {
 public:
  Reader(std::string_view text, JsonLimits limits, std::vector<JsonNode>& nodes)
      : text_(text), limits_(limits), nodes_(nodes) {}

  Status Read() {
    Expect expect = Expect::kValue;
    while (true) {
      SkipSpace();
      if (expect == Expect::kNothing) {
        if (at_ == text_.size()) return {};
        return Wrong("text after the end of the value");
      }
      if (at_ == text_.size()) return Wrong("the text ends inside a value");
      auto next = Step(expect);
      if (!next) return std::unexpected(next.error());
      expect = *next;
      if (nodes_.size() > limits_.nodes_max)
        return Over("more values than the limit allows", limits_.nodes_max);
    }
  }

 private:
  struct Open {
    std::uint32_t node;
    bool object;
  };

  Result<Expect> Step(Expect expect) {
    const char c = text_[at_];
    if (!open_.empty() && c == (open_.back().object ? '}' : ']') && MayEnd(expect)) return Close();
    if (expect == Expect::kCommaOrEnd) {
      if (c != ',') return Wrong(open_.back().object ? "expected ',' or '}'" : "expected ',' or ']'");
      ++at_;
      return open_.back().object ? Expect::kKey : Expect::kValue;
    }
    if (expect == Expect::kKey || expect == Expect::kKeyOrEnd) return Key();
    return Value(c);
  }

  static bool MayEnd(Expect expect) {
    return expect == Expect::kCommaOrEnd || expect == Expect::kKeyOrEnd || expect == Expect::kValueOrEnd;
  }

  Result<Expect> Key() {
    if (text_[at_] != '"') return Wrong("expected a key in double quotes");
    if (auto read = String(); !read) return std::unexpected(read.error());
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != ':') return Wrong("expected ':' after the key");
    ++at_;
    return Expect::kValue;
  }

  Result<Expect> Value(char c) {
    if (c == '{' || c == '[') return Begin(c == '{');
    Status read;
    if (c == '"') {
      read = String();
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      read = Number();
    } else {
      read = Literal();
    }
    if (!read) return std::unexpected(read.error());
    return AfterValue();
  }

  [[nodiscard]] Expect AfterValue() const { return open_.empty() ? Expect::kNothing : Expect::kCommaOrEnd; }

  Result<Expect> Begin(bool object) {
    if (open_.size() >= limits_.depth_max)
      return Over("nested deeper than the limit allows", limits_.depth_max);
    open_.push_back({static_cast<std::uint32_t>(nodes_.size()), object});
    Add(object ? JsonKind::kObject : JsonKind::kArray, at_, at_, false);
    ++at_;
    return object ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
  }

  Result<Expect> Close() {
    const Open closed = open_.back();
    open_.pop_back();
    ++at_;
    nodes_[closed.node].end = static_cast<std::uint32_t>(at_);
    nodes_[closed.node].next = static_cast<std::uint32_t>(nodes_.size());
    if (closed.object) {
      if (auto unique = CheckKeys(closed.node); !unique) return std::unexpected(unique.error());
    }
    return AfterValue();
  }

  Status String() {
    const std::size_t begin = at_++;
    bool escaped = false;
    while (true) {
      while (at_ < text_.size() && !kBreaksString[static_cast<unsigned char>(text_[at_])]) ++at_;
      if (at_ == text_.size()) return Wrong("the text ends inside a string");
      if (text_[at_] == '"') break;
      if (text_[at_] != '\\') return Wrong("a control character in a string; write it as \\u00XX");
      escaped = true;
      if (auto read = Escape(); !read) return read;
    }
    ++at_;
    Add(JsonKind::kString, begin, at_, escaped);
    return {};
  }

  Status Escape() {
    const char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (kind != 'u') {
      if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos || kind == '\0') {
        return Wrong("an unknown escape in a string");
      }
      at_ += 2;
      return {};
    }
    const int unit = internal::HexUnit(text_, at_ + 2);
    if (unit < 0) return Wrong("\\u needs four hexadecimal digits");
    if (unit >= 0xDC00 && unit < 0xE000) return Wrong("an unpaired surrogate in a string");
    const bool high = unit >= 0xD800 && unit < 0xDC00;
    if (high) {
      const int low = text_.substr(at_ + 6).starts_with("\\u") ? internal::HexUnit(text_, at_ + 8) : -1;
      if (low < 0xDC00 || low >= 0xE000) return Wrong("an unpaired surrogate in a string");
    }
    at_ += high ? 12 : 6;
    return {};
  }

  Status Number() {
    const std::size_t begin = at_;
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0') {
      ++at_;
    } else if (!Digits()) {
      return Wrong("expected a digit");
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!Digits()) return Wrong("expected a digit after the decimal point");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!Digits()) return Wrong("expected a digit in the exponent");
    }
    Add(JsonKind::kNumber, begin, at_, false);
    return {};
  }

  bool Digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ != begin;
  }

  Status Literal() {
    constexpr std::array<std::pair<std::string_view, JsonKind>, 3> kLiterals{
        {{"true", JsonKind::kBool}, {"false", JsonKind::kBool}, {"null", JsonKind::kNull}}};
    for (const auto& [word, kind] : kLiterals) {
      if (!text_.substr(at_).starts_with(word)) continue;
      Add(kind, at_, at_ + word.size(), false);
      at_ += word.size();
      return {};
    }
    return Wrong("expected a value");
  }

  void Add(JsonKind kind, std::size_t begin, std::size_t end, bool escaped) {
    nodes_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
                      static_cast<std::uint32_t>(nodes_.size() + 1), kind, escaped});
  }

  [[nodiscard]] std::string_view Inside(const JsonNode& key) const {
    return text_.substr(key.begin + 1, key.end - key.begin - 2);
  }

  /// Refuses two members of one object whose keys are equal after unescaping.
  Status CheckKeys(std::uint32_t object) {
    keys_.clear();
    bool escaped = false;
    for (std::uint32_t at = object + 1; at < nodes_[object].next; at = nodes_[at + 1].next) {
      keys_.push_back(at);
      escaped = escaped || nodes_[at].escaped;
    }
    if (keys_.size() < 2) return {};
    constexpr std::size_t kPairwiseMax = 12;
    if (keys_.size() <= kPairwiseMax && !escaped) return CheckKeysPairwise();
    std::vector<std::pair<std::string, std::uint32_t>> sorted;
    sorted.reserve(keys_.size());
    for (const std::uint32_t at : keys_) {
      const std::string_view inside = Inside(nodes_[at]);
      sorted.emplace_back(nodes_[at].escaped ? internal::Unescape(inside) : std::string(inside), at);
    }
    std::ranges::sort(sorted);
    const auto same = std::ranges::adjacent_find(sorted, {}, &std::pair<std::string, std::uint32_t>::first);
    return same == sorted.end() ? Status{} : Duplicate((same + 1)->second);
  }

  Status CheckKeysPairwise() {
    for (std::size_t i = 1; i < keys_.size(); ++i) {
      const std::string_view key = Inside(nodes_[keys_[i]]);
      for (std::size_t k = 0; k < i; ++k) {
        if (Inside(nodes_[keys_[k]]) == key) return Duplicate(keys_[i]);
      }
    }
    return {};
  }

  Status Duplicate(std::uint32_t key) {
    at_ = nodes_[key].begin;
    return Wrong("the same key twice in one object");
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  [[nodiscard]] std::unexpected<Error> Wrong(std::string_view what) const {
    return Fail(ErrorCode::kInvalid, internal::LineAndColumn(text_, at_) + ": " + std::string(what));
  }

  [[nodiscard]] std::unexpected<Error> Over(std::string_view what, std::size_t limit) const {
    return Fail(ErrorCode::kLimit, internal::LineAndColumn(text_, at_) + ": " + std::string(what) + " (" +
                                       std::to_string(limit) + ")");
  }

  std::string_view text_;
  JsonLimits limits_;
  std::vector<JsonNode>& nodes_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  std::vector<std::uint32_t> keys_;
};

}  // namespace

Result<JsonDocument> JsonDocument::Parse(std::string_view text, JsonLimits limits) {
  if (text.size() > kFileBytesMax) {
    return Fail(ErrorCode::kLimit, "JSON text larger than " + std::to_string(kFileBytesMax) + " bytes");
  }
  if (!IsUtf8(text)) return Fail(ErrorCode::kInvalid, "JSON text is not valid UTF-8");
  JsonDocument document;
  document.text_ = text;
  document.nodes_.reserve(text.size() / 12 + 4);
  Reader reader(text, limits, document.nodes_);
  if (auto read = reader.Read(); !read) return std::unexpected(read.error());
  return document;
}

}  // namespace proviso::base
