#include "terms/internal/plainer.h"

#include <algorithm>
#include <cctype>
#include <functional>

#include "terms/internal/flat_question.h"

namespace proviso::terms::internal {
namespace {

using cedar::Type;
using cedar::Value;

constexpr std::int64_t kDayMs = 86'400'000;

/// Those of `choices` that stand before `current`; all of them where it is none of them.
template <typename T>
std::vector<T> Before(const std::vector<T>& choices, const T& current) {
  std::vector<T> before;
  for (const T& choice : choices) {
    if (choice == current) break;
    if (std::ranges::find(before, choice) == before.end()) before.push_back(choice);
  }
  return before;
}

template <typename T>
bool Holds(const std::vector<T>& choices, const T& value) {
  return std::ranges::find(choices, value) != choices.end();
}

/// Where each character of UTF-8 begins, and the end.
std::vector<std::size_t> CharacterBounds(const std::string& text) {
  std::vector<std::size_t> bounds;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) bounds.push_back(i);
  }
  bounds.push_back(text.size());
  return bounds;
}

/// Without a run of characters, long runs first; then with one character replaced by an "a".
std::vector<std::string> Shortened(const std::string& text) {
  std::vector<std::string> shorter;
  const std::vector<std::size_t> bounds = CharacterBounds(text);
  const std::size_t characters = bounds.size() - 1;
  for (std::size_t run = characters / 2; run > 0; run /= 2) {
    for (std::size_t at = 0; at + run <= characters; at += run) {
      shorter.push_back(text.substr(0, bounds[at]) + text.substr(bounds[at + run]));
    }
  }
  for (std::size_t at = 0; at < characters; ++at) {
    const std::string character = text.substr(bounds[at], bounds[at + 1] - bounds[at]);
    if (character != "a") shorter.push_back(text.substr(0, bounds[at]) + "a" + text.substr(bounds[at + 1]));
  }
  return shorter;
}

std::vector<std::string> PlainerTexts(const std::string& text, const std::vector<std::string>& known) {
  std::vector<std::string> choices = known;
  choices.insert(choices.end(), {"a", "b", ""});
  std::vector<std::string> plainer = Before(choices, text);
  if (Holds(choices, text)) return plainer;
  for (std::string& shorter : Shortened(text)) plainer.push_back(std::move(shorter));
  return plainer;
}

std::vector<Value> TextsAt(const Value& value, const std::string& path, const Vocabulary& words) {
  std::vector<std::string> known;
  for (const Value& word : words.At(path)) {
    if (word.AsString() != nullptr) known.push_back(*word.AsString());
  }
  std::vector<Value> plainer;
  for (std::string& text : PlainerTexts(*value.AsString(), known))
    plainer.push_back(Value::String(std::move(text)));
  return plainer;
}

std::uint64_t Magnitude(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  return number < 0 ? ~bits + 1 : bits;
}

/// Nearer to 0; of equals, a positive one is plainer.
bool IsNearer(std::int64_t a, std::int64_t b) {
  return Magnitude(a) < Magnitude(b) || (Magnitude(a) == Magnitude(b) && a > b);
}

/// Numbers nearer to 0: round ones, `marks` and their neighbours, then steps from `number` itself.
std::vector<std::int64_t> NearerNumbers(std::int64_t number, std::int64_t unit,
                                        const std::vector<std::int64_t>& marks) {
  std::vector<std::int64_t> candidates{0, unit};
  for (const std::int64_t mark : marks) {
    candidates.push_back(mark);
    if (mark > INT64_MIN) candidates.push_back(mark - 1);
    if (mark < INT64_MAX) candidates.push_back(mark + 1);
  }
  for (std::int64_t step = number / 2; step != 0; step /= 2) candidates.push_back(number - step);
  if (number < 0 && number > INT64_MIN) candidates.push_back(-number);
  std::erase_if(candidates, [&](std::int64_t candidate) { return !IsNearer(candidate, number); });
  std::ranges::sort(candidates, IsNearer);
  const auto repeated = std::ranges::unique(candidates);
  candidates.erase(repeated.begin(), repeated.end());
  return candidates;
}

/// Of one kind of number: how it is read from a value and made into one.
template <typename Read, typename Make>
std::vector<Value> NumbersAt(const Value& value, const std::vector<Value>& words, std::int64_t unit,
                             const Read& read, const Make& make) {
  std::vector<std::int64_t> marks;
  for (const Value& word : words) {
    if (word.kind() == value.kind()) marks.push_back(read(word));
  }
  std::vector<Value> plainer;
  for (const std::int64_t number : NearerNumbers(read(value), unit, marks)) plainer.push_back(make(number));
  return plainer;
}

std::int64_t DayOf(std::int64_t instant_ms) {
  const auto day = cedar::Datetime{instant_ms}.ToDate();
  return day ? day->epoch_ms : instant_ms;
}

