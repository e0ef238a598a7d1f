#include "terms/witness_words.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

#include "base/clock.h"
#include "terms/decide.h"
#include "terms/internal/flat_question.h"

namespace proviso::terms {
namespace {

using cedar::Value;

constexpr std::size_t kAbsentFactsMax = 3;

/// Characters that end a line, move a cursor or turn the direction of text: C0, DEL, C1, bidirectional
/// controls, line and paragraph separators.
bool ActsOnTerminals(char32_t character) {
  return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
         (character >= 0x200b && character <= 0x200f) || (character >= 0x2028 && character <= 0x202e) ||
         (character >= 0x2060 && character <= 0x206f) || character == 0xfeff;
}

/// In quotes, as JSON and TOML both read it.
std::string Quoted(std::string_view text) {
  const std::string json = base::JsonString(text);
  std::string safe;
  for (std::size_t i = 0; i < json.size();) {
    const auto lead = static_cast<unsigned char>(json[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t character = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < json.size(); ++k)
      character = (character << 6U) | (static_cast<unsigned char>(json[i + k]) & 0x3fU);
    if (ActsOnTerminals(character)) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(character));
      safe += escape.data();
    } else {
      safe += json.substr(i, length);
    }
    i += length;
  }
  return safe;
}

bool IsPlainWord(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
  });
}

/// Nearest spelling of an instant: a bare date where it is a day's beginning.
std::string InstantText(std::int64_t instant_ms) {
  constexpr std::int64_t kFirstMs = -62'167'219'200'000;  // the years that RFC 3339 can write
  constexpr std::int64_t kLastMs = 253'402'300'799'999;
  std::string text = base::FormatUtc(std::clamp(instant_ms, kFirstMs, kLastMs));
  constexpr std::string_view kMidnight = "T00:00:00.000Z";
  if (text.ends_with(kMidnight)) text.resize(text.size() - kMidnight.size());
  return text;
}

std::string ValueText(const Value& value) {
  switch (value.kind()) {
    case cedar::ValueKind::kBool:
      return *value.AsBool() ? "true" : "false";
    case cedar::ValueKind::kLong:
      return std::to_string(*value.AsLong());
    case cedar::ValueKind::kString:
      return QuotedUnlessPlain(*value.AsString());
    case cedar::ValueKind::kEntity:
      return QuotedUnlessPlain(value.AsEntity()->id());
    case cedar::ValueKind::kSet: {
      std::string text;
      for (const Value& element : value.AsSet()->elements())
        text += (text.empty() ? "" : ", ") + ValueText(element);
      return "[" + text + "]";
    }
    case cedar::ValueKind::kRecord: {
      std::string text;
      for (const cedar::Attribute& member : value.AsRecord()->attributes())
        text += (text.empty() ? "" : ", ") + QuotedUnlessPlain(member.name) + " " + ValueText(member.value);
      return "{" + text + "}";
    }
    case cedar::ValueKind::kDecimal:
      return value.AsDecimal()->Text();
    case cedar::ValueKind::kIpAddress:
      return value.AsIpAddress()->Text();
    case cedar::ValueKind::kDatetime:
      return InstantText(value.AsDatetime()->epoch_ms);
    case cedar::ValueKind::kDuration:
      break;
  }
  return value.AsDuration()->Text();
}

// The sentence ------------------------------------------------------------------------------------------

std::string ModelText(const Question& question) {
  std::string text = QuotedUnlessPlain(question.model);
  if (!question.provider.empty()) text += " of " + QuotedUnlessPlain(question.provider);
  return text;
}

