#include "terms/internal/by_party.h"

#include <algorithm>
#include <map>

#include "terms/internal/asserters.h"
#include "terms/internal/flat_question.h"
#include "terms/internal/vocabulary.h"
#include "terms/witness.h"

namespace proviso::terms::internal {
namespace {

using cedar::Type;
using cedar::Value;

/// Most values of one fact that are tried.
constexpr std::size_t kValuesMax = 512;

std::vector<Value> ValuesOf(const Type& type, const std::string& path, const Vocabulary& words);

std::vector<Value> WordsOf(Type::Kind kind, const std::string& path, const Vocabulary& words) {
  std::vector<Value> values;
  for (const Value& word : words.At(path)) {
    switch (kind) {
      case Type::Kind::kLong:
        if (word.AsLong() == nullptr) break;
        for (const std::int64_t step : {-1, 0, 1}) {
          std::int64_t near = 0;
          if (!__builtin_add_overflow(*word.AsLong(), step, &near)) values.push_back(Value::Long(near));
        }
        break;
      case Type::Kind::kDatetime:
        if (word.AsDatetime() == nullptr) break;
        for (const std::int64_t step : {-86'400'000, 0, 86'400'000}) {
          std::int64_t near = 0;
          if (!__builtin_add_overflow(word.AsDatetime()->epoch_ms, step, &near))
            values.push_back(Value::FromDatetime(cedar::Datetime{near}));
        }
        break;
      case Type::Kind::kDecimal:
        if (word.AsDecimal() == nullptr) break;
        for (const std::int64_t step : {-1, 0, 1}) {
          std::int64_t near = 0;
          if (!__builtin_add_overflow(word.AsDecimal()->ten_thousandths, step, &near))
            values.push_back(Value::FromDecimal(cedar::Decimal{near}));
        }
        break;
      case Type::Kind::kString:
        if (word.AsString() != nullptr) values.push_back(word);
        break;
      case Type::Kind::kIpAddress:
        if (word.AsIpAddress() != nullptr) values.push_back(word);
        break;
      case Type::Kind::kDuration:
        if (word.AsDuration() != nullptr) values.push_back(word);
        break;
      case Type::Kind::kBool:
      case Type::Kind::kSet:
      case Type::Kind::kRecord:
      case Type::Kind::kEntity:
        break;
    }
  }
  return values;
}

/// Every combination of its members, up to the bound.
std::vector<Value> RecordsOf(const Type& type, const std::string& path, const Vocabulary& words) {
  std::vector<cedar::Record> records{cedar::Record()};
  for (const cedar::AttributeType& member : type.attributes) {
    std::vector<cedar::Record> longer;
    if (member.presence == cedar::Presence::kOptional) longer = records;
    for (const Value& value : ValuesOf(*member.type, path + "." + member.name, words)) {
      for (const cedar::Record& record : records) {
        if (longer.size() >= kValuesMax) break;
        longer.push_back(WithAttribute(record, member.name, value));
      }
    }
    records = std::move(longer);
  }
  std::vector<Value> values;
  for (cedar::Record& record : records) values.push_back(Value::FromRecord(std::move(record)));
  return values;
}

std::vector<Value> SetsOf(const Type& type, const std::string& path, const Vocabulary& words) {
  std::vector<Value> elements = ValuesOf(*type.element, path, words);
  std::vector<Value> sets{Value::FromElements({})};
  for (const Value& element : elements) sets.push_back(Value::FromElements({element}));
  sets.push_back(Value::FromElements(std::move(elements)));
  return sets;
}

/// Values that clauses could tell apart, as far as their own words go.
std::vector<Value> ValuesOf(const Type& type, const std::string& path, const Vocabulary& words) {
  std::vector<Value> values = WordsOf(type.kind, path, words);
  switch (type.kind) {
    case Type::Kind::kBool:
      return {Value::Bool(false), Value::Bool(true)};
    case Type::Kind::kSet:
      return SetsOf(type, path, words);
    case Type::Kind::kRecord:
      return RecordsOf(type, path, words);
    case Type::Kind::kEntity:
      for (const std::string& id : words.IdsOf(type.entity_type))
        values.push_back(Value::Entity({type.entity_type, id}));
      break;
    case Type::Kind::kLong:
      values.push_back(Value::Long(0));
      break;
    case Type::Kind::kString:
      values.push_back(Value::String("a"));
      break;
    case Type::Kind::kDatetime:
    case Type::Kind::kDuration:
    case Type::Kind::kDecimal:
    case Type::Kind::kIpAddress:
      break;
  }
  if (values.size() > kValuesMax) values.resize(kValuesMax);
  return values;
}

std::vector<std::string> Ids(const std::vector<Clause>& clauses) {
  std::vector<std::string> ids;
  for (const Clause& clause : clauses) ids.push_back(clause.id);
  return ids;
}

class Otherwise {
 public:
  Otherwise(const Compared& compared, const Question& shown, Direction direction)
      : compared_(compared),
        shown_(shown),
        direction_(direction),
        before_(Ids(compared.DecideBefore(shown).clauses)),
        packages_{&compared.after(), &compared.before()},
        words_(packages_) {}

