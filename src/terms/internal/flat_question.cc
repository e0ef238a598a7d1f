#include "terms/internal/flat_question.h"

namespace proviso::terms::internal {
namespace {

using cedar::Attribute;
using cedar::Record;
using cedar::Value;

std::optional<std::string> TextOf(const Value* value) {
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::nullopt : std::optional(*text);
}

std::optional<std::int64_t> LongOf(const Value* value) {
  const std::int64_t* number = value == nullptr ? nullptr : value->AsLong();
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<std::int64_t> InstantOf(const Value* value) {
  const cedar::Datetime* instant = value == nullptr ? nullptr : value->AsDatetime();
  return instant == nullptr ? std::nullopt : std::optional(instant->epoch_ms);
}

bool IsTrue(const Value* value) {
  const bool* boolean = value == nullptr ? nullptr : value->AsBool();
  return boolean != nullptr && *boolean;
}

std::vector<std::string> TextsOf(const Value* value) {
  std::vector<std::string> texts;
  const cedar::Set* set = value == nullptr ? nullptr : value->AsSet();
  if (set == nullptr) return texts;
  for (const Value& element : set->elements()) {
    if (element.AsEntity() != nullptr) texts.push_back(element.AsEntity()->id());
    if (element.AsString() != nullptr) texts.push_back(*element.AsString());
  }
  return texts;
}

std::optional<std::string> IdOf(const Value& value) {
  return value.AsEntity() == nullptr ? std::nullopt : std::optional(value.AsEntity()->id());
}

AuthorityFact AuthorityOf(const Record& record) {
  AuthorityFact authority;
  authority.kind = TextOf(record.Find("kind")).value_or("");
  if (IsTrue(record.Find("signed"))) authority.standing = AuthorityFact::Standing::kSigned;
  authority.reference = TextOf(record.Find("case")).value_or("");
  authority.issuer = TextOf(record.Find("issuer")).value_or("");
  authority.subject_cap = LongOf(record.Find("subject_cap"));
  authority.expires_ms = InstantOf(record.Find("expires"));
  return authority;
}

OfferedToolsFact OfferedOf(const Record& record) {
  return {LongOf(record.Find("offered")).value_or(0), LongOf(record.Find("uncatalogued")).value_or(0),
          TextsOf(record.Find("effects"))};
}

DecisionFact DecisionOf(const Record& record) {
  return {TextsOf(record.Find("approvers")), TextsOf(record.Find("roles")),
          IsTrue(record.Find("call_digest_matches")) ? DecisionFact::Match::kThisCall
                                                     : DecisionFact::Match::kAnotherCall};
}

/// Puts a fact where Facts has a member for it; nothing happens where it has none.
void SetMember(std::string_view name, const Value& value, Facts& facts) {
  const Record* record = value.AsRecord();
  if (name == "purpose") facts.purpose = IdOf(value);
  if (name == "on_behalf_of") facts.on_behalf_of = TextOf(&value);
  if (name == "label") facts.label = TextOf(&value);
  if (name == "enclave") facts.enclave = IdOf(value);
  if (name == "network") facts.network = TextOf(&value);
  if (name == "standing") facts.standing = TextOf(&value);
  if (name == "effect") facts.effect = TextOf(&value);
  if (name == "input") facts.input = value;
  if (name == "now") facts.now_ms = InstantOf(&value);
  if (name == "authority" && record != nullptr) facts.authority = AuthorityOf(*record);
  if (name == "tools" && record != nullptr) facts.tools = OfferedOf(*record);
  if (name == "decision" && record != nullptr) facts.decision = DecisionOf(*record);
}

/// Whether the facts say `name` as `value`, and nothing else.
bool Says(const Facts& facts, std::string_view name, const Value& value) {
  Question question;
  question.facts = facts;
  const Record context = ContextOf(question);
  const Value* said = context.Find(name);
  return said != nullptr && *said == value;
}

}  // namespace

FlatQuestion Flatten(const Question& question) {
  FlatQuestion flat{question, ContextOf(question)};
  flat.names.facts = Facts{};
  flat.names.facts.undecidable = question.facts.undecidable;
  flat.facts = WithAttribute(flat.facts, "model", std::nullopt);
  return flat;
}

Question Unflatten(const FlatQuestion& flat) {
  Question question = flat.names;
  for (const Attribute& fact : flat.facts.attributes()) {
    Facts alone;
    SetMember(fact.name, fact.value, alone);
    if (Says(alone, fact.name, fact.value)) {
      SetMember(fact.name, fact.value, question.facts);
    } else {
      question.facts.others.push_back(fact);
    }
  }
  return question;
}

Record WithAttribute(const Record& record, std::string_view name, const std::optional<Value>& value) {
  std::vector<Attribute> attributes;
  for (const Attribute& each : record.attributes()) {
    if (each.name != name) attributes.push_back(each);
  }
  if (value) attributes.push_back({std::string(name), *value});
  return Record(std::move(attributes));
}

}  // namespace proviso::terms::internal