std::string WhoAsksWhat(const Question& question) {
  std::string who = QuotedUnlessPlain(question.application);
  if (!question.organization.empty()) who += " of " + QuotedUnlessPlain(question.organization);
  switch (question.act) {
    case Act::kGenerate:
      return who + " asks " + ModelText(question) + " to generate";
    case Act::kEmbed:
      return who + " asks " + ModelText(question) + " to embed";
    case Act::kRelease:
      return "an answer of " + ModelText(question) + " is released to " + who;
    case Act::kCallTool: {
      std::string text = who + " calls " + QuotedUnlessPlain(question.tool);
      if (!question.tool_server.empty()) text += " of server " + QuotedUnlessPlain(question.tool_server);
      if (!question.model.empty()) text += " as " + ModelText(question) + " proposes";
      return text;
    }
    case Act::kAdminister:
      break;
  }
  return who + " administers the gateway";
}

/// "determination.necessary false" for each member.
void AddFactTexts(const std::string& path, const Value& value, std::vector<std::string>& texts) {
  const cedar::Record* record = value.AsRecord();
  if (record == nullptr || record->empty()) {
    texts.push_back(path + " " + ValueText(value));
    return;
  }
  for (const cedar::Attribute& member : record->attributes())
    AddFactTexts(path + "." + (IsPlainWord(member.name) ? member.name : Quoted(member.name)), member.value,
                 texts);
}

std::string AuthorityWords(const AuthorityFact& authority) {
  std::string text =
      authority.standing == AuthorityFact::Standing::kSigned ? "a signed authority " : "a claimed authority ";
  text += QuotedUnlessPlain(authority.kind);
  if (!authority.reference.empty()) text += ", case " + QuotedUnlessPlain(authority.reference);
  if (!authority.issuer.empty()) text += ", of " + QuotedUnlessPlain(authority.issuer);
  if (authority.subject_cap) text += ", for at most " + std::to_string(*authority.subject_cap) + " people";
  if (authority.expires_ms) text += ", until " + InstantText(*authority.expires_ms);
  return text;
}

/// Who vouches for a fact of this question: a source, or the id of a party, third party or issuer.
std::string SourceIn(const Package& package, const Question& question, const std::string& fact) {
  const std::string source(package.AsserterOf(fact));
  if (source != "party") return source;
  if (fact == "authority" && question.facts.authority &&
      question.facts.authority->standing == AuthorityFact::Standing::kSigned) {
    return question.facts.authority->issuer;
  }
  const ApplicationTerms* application = package.agreement().FindApplication(question.application);
  return application == nullptr ? source : application->party;
}

std::string SourceWords(const std::string& source, std::size_t facts) {
  const std::string it = facts == 1 ? "it" : "them";
  if (source == "gateway") return " (the gateway observes " + it + ")";
  if (source == "detector") return facts == 1 ? " (a detector finds it)" : " (detectors find them)";
  if (source == "ledger") return " (the ledger counts " + it + ")";
  if (source == "person") return "";  // the fact itself says who decided
  return " (" + QuotedUnlessPlain(source) + " alone asserts " + it + ")";
}

bool SpeaksOf(const cedar::Policy& policy, Act act) {
  const cedar::ActionConstraint& action = policy.body().action;
  return action.kind == cedar::ActionConstraint::Kind::kAny ||
         std::ranges::any_of(action.entities,
                             [&](const cedar::EntityUid& uid) { return uid.id() == NameOf(act); });
}

/// Without what excuses from it (`unless`).
cedar::Policy WithoutUnless(const cedar::Policy& policy) {
  cedar::PolicyBody body = policy.body();
  std::erase_if(body.conditions, [](const cedar::Condition& condition) {
    return condition.kind == cedar::Condition::Kind::kUnless;
  });
  return {policy.id(), std::make_shared<const cedar::PolicyBody>(std::move(body))};
}

/// What the clauses concerned look for: those that made the outcome, forbids that speak of the question
/// even where something excuses it, and where nothing permits, the permits of the act.
struct LookedFor {
  std::set<std::string> absent;  ///< facts that are not there
  bool time = false;             ///< whether the time matters
};