/// Days that clauses name, the day of the instant, days around them, then the exact instants.
std::vector<Value> PlainerInstants(std::int64_t instant_ms, const std::vector<Value>& words) {
  constexpr std::int64_t kYear2026Ms = 1'767'225'600'000;
  std::vector<std::int64_t> days{kYear2026Ms};
  std::vector<std::int64_t> exact;
  for (const Value& word : words) {
    if (word.AsDatetime() == nullptr) continue;
    const std::int64_t mark = word.AsDatetime()->epoch_ms;
    if (Magnitude(mark) > INT64_MAX / 2) continue;
    days.insert(days.end(), {DayOf(mark), DayOf(mark) + kDayMs, DayOf(mark) - kDayMs});
    exact.insert(exact.end(), {mark, mark + 1, mark - 1});
  }
  if (instant_ms % kDayMs != 0) {
    days.push_back(DayOf(instant_ms));
    days.insert(days.end(), exact.begin(), exact.end());
  }
  std::vector<Value> plainer;
  for (const std::int64_t day : Before(days, instant_ms))
    plainer.push_back(Value::FromDatetime(cedar::Datetime{day}));
  return plainer;
}

std::vector<Value> PlainerAddresses(const Value& value, const std::vector<Value>& words) {
  std::vector<Value> choices;
  for (const char* text : {"10.0.0.1", "::2", "127.0.0.1"})
    choices.push_back(Value::FromIpAddress(cedar::IpAddress::Parse(text).value()));
  for (const Value& word : words) {
    if (word.AsIpAddress() != nullptr) choices.push_back(word);
  }
  return Before(choices, value);
}

std::vector<Value> PlainerSets(const Value& value, const Type* type, const std::string& path,
                               const Vocabulary& words) {
  const std::vector<Value>& elements = value.AsSet()->elements();
  std::vector<Value> plainer;
  if (elements.size() > 1) plainer.push_back(Value::FromElements({}));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    std::vector<Value> fewer = elements;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    plainer.push_back(Value::FromElements(std::move(fewer)));
  }
  const Type* element_type = type == nullptr ? nullptr : type->element.get();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    for (Value& other : PlainerThan(elements[i], element_type, path, words)) {
      if (value.AsSet()->Contains(other)) continue;  // that were an element fewer
      std::vector<Value> changed = elements;
      changed[i] = std::move(other);
      plainer.push_back(Value::FromElements(std::move(changed)));
    }
  }
  return plainer;
}

std::vector<Value> PlainerRecords(const Value& value, const Type* type, const std::string& path,
                                  const Vocabulary& words) {
  const cedar::Record& record = *value.AsRecord();
  const auto type_of = [&](const cedar::Attribute& member) {
    return type == nullptr ? nullptr : type->FindAttribute(member.name);
  };
  std::vector<Value> plainer;
  for (const cedar::Attribute& member : record.attributes()) {
    const cedar::AttributeType* declared = type_of(member);
    if (declared != nullptr && declared->presence == cedar::Presence::kRequired) continue;
    plainer.push_back(Value::FromRecord(WithAttribute(record, member.name, std::nullopt)));
  }
  for (const cedar::Attribute& member : record.attributes()) {
    const cedar::AttributeType* declared = type_of(member);
    const Type* member_type = declared == nullptr ? nullptr : declared->type.get();
    for (const Value& other : PlainerThan(member.value, member_type, path + "." + member.name, words)) {
      plainer.push_back(Value::FromRecord(WithAttribute(record, member.name, other)));
    }
  }
  return plainer;
}

}  // namespace

std::vector<std::string> PlainerIds(const cedar::EntityUid& uid, const Vocabulary& words) {
  std::string name;  // "model" for Model, "use-case" for Agency::UseCase
  const std::size_t last = uid.type().rfind(':');
  for (const char c : last == std::string::npos ? uid.type() : uid.type().substr(last + 1)) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isupper(letter) != 0 && !name.empty()) name.push_back('-');
    name.push_back(static_cast<char>(std::tolower(letter)));
  }
  std::vector<std::string> choices = words.IdsOf(uid.type());
  if (!words.IsEnumerated(uid.type())) choices.insert(choices.end(), {name + "-a", name + "-b"});
  return Before(choices, uid.id());
}

std::vector<Value> PlainerThan(const Value& value, const Type* type, const std::string& path,
                               const Vocabulary& words) {
  using cedar::ValueKind;
  switch (value.kind()) {
    case ValueKind::kBool:
      return *value.AsBool() ? std::vector{Value::Bool(false)} : std::vector<Value>();
    case ValueKind::kLong:
      return NumbersAt(value, words.At(path), 1, [](const Value& v) { return *v.AsLong(); }, Value::Long);
    case ValueKind::kString:
      return TextsAt(value, path, words);
    case ValueKind::kEntity: {
      std::vector<Value> plainer;
      for (std::string& id : PlainerIds(*value.AsEntity(), words))
        plainer.push_back(Value::Entity({value.AsEntity()->type(), std::move(id)}));
      return plainer;
    }
    case ValueKind::kSet:
      return PlainerSets(value, type, path, words);
    case ValueKind::kRecord:
      return PlainerRecords(value, type, path, words);
    case ValueKind::kDecimal:
      return NumbersAt(
          value, words.At(path), 10'000, [](const Value& v) { return v.AsDecimal()->ten_thousandths; },
          [](std::int64_t number) { return Value::FromDecimal(cedar::Decimal{number}); });
    case ValueKind::kIpAddress:
      return PlainerAddresses(value, words.At(path));
    case ValueKind::kDatetime:
      return PlainerInstants(value.AsDatetime()->epoch_ms, words.At(path));
    case ValueKind::kDuration:
      break;
  }
  return NumbersAt(
      value, words.At(path), 3'600'000, [](const Value& v) { return v.AsDuration()->ms; },
      [](std::int64_t ms) { return Value::FromDuration(cedar::Duration{ms}); });
}

}  // namespace proviso::terms::internal
