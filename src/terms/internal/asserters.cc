#include "terms/internal/asserters.h"

#include <algorithm>
#include <set>

#include "terms/internal/flat_question.h"
#include "terms/witness.h"

namespace proviso::terms::internal {
namespace {

using analysis::SymbolicField;
using analysis::Term;
using analysis::Terms;

constexpr std::string_view kAuthority = "authority";
/// A fact that the party of the request's application asserts.
constexpr std::string_view kApplicationsParty = "party";

bool IsIssuer(const Package& package, std::string_view party) {
  return std::ranges::any_of(package.agreement().authority_issuers,
                             [party](const AuthorityIssuer& issuer) { return issuer.id == party; });
}

bool HasAnApplication(const Package& package, std::string_view party) {
  return std::ranges::any_of(package.agreement().applications,
                             [party](const ApplicationTerms& a) { return a.party == party; });
}

std::vector<std::string> Everyone(const Agreement& agreement) {
  std::vector<std::string> all;
  for (const Party& party : agreement.parties) all.push_back(party.id);
  all.insert(all.end(), agreement.third_parties.begin(), agreement.third_parties.end());
  return all;
}

/// Whether `party` asserts facts of this source in requests of `application`.
bool Asserts(const Package& package, std::string_view source, std::string_view party,
             std::string_view application) {
  if (source != kApplicationsParty) return source == party;
  const ApplicationTerms* terms = package.agreement().FindApplication(application);
  return terms != nullptr && terms->party == party;
}

/// The request's application is one of the party's.
Term IsOfItsApplication(Terms& terms, const Package& package, std::string_view party,
                        const SymbolicQuestion& question) {
  std::vector<Term> any;
  if (question.act == Act::kAdminister) return terms.False();
  for (const ApplicationTerms& application : package.agreement().applications) {
    if (application.party != party) continue;
    any.push_back(terms.Equal(question.request.principal.term,
                              analysis::EntityTerm(terms, cedar::EntityUid("Application", application.id))));
  }
  return terms.Or(any);
}

Term AreEqual(Terms& terms, const SymbolicField& a, const SymbolicField& b) {
  return terms.And({terms.Equal(a.present, b.present),
                    terms.Implies(a.present, analysis::EqualValues(terms, a.value, b.value))});
}

Term IsSignedBy(Terms& terms, const SymbolicField& authority, std::string_view issuer) {
  const SymbolicField* signed_by = authority.value.FindField("issuer");
  return terms.And({authority.value.FindField("signed")->value.term, signed_by->present,
                    terms.Equal(signed_by->value.term, terms.String(issuer))});
}

Term IsOwnAuthority(Terms& terms, const Package& package, std::string_view party, Term of_its_application,
                    const SymbolicField& first, const SymbolicField& second) {
  const Term by_it = IsSignedBy(terms, second, party);
  const Term unsigned_now = terms.Not(second.value.FindField("signed")->value.term);
  const std::string_view source = package.AsserterOf(kAuthority);
  const Term own = source == kApplicationsParty ? of_its_application : terms.Bool(source == party);
  const Term as_claimant = terms.And({own, terms.Or({terms.Not(second.present), unsigned_now, by_it})});
  const Term as_issuer = terms.And({terms.Or({terms.Not(first.present), IsSignedBy(terms, first, party)}),
                                    terms.Or({terms.Not(second.present), by_it})});
  return terms.Or(
      {AreEqual(terms, first, second), as_claimant, IsIssuer(package, party) ? as_issuer : terms.False()});
}

bool IsSignedBy(const std::optional<AuthorityFact>& authority, std::string_view issuer) {
  return authority && authority->standing == AuthorityFact::Standing::kSigned && authority->issuer == issuer;
}

bool IsOwnAuthority(const Package& package, std::string_view party, const Question& first,
                    const Question& second) {
  const auto& before = first.facts.authority;
  const auto& after = second.facts.authority;
  const bool is_claim = after && after->standing == AuthorityFact::Standing::kClaimed;
  if (Asserts(package, package.AsserterOf(kAuthority), party, first.application) &&
      (!after || is_claim || IsSignedBy(after, party)))
    return true;
  return IsIssuer(package, party) && (!before || IsSignedBy(before, party)) &&
         (!after || IsSignedBy(after, party));
}

}  // namespace

std::vector<std::string> FactsOf(const Package& package, std::string_view party,
                                 std::span<const std::string> facts) {
  std::vector<std::string> own;
  for (const std::string& fact : facts) {
    const std::string_view source = package.AsserterOf(fact);
    const bool asserts = source == kApplicationsParty ? HasAnApplication(package, party) : source == party;
    if (asserts || (fact == kAuthority && IsIssuer(package, party))) own.push_back(fact);
  }
  return own;
}

std::vector<std::string> PartiesThatAssert(const Package& package) {
  const cedar::ActionDeclaration* action =
      package.schema().FindAction(cedar::EntityUid("Action", "generate"));
  std::vector<std::string> facts;
  for (const cedar::AttributeType& fact : action->context->attributes) facts.push_back(fact.name);
  std::vector<std::string> parties = Everyone(package.agreement());
  std::erase_if(parties, [&](const std::string& party) { return FactsOf(package, party, facts).empty(); });
  return parties;
}

Term IsOwnChange(Terms& terms, const Package& package, std::string_view party, const SymbolicQuestion& first,
                 const SymbolicQuestion& second) {
  const Term of_its_application = IsOfItsApplication(terms, package, party, first);
  std::vector<Term> all;
  for (const SymbolicField& field : first.request.context.fields) {
    const SymbolicField& other = *second.request.context.FindField(field.name);
    if (field.name == kAuthority) {
      all.push_back(IsOwnAuthority(terms, package, party, of_its_application, field, other));
    } else if (package.AsserterOf(field.name) == kApplicationsParty) {
      all.push_back(terms.Or({of_its_application, AreEqual(terms, field, other)}));
    } else if (package.AsserterOf(field.name) != party) {
      all.push_back(AreEqual(terms, field, other));
    }
  }
  return terms.And(all);
}

bool IsOwnChange(const Package& package, std::string_view party, const Question& first,
                 const Question& second) {
  return std::ranges::all_of(FactsThatDiffer(first, second), [&](const std::string& changed) {
    const std::string fact = changed.substr(0, changed.find('.'));
    return fact == kAuthority ? IsOwnAuthority(package, party, first, second)
                              : Asserts(package, package.AsserterOf(fact), party, first.application);
  });
}

namespace {

/// Whether another party than this one asserts the fact in this request.
Term IsOfAnother(Terms& terms, const Package& package, std::string_view party, Term of_its_application,
                 const SymbolicField& field) {
  const std::string_view source = package.AsserterOf(field.name);
  const std::vector<std::string> everyone = Everyone(package.agreement());
  const bool of_a_party = std::ranges::find(everyone, source) != everyone.end();
  Term other = terms.Bool(of_a_party && source != party);
  if (source == kApplicationsParty) other = terms.Not(of_its_application);
  if (field.name != kAuthority) return other;
  return terms.And({terms.Not(IsSignedBy(terms, field, party)),
                    terms.Or({other, field.value.FindField("signed")->value.term})});
}

bool IsOfAnother(const Package& package, std::string_view party, const Question& question,
                 const std::string& fact) {
  const std::string_view source = package.AsserterOf(fact);
  const std::vector<std::string> everyone = Everyone(package.agreement());
  const bool of_a_party =
      source == kApplicationsParty || std::ranges::find(everyone, source) != everyone.end();
  const bool other = of_a_party && !Asserts(package, source, party, question.application);
  if (fact != kAuthority || !question.facts.authority) return other;
  if (IsSignedBy(question.facts.authority, party)) return false;
  return other || question.facts.authority->standing == AuthorityFact::Standing::kSigned;
}

bool IsBool(const analysis::SymbolicValue& value) {
  return value.type->kind == cedar::Type::Kind::kBool;
}

}  // namespace

std::vector<analysis::SymbolicRequest> WithoutOthers(Terms& terms, const Package& package,
                                                     std::string_view party, const SymbolicQuestion& question,
                                                     std::span<const std::string> facts) {
  const Term of_its_application = IsOfItsApplication(terms, package, party, question);
  std::vector<analysis::SymbolicRequest> without;
  analysis::SymbolicRequest without_all = question.request;
  for (const std::string& fact : facts) {
    const SymbolicField* field = question.request.context.FindField(fact);
    if (field == nullptr) continue;
    const Term own = terms.Not(IsOfAnother(terms, package, party, of_its_application, *field));
    if (own == terms.True()) continue;
    const Term present = terms.And({field->present, own});
    without.push_back(question.request.With(fact, present, field->value));
    without_all = without_all.With(fact, present, field->value);
    analysis::SymbolicValue denied = field->value;
    if (IsBool(denied)) {
      denied.term = terms.And({denied.term, own});
      without.push_back(question.request.With(fact, field->present, denied));
    }
    for (SymbolicField& member : denied.fields) {
      if (!IsBool(member.value)) continue;
      const Term as_is = member.value.term;
      member.value.term = terms.And({as_is, own});
      without.push_back(question.request.With(fact, field->present, denied));
      member.value.term = as_is;
    }
  }
  if (!without.empty()) without.push_back(std::move(without_all));
  return without;
}

std::vector<Question> WithoutOthers(const Package& package, std::string_view party, const Question& question,
                                    std::span<const std::string> facts) {
  const FlatQuestion flat = Flatten(question);
  std::vector<Question> without;
  FlatQuestion without_all = flat;
  const auto add = [&](const std::string& fact, const std::optional<cedar::Value>& value) {
    without.push_back(Unflatten({flat.names, WithAttribute(flat.facts, fact, value)}));
  };
  for (const std::string& fact : facts) {
    const cedar::Value* value = flat.facts.Find(fact);
    if (value == nullptr || !IsOfAnother(package, party, question, fact)) continue;
    add(fact, std::nullopt);
    without_all.facts = WithAttribute(without_all.facts, fact, std::nullopt);
    if (value->AsBool() != nullptr) add(fact, cedar::Value::Bool(false));
    if (value->AsRecord() == nullptr) continue;
    for (const cedar::Attribute& member : value->AsRecord()->attributes()) {
      if (member.value.AsBool() == nullptr) continue;
      add(fact, cedar::Value::FromRecord(
                    WithAttribute(*value->AsRecord(), member.name, cedar::Value::Bool(false))));
    }
  }
  if (!without.empty()) without.push_back(Unflatten(without_all));
  return without;
}

std::vector<std::string> AssertersOf(const Package& package, const Question& question) {
  std::set<std::string> asserters;
  for (const cedar::Attribute& fact : ContextOf(question).attributes()) {
    std::string source(package.AsserterOf(fact.name));
    const ApplicationTerms* application = package.agreement().FindApplication(question.application);
    if (source == kApplicationsParty && application != nullptr) source = application->party;
    if (fact.name == kAuthority && question.facts.authority->standing == AuthorityFact::Standing::kSigned)
      source = question.facts.authority->issuer;
    asserters.insert(std::move(source));
  }
  std::vector<std::string> listed;
  for (const std::string& party : Everyone(package.agreement())) {
    if (asserters.contains(party)) listed.push_back(party);
  }
  if (asserters.contains("person")) listed.emplace_back("the people who decide");
  return listed;
}

}  // namespace proviso::terms::internal