LookedFor WhatClausesLookFor(const Package& package, const Question& question, const cedar::Record& facts) {
  LookedFor looked_for;
  const Decision decision = DecideAsIfInForce(package, question);
  const auto entities = EntitiesFor(package, question);
  if (!entities) return looked_for;
  cedar::PolicySet forbids;
  std::map<std::string, bool> reads_time;  // of every clause, what excuses from it aside
  for (const cedar::Policy& policy : package.deciding().policies()) {
    const cedar::Policy plain = WithoutUnless(policy);
    const std::vector<std::string> names = FactsReadBy(plain).names;
    reads_time[policy.id()] = std::ranges::find(names, "now") != names.end();
    if (policy.effect() == cedar::Effect::kForbid && SpeaksOf(policy, question.act))
      static_cast<void>(forbids.Add(policy.id(), plain.body()));  // ids are distinct
  }
  std::set<std::string> concerned;
  const auto said = cedar::Authorize(forbids, *entities, RequestOf(question, std::nullopt));
  for (const cedar::Policy* policy : said.satisfied_forbids) concerned.insert(policy->id());
  for (const Clause& clause : decision.clauses) looked_for.time = looked_for.time || reads_time[clause.id];
  for (const cedar::Policy& policy : package.deciding().policies()) {
    const bool could_permit = decision.ground == Ground::kNotPermitted &&
                              policy.effect() == cedar::Effect::kPermit && SpeaksOf(policy, question.act);
    if (!could_permit && !concerned.contains(policy.id())) continue;
    looked_for.time = looked_for.time || reads_time[policy.id()];
    for (const std::string& name : FactsReadBy(policy).names) {
      if (name != "model" && name != "now" && facts.Find(name) == nullptr) looked_for.absent.insert(name);
    }
  }
  return looked_for;
}

std::vector<std::string> AbsenceInWords(std::set<std::string> absent) {
  const bool needs_people = absent.erase("decision") > 0;
  std::vector<std::string> words;
  if (absent.size() <= kAbsentFactsMax) {
    for (const std::string& name : absent) words.push_back("no " + name);
  }
  if (needs_people) words.emplace_back("no decision by people");
  return words;
}

std::string Listed(const std::vector<std::string>& texts) {
  std::string listed;
  for (const std::string& text : texts) listed += (listed.empty() ? "" : " and ") + QuotedUnlessPlain(text);
  return listed.empty() ? "nobody" : listed;
}

/// "decided by person-1 and person-2 as commander"
std::string DecisionWords(const DecisionFact& decision) {
  std::string text = "decided by " + Listed(decision.people);
  if (!decision.roles.empty()) text += " as " + Listed(decision.roles);
  return decision.match == DecisionFact::Match::kThisCall ? text : text + " on another call";
}

// TOML and JSON -----------------------------------------------------------------------------------------

/// Writes inline TOML, with the calls of base::JsonWriter.
class TomlWriter {
 public:
  TomlWriter& BeginObject() { return Begin("{"); }
  TomlWriter& EndObject() { return End("}"); }
  TomlWriter& BeginArray() { return Begin("["); }
  TomlWriter& EndArray() { return End("]"); }
  TomlWriter& Key(std::string_view key) {
    Separate();
    const bool is_bare = IsPlainWord(key) && key.find_first_of("./") == std::string_view::npos;
    text_ += (is_bare ? std::string(key) : Quoted(key)) + " = ";
    is_first_ = true;
    return *this;
  }
  TomlWriter& String(std::string_view value) { return Put(Quoted(value)); }
  TomlWriter& Integer(std::int64_t value) { return Put(std::to_string(value)); }
  TomlWriter& Bool(bool value) { return Put(value ? "true" : "false"); }
  [[nodiscard]] std::string Take() { return std::move(text_); }