  /// The facts by which the party alone makes the difference, as few as are found; empty where none are.
  /// A request that the later terms decide by the very clauses of the earlier ones comes before others.
  std::vector<std::string> FactsOfParty(const std::string& party) const {
    if (NeedsAnother(party)) return {};
    const std::vector<std::string> facts = FactsOf(compared_.after(), party, FactsThatMatter(packages_));
    const FlatQuestion flat = Flatten(shown_);
    std::map<std::pair<bool, std::size_t>, std::vector<std::string>> found;
    const auto consider = [&](const Question& other) {
      const std::vector<std::string> differing = FactsThatDiffer(other, shown_);
      if (differing.empty() || !IsOtherwise(party, other)) return;
      const bool by_others = Ids(compared_.DecideAfter(other).clauses) != before_;
      found.try_emplace({by_others, differing.size()}, differing);
    };
    FlatQuestion bare = flat;
    for (const std::string& fact : facts) {
      consider(WithFact(flat, fact, std::nullopt));
      bare.facts = WithAttribute(bare.facts, fact, std::nullopt);
      const Type* type = TypeOf(fact);
      if (type == nullptr) continue;
      for (const Value& value : ValuesOf(*type, fact, words_)) consider(WithFact(flat, fact, value));
    }
    consider(Unflatten(bare));
    return found.empty() ? std::vector<std::string>() : found.begin()->second;
  }

 private:
  static Question WithFact(FlatQuestion flat, const std::string& fact, const std::optional<Value>& value) {
    flat.facts = WithAttribute(flat.facts, fact, value);
    return Unflatten(flat);
  }
  /// Whether a clause that the earlier terms decide by is kept off, under the later ones, by what somebody
  /// else asserts.
  [[nodiscard]] bool NeedsAnother(const std::string& party) const {
    for (const std::string& id : before_) {
      const cedar::Policy* kept_off = compared_.after().deciding().Find(id);
      if (kept_off == nullptr || kept_off->effect() == cedar::Effect::kPermit) continue;
      const std::vector<std::string> facts = FactsReadBy(*kept_off).names;
      for (const Question& without : WithoutOthers(compared_.after(), party, shown_, facts)) {
        const std::vector<std::string> decided = Ids(compared_.DecideAfter(without).clauses);
        if (std::ranges::find(decided, id) != decided.end()) return true;
      }
    }
    return false;
  }
  [[nodiscard]] const Type* TypeOf(const std::string& fact) const {
    const cedar::EntityUid action("Action", std::string(NameOf(shown_.act)));
    const cedar::AttributeType* declared =
        compared_.after().schema().FindAction(action)->context->FindAttribute(fact);
    return declared == nullptr ? nullptr : declared->type.get();
  }
  [[nodiscard]] bool IsOtherwise(const std::string& party, const Question& other) const {
    if (compared_.DecideAfter(other).outcome <= direction_.to) return false;
    const Decision before = compared_.DecideBefore(other);
    return before.outcome == direction_.from && Ids(before.clauses) == before_ && compared_.CanPut(other) &&
           IsOwnChange(compared_.after(), party, other, shown_);
  }

  const Compared& compared_;
  const Question& shown_;
  Direction direction_;
  std::vector<std::string> before_;
  std::vector<const Package*> packages_;
  Vocabulary words_;
};

}  // namespace

std::vector<Difference::Example::ByParty> PartiesWhoAlone(const Compared& compared, const Question& shown,
                                                          Direction direction) {
  std::vector<Difference::Example::ByParty> parties;
  if (direction.to >= direction.from) return parties;
  const Otherwise otherwise(compared, shown, direction);
  for (const std::string& party : PartiesThatAssert(compared.after())) {
    std::vector<std::string> facts = otherwise.FactsOfParty(party);
    if (!facts.empty()) parties.push_back({party, std::move(facts)});
  }
  return parties;
}

}  // namespace proviso::terms::internal