 private:
  void Separate() {
    if (!is_first_) text_ += ", ";
    is_first_ = false;
  }
  TomlWriter& Put(std::string_view text) {
    Separate();
    text_ += text;
    return *this;
  }
  TomlWriter& Begin(std::string_view bracket) {
    Put(bracket);
    is_first_ = true;
    return *this;
  }
  TomlWriter& End(std::string_view bracket) {
    text_ += bracket;
    is_first_ = false;
    return *this;
  }

  std::string text_;
  bool is_first_ = true;
};

/// As TypedValue reads it.
template <typename Writer>
void WriteValue(Writer& out, const Value& value) {
  switch (value.kind()) {
    case cedar::ValueKind::kBool:
      out.Bool(*value.AsBool());
      return;
    case cedar::ValueKind::kLong:
      out.Integer(*value.AsLong());
      return;
    case cedar::ValueKind::kString:
      out.String(*value.AsString());
      return;
    case cedar::ValueKind::kEntity:
      out.String(value.AsEntity()->id());
      return;
    case cedar::ValueKind::kSet:
      out.BeginArray();
      for (const Value& element : value.AsSet()->elements()) WriteValue(out, element);
      out.EndArray();
      return;
    case cedar::ValueKind::kRecord:
      out.BeginObject();
      for (const cedar::Attribute& member : value.AsRecord()->attributes())
        WriteValue(out.Key(member.name), member.value);
      out.EndObject();
      return;
    case cedar::ValueKind::kDecimal:
    case cedar::ValueKind::kIpAddress:
    case cedar::ValueKind::kDatetime:
    case cedar::ValueKind::kDuration:
      break;
  }
  out.String(ValueText(value));
}

/// The arguments as the JSON text that a model sends: a decimal is a number there.
void WriteArguments(base::JsonWriter& json, const Value& value) {
  if (value.AsDecimal() != nullptr) {
    json.Raw(value.AsDecimal()->Text());
  } else if (value.AsRecord() != nullptr) {
    json.BeginObject();
    for (const cedar::Attribute& member : value.AsRecord()->attributes())
      WriteArguments(json.Key(member.name), member.value);
    json.EndObject();
  } else if (value.AsSet() != nullptr) {
    json.BeginArray();
    for (const Value& element : value.AsSet()->elements()) WriteArguments(json, element);
    json.EndArray();
  } else {
    WriteValue(json, value);
  }
}

bool HoldsDecimal(const Value& value) {
  if (const cedar::Record* record = value.AsRecord())
    return std::ranges::any_of(record->attributes(), HoldsDecimal, &cedar::Attribute::value);
  if (const cedar::Set* set = value.AsSet()) return std::ranges::any_of(set->elements(), HoldsDecimal);
  return value.AsDecimal() != nullptr;
}

template <typename Writer>
void WriteTexts(Writer& out, const std::vector<std::string>& texts) {
  out.BeginArray();
  for (const std::string& text : texts) out.String(text);
  out.EndArray();
}

/// One fact, as ReadWorkedRequest reads it.
template <typename Writer>
void WriteFact(Writer& out, const Question& question, const cedar::Attribute& fact) {
  if (fact.name == "decision" && question.facts.decision) {
    out.BeginObject();
    WriteTexts(out.Key("people"), question.facts.decision->people);
    out.Key("call_digest_matches").Bool(question.facts.decision->match == DecisionFact::Match::kThisCall);
    out.EndObject();
  } else if (fact.name == "input" && HoldsDecimal(fact.value)) {
    base::JsonWriter arguments;
    WriteArguments(arguments, fact.value);
    out.String(arguments.Take());
  } else {
    WriteValue(out, fact.value);
  }
}

/// A catalogued tool without an effect was offered under another schema than the catalogue's.
bool IsOfferedOtherwise(const Package& package, const Question& question) {
  return question.act == Act::kCallTool && !question.facts.effect &&
         package.agreement().FindTool(question.tool_server, question.tool) != nullptr;
}

/// Keys of the request itself, in the order of the format's documentation.
std::vector<std::pair<std::string, std::string>> NamesOf(const Package& package, const Question& question) {
  std::vector<std::pair<std::string, std::string>> names{{"act", std::string(NameOf(question.act))},
                                                         {"application", question.application}};
  const ApplicationTerms* application = package.agreement().FindApplication(question.application);
  const std::string supposed = application == nullptr ? "" : application->organization;
  if (question.organization != supposed) names.emplace_back("organization", question.organization);
  if (!question.tool.empty()) names.emplace_back("tool", question.tool);
  if (!question.tool_server.empty()) names.emplace_back("server", question.tool_server);
  if (!question.model.empty()) names.emplace_back("model", question.model);
  if (!question.provider.empty()) names.emplace_back("provider", question.provider);
  return names;
}

}  // namespace

std::string QuotedUnlessPlain(std::string_view text) {
  return IsPlainWord(text) ? std::string(text) : Quoted(text);
}

std::string SentenceOf(const Package& package, const Question& question) {
  const cedar::Record facts = internal::Flatten(question).facts;
  const LookedFor looked_for = WhatClausesLookFor(package, question, facts);
  // Sources in the order of trust, then whoever else asserts something.
  std::vector<std::string> order{"gateway", "detector", "ledger", "person"};
  std::map<std::string, std::vector<std::string>> by_source;
  for (const cedar::Attribute& fact : facts.attributes()) {
    if (fact.name == "now" && !looked_for.time) continue;
    const std::string source = SourceIn(package, question, fact.name);
    if (std::ranges::find(order, source) == order.end()) order.push_back(source);
    if (fact.name == "decision" && question.facts.decision) {
      by_source[source].push_back(DecisionWords(*question.facts.decision));
    } else if (fact.name == "authority" && question.facts.authority) {
      by_source[source].push_back(AuthorityWords(*question.facts.authority));
    } else {
      AddFactTexts(fact.name, fact.value, by_source[source]);
    }
  }
  std::vector<std::string> groups;
  for (const std::string& source : order) {
    std::string group;
    for (const std::string& text : by_source[source]) group += (group.empty() ? "" : ", ") + text;
    if (!group.empty()) groups.push_back(group + SourceWords(source, by_source[source].size()));
  }
  for (std::string& absent : AbsenceInWords(looked_for.absent)) groups.push_back(std::move(absent));
  std::string sentence = WhoAsksWhat(question);
  for (std::size_t i = 0; i < groups.size(); ++i) sentence += (i == 0 ? "; " : ", ") + groups[i];
  return sentence + ".";
}

std::string WorkedRequestToml(const Package& package, const Question& question) {
  std::string toml;
  for (const auto& [key, value] : NamesOf(package, question)) toml += key + " = " + Quoted(value) + "\n";
  if (IsOfferedOtherwise(package, question)) toml += "catalogued = false\n";
  const cedar::Record facts = internal::Flatten(question).facts;
  if (!facts.empty()) toml += "[facts]\n";
  for (const cedar::Attribute& fact : facts.attributes()) {
    TomlWriter out;
    out.Key(fact.name);
    WriteFact(out, question, fact);
    toml += out.Take() + "\n";
  }
  return toml;
}

void WriteQuestion(base::JsonWriter& json, const Package& package, const Question& question) {
  json.BeginObject();
  for (const auto& [key, value] : NamesOf(package, question)) json.Key(key).String(value);
  if (IsOfferedOtherwise(package, question)) json.Key("catalogued").Bool(false);
  const cedar::Record facts = internal::Flatten(question).facts;
  json.Key("facts").BeginObject();
  for (const cedar::Attribute& fact : facts.attributes()) WriteFact(json.Key(fact.name), question, fact);
  json.EndObject().Key("asserted_by").BeginObject();
  for (const cedar::Attribute& fact : facts.attributes())
    json.Key(fact.name).String(SourceIn(package, question, fact.name));
  json.EndObject().EndObject();
}

}  // namespace proviso::terms
