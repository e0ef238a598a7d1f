#include "terms/internal/check_set_aside.h"

#include <algorithm>
#include <map>
#include <set>

#include "terms/internal/asserters.h"
#include "terms/internal/conform.h"
#include "terms/internal/flat_question.h"
#include "terms/witness.h"
#include "terms/witness_words.h"

namespace proviso::terms::internal {
namespace {

using analysis::Answer;
using analysis::Compiled;
using analysis::Term;

bool IsSafeguard(const Package& package, const std::string& id) {
  return package.safeguard_policies().Find(id) != nullptr && FindClause(package, id) == nullptr;
}

/// Deciding forbids that read a fact which the safeguard's scope reads; all of them, where it reads none.
std::vector<const cedar::Policy*> ForbidsAbout(const Package& package, const std::string& safeguard) {
  std::vector<std::string> facts = FactsReadBy(*package.safeguard_policies().Find(safeguard)).names;
  std::erase(facts, "now");  // when says nothing of what
  std::vector<const cedar::Policy*> about;
  for (const cedar::Policy& policy : package.deciding().policies()) {
    if (policy.effect() != cedar::Effect::kForbid) continue;
    const std::vector<std::string> read = FactsReadBy(policy).names;
    const bool shares = std::ranges::any_of(
        facts, [&](const std::string& fact) { return std::ranges::find(read, fact) != read.end(); });
    if (shares || facts.empty()) about.push_back(&policy);
  }
  return about;
}

/// What stands in the way of the first request: the safeguard, or the forbid that applies.
bool IsBlockedBy(const Package& package, const std::string& id, Bar bar, const Evaluated& first) {
  if (!IsSafeguard(package, id)) return first.Satisfies(id) || first.Errs(id);
  if (!first.IsInScope(id)) return false;
  if (bar == Bar::kNoPermit) return first.forbids().empty();
  const std::vector<const cedar::Policy*> about = ForbidsAbout(package, id);
  return std::ranges::any_of(first.forbids(), [&](const cedar::Policy* forbid) {
    return std::ranges::find(about, forbid) != about.end();
  });
}

/// IsBlockedBy as a term, of a request that is in the scope, or that the forbid applies to.
base::Result<Term> Blocked(const std::string& id, Bar bar, Term applies, Inquiry& inquiry) {
  const Package& package = inquiry.package();
  if (!IsSafeguard(package, id)) return applies;
  analysis::Terms& terms = inquiry.terms();
  std::vector<const cedar::Policy*> forbids = ForbidsAbout(package, id);
  if (bar == Bar::kNoPermit) {
    forbids.clear();
    for (const cedar::Policy& policy : package.deciding().policies()) {
      if (policy.effect() == cedar::Effect::kForbid) forbids.push_back(&policy);
    }
  }
  std::vector<Term> forbidden;
  for (const cedar::Policy* forbid : forbids) {
    const auto clause = inquiry.Clause(forbid->id());
    if (!clause) return std::unexpected(clause.error());
    forbidden.push_back(terms.Or({clause->satisfied, clause->errs}));
  }
  const Term is_forbidden = terms.Or(forbidden);
  return terms.And({applies, bar == Bar::kForbid ? is_forbidden : terms.Not(is_forbidden)});
}

/// What stands in the way of a request is read of these facts: of a safeguard's, by every forbid.
std::vector<std::string> FactsInTheWay(const Package& package, const std::string& id) {
  std::set<std::string> facts;
  const auto add = [&facts](const cedar::Policy& policy) {
    const std::vector<std::string> read = FactsReadBy(policy).names;
    facts.insert(read.begin(), read.end());
  };
  if (!IsSafeguard(package, id)) {
    add(*package.deciding().Find(id));
    return {facts.begin(), facts.end()};
  }
  add(*package.safeguard_policies().Find(id));
  for (const cedar::Policy& policy : package.deciding().policies()) {
    if (policy.effect() == cedar::Effect::kForbid) add(policy);
  }
  return {facts.begin(), facts.end()};
}

/// What one evaluation says of a question; far less than Evaluated, which asks everything.
struct InTheWay {
  std::set<std::string_view> forbids;  ///< Satisfied.
  bool is_in_scope = false;            ///< Of the safeguard that is asked about.
};

InTheWay WhatIsInTheWay(const Package& package, const std::string& id, const Question& question) {
  InTheWay way;
  const auto conformed = ConformedQuestion::Of(package, question);
  const auto entities = conformed ? EntitiesFor(package, **conformed) : std::unexpected(conformed.error());
  if (!entities) return way;
  const cedar::Request request = RequestOf(**conformed, std::nullopt);
  thread_local cedar::CompiledPolicies::Scratch scratch;
  const cedar::Verdict& verdict = package.compiled_deciding().Decide(request, *entities, scratch);
  for (const cedar::Policy* policy : verdict.satisfied_forbids) way.forbids.insert(policy->id());
  if (!IsSafeguard(package, id)) return way;
  const cedar::Response scopes = cedar::Authorize(package.safeguard_policies(), *entities, request);
  const auto is_it = [&id](const cedar::Policy* policy) { return policy->id() == id; };
  way.is_in_scope = std::ranges::any_of(scopes.satisfied_permits, is_it) ||
                    std::ranges::any_of(scopes.errors, is_it, &cedar::PolicyError::policy);
  return way;
}

/// Whether the second request is free only because of what somebody else asserts.
bool NeedsAnother(const Package& package, const Subject& subject, const Question& second) {
  const std::vector<Question> without =
      WithoutOthers(package, subject.party, second, FactsInTheWay(package, subject.id));
  return std::ranges::any_of(without, [&](const Question& question) {
    const InTheWay way = WhatIsInTheWay(package, subject.id, question);
    return IsSafeguard(package, subject.id) ? way.is_in_scope && !way.forbids.empty()
                                            : way.forbids.contains(subject.id);
  });
}

bool ShowsSetAside(const Package& package, const Subject& subject, Bar bar, const Evaluated& first,
                   const Evaluated& second) {
  return second.outcome() == Outcome::kPermit && first.outcome() != Outcome::kPermit &&
         IsBlockedBy(package, subject.id, bar, first) &&
         IsOwnChange(package, subject.party, first.question(), second.question()) &&
         !NeedsAnother(package, subject, second.question());
}

base::Result<Compiled> Blocks(const std::string& id, Inquiry& inquiry) {
  return IsSafeguard(inquiry.package(), id) ? inquiry.Scope(id) : inquiry.Clause(id);
}

base::Result<Compiled> BlocksVariant(const std::string& id, const Package& package, Variant& variant) {
  if (!IsSafeguard(package, id)) return variant.symbolic->ClauseTerms(id);
  return variant.symbolic->Compile(package.safeguard_policies().Find(id)->body());
}

/// As NeedsAnother, of the variant, denied.
base::Result<Term> NeedsNoOther(const Subject& subject, const Package& package, Variant& variant,
                                analysis::Terms& terms) {
  const analysis::World world{analysis::World::Kind::kClosed, &package.entities()};
  const std::vector<std::string> facts = FactsInTheWay(package, subject.id);
  std::vector<Term> all;
  for (const analysis::SymbolicRequest& request :
       WithoutOthers(terms, package, subject.party, variant.question, facts)) {
    analysis::Compiler compiler(terms, package.schema(), world, request);
    if (!IsSafeguard(package, subject.id)) {
      const auto forbid = compiler.Compile(package.deciding().Find(subject.id)->body());
      if (!forbid) return std::unexpected(forbid.error());
      all.push_back(terms.Not(forbid->satisfied));
      continue;
    }
    const auto scope = compiler.Compile(package.safeguard_policies().Find(subject.id)->body());
    if (!scope) return std::unexpected(scope.error());
    std::vector<Term> forbidden;
    for (const cedar::Policy& policy : package.deciding().policies()) {
      if (policy.effect() != cedar::Effect::kForbid) continue;
      const auto forbid = compiler.Compile(policy.body());
      if (!forbid) return std::unexpected(forbid.error());
      forbidden.push_back(forbid->satisfied);
    }
    all.push_back(terms.Not(terms.And({terms.Or({scope->satisfied, scope->errs}), terms.Or(forbidden)})));
  }
  return terms.And(all);
}

struct Pair {
  Sought sought;
  std::shared_ptr<const Evaluated> second;
};

void Settle(const MaybeSetAside& one, const Pair& pair) {
  std::vector<std::string> scripts = std::move(one.part->sought.scripts);
  one.part->sought = pair.sought;
  one.part->after = pair.second;
  one.part->sought.scripts.insert(one.part->sought.scripts.begin(), scripts.begin(), scripts.end());
}

/// Whether there is a pair of which the first satisfies any of `blocked`.
Pair SeekPair(const std::vector<Term>& blocked, Variant& variant, Inquiry& inquiry) {
  analysis::Terms& terms = inquiry.terms();
  analysis::Query query{inquiry.question()->assumptions, {}};
  const auto add = [&query](const std::vector<Term>& more) {
    query.assertions.insert(query.assertions.end(), more.begin(), more.end());
  };
  add(variant.question.assumptions);
  add(inquiry.symbolic().Assumptions());
  add(variant.symbolic->Assumptions());
  add({variant.is_own_change, terms.Or(blocked), terms.Not(inquiry.outcomes()->permit),
       variant.outcomes.permit});
  query.wanted = analysis::WantedFor(inquiry.question()->request, inquiry.symbolic().compiler());
  const std::size_t of_first = query.wanted.size();
  const std::vector<Term> of_second =
      analysis::WantedFor(variant.question.request, variant.symbolic->compiler());
  query.wanted.insert(query.wanted.end(), of_second.begin(), of_second.end());
  const auto answer = inquiry.solver().Ask(query);
  if (!answer) return {Sought::Unknown(answer.error().message), nullptr};
  Pair pair;
  pair.sought.scripts = {answer->script_digest};
  pair.sought.took_ms = answer->took_ms;
  if (answer->kind == Answer::Kind::kUnknown) pair.sought.reason = answer->reason;
  if (answer->kind == Answer::Kind::kUnsat) pair.sought.kind = Sought::Kind::kNone;
  if (answer->kind != Answer::Kind::kSat) return pair;
  const std::span<const Term> wanted(query.wanted);
  const std::span<const analysis::SmtValue> values(answer->values);
  auto first = inquiry.Replay(inquiry.question()->request, inquiry.symbolic().compiler(),
                              wanted.first(of_first), values.first(of_first));
  auto second = inquiry.Replay(variant.question.request, variant.symbolic->compiler(),
                               wanted.subspan(of_first), values.subspan(of_first));
  if (!first || !second) {
    pair.sought.reason = FaultOfTheAnalysis(answer->script_digest, (first ? second : first).error().message);
    return pair;
  }
  inquiry.known().Add(*first);
  inquiry.known().Add(*second);
  pair.sought.kind = Sought::Kind::kFound;
  pair.sought.found = std::move(*first);
  pair.second = std::move(*second);
  return pair;
}

/// A pair that the clauses themselves suggest; without a second where they suggest none.
Pair SuggestedPair(const Subject& subject, Bar bar, const std::vector<std::string>& facts, Inquiry& inquiry) {
  constexpr int kTriesMax = 8;
  int tries = 0;
  for (const auto& first : inquiry.known().All()) {
    const bool may_be_first =
        first->outcome() != Outcome::kPermit && IsBlockedBy(inquiry.package(), subject.id, bar, *first);
    if (!may_be_first) continue;
    if (++tries > kTriesMax) break;
    const Question freed = inquiry.suggestions().Freed(*first, facts);
    if (inquiry.gateway().FirstNotMet(freed) != nullptr) continue;
    auto second = std::make_shared<const Evaluated>(inquiry.package(), freed);
    if (!ShowsSetAside(inquiry.package(), subject, bar, *first, *second)) continue;
    Pair pair;
    pair.sought.kind = Sought::Kind::kFound;
    pair.sought.found = first;
    pair.second = std::move(second);
    return pair;
  }
  return {};
}

/// Settles what needs no solver; the others' conditions on the first request, in the order of what is left.
std::vector<Term> StillOpen(std::vector<MaybeSetAside>& open, Bar bar, Variant& variant, Inquiry& inquiry) {
  std::vector<Term> blocked;
  analysis::Terms& terms = inquiry.terms();
  const Package* const packages[] = {&inquiry.package()};
  const std::vector<std::string> facts =
      FactsOf(inquiry.package(), open.front().subject->party, FactsThatMatter(packages));
  const auto is_settled = [&](const MaybeSetAside& one) {
    const auto first = Blocks(one.subject->id, inquiry);
    const auto second = BlocksVariant(one.subject->id, inquiry.package(), variant);
    if (!first || !second) {
      one.part->sought = Sought::Unknown((first ? second : first).error().message);
      return true;
    }
    // What the party cannot turn stands in the way of the second request, too.
    const bool turns = first->satisfied != second->satisfied || first->errs != second->errs;
    const bool blocks_always = !IsSafeguard(inquiry.package(), one.subject->id) ||
                               (one.holds != nullptr && one.holds->sought.kind == Sought::Kind::kNone);
    const auto condition = Blocked(one.subject->id, bar, terms.Or({first->satisfied, first->errs}), inquiry);
    if (!condition) {
      one.part->sought = Sought::Unknown(condition.error().message);
      return true;
    }
    if ((!turns && blocks_always) || *condition == terms.False()) {
      one.part->sought.kind = Sought::Kind::kNone;
      return true;
    }
    if (const Pair pair = SuggestedPair(*one.subject, bar, facts, inquiry); pair.second != nullptr) {
      Settle(one, pair);
      return true;
    }
    const auto alone = NeedsNoOther(*one.subject, inquiry.package(), variant, terms);
    if (!alone) {
      one.part->sought = Sought::Unknown(alone.error().message);
      return true;
    }
    blocked.push_back(terms.And({*condition, *alone}));
    return false;
  };
  std::erase_if(open, is_settled);
  return blocked;
}

}  // namespace

void AskWhatIsSetAside(std::vector<MaybeSetAside> open, Bar bar, Inquiry& inquiry) {
  if (bar == Bar::kNoPermit) {
    std::erase_if(open, [&inquiry](const MaybeSetAside& one) {
      return !IsSafeguard(inquiry.package(), one.subject->id) || one.part->sought.kind != Sought::Kind::kNone;
    });
  }
  const auto give_up = [&open](const std::string& reason) {
    for (const MaybeSetAside& one : open) one.part->sought = Sought::Unknown(reason);
  };
  if (open.empty()) return;
  if (!inquiry.outcomes()) return give_up(inquiry.outcomes().error().message);
  const auto variant = inquiry.VariantBy(open.front().subject->party);
  if (!variant) return give_up(variant.error().message);
  std::vector<Term> blocked = StillOpen(open, bar, **variant, inquiry);
  while (!open.empty()) {
    Pair pair = SeekPair(blocked, **variant, inquiry);
    if (pair.sought.kind == Sought::Kind::kUnknown && open.size() > 1) {
      for (std::size_t i = 0; i < open.size(); ++i)
        Settle(open[i], SeekPair({blocked[i]}, **variant, inquiry));
      return;
    }
    std::vector<MaybeSetAside> left;
    std::vector<Term> left_blocked;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const bool answers = pair.second == nullptr || ShowsSetAside(inquiry.package(), *open[i].subject, bar,
                                                                   *pair.sought.found, *pair.second);
      if (answers) {
        Settle(open[i], pair);
      } else {
        left.push_back(open[i]);
        left_blocked.push_back(blocked[i]);
      }
    }
    if (left.size() == open.size()) {
      return give_up(FaultOfTheAnalysis(pair.sought.scripts.front(), "the two requests do not show it"));
    }
    open = std::move(left);
    blocked = std::move(left_blocked);
  }
}

namespace {

/// The first question with the second's facts, as far as it still shows the same: what need not differ does
/// not.
QuestionPair Nearer(QuestionPair pair, const StillShowsPair& still) {
  const auto try_with = [&](const FlatQuestion& nearer) {
    Question question = Unflatten(nearer);
    if (still(question, pair.second)) pair.first = std::move(question);
  };
  for (const std::string& changed : FactsThatDiffer(pair.first, pair.second)) {
    FlatQuestion nearer = Flatten(pair.first);
    const FlatQuestion second = Flatten(pair.second);
    const std::size_t dot = changed.find('.');
    const std::string fact = changed.substr(0, dot);
    const cedar::Value* theirs = second.facts.Find(fact);
    const cedar::Value* mine = nearer.facts.Find(fact);
    const bool is_member = dot != std::string::npos && theirs != nullptr && theirs->AsRecord() != nullptr &&
                           mine != nullptr && mine->AsRecord() != nullptr;
    std::optional<cedar::Value> value = theirs == nullptr ? std::nullopt : std::optional(*theirs);
    if (is_member) {
      const std::string member = changed.substr(dot + 1);
      const cedar::Value* held = theirs->AsRecord()->Find(member);
      value = cedar::Value::FromRecord(
          WithAttribute(*mine->AsRecord(), member, held == nullptr ? std::nullopt : std::optional(*held)));
    }
    nearer.facts = WithAttribute(nearer.facts, fact, value);
    try_with(nearer);
    if (mine != nullptr || dot == std::string::npos || !value || value->AsRecord() == nullptr) continue;
    // The whole fact changes too much: all of it but this member.
    const cedar::Record without = WithAttribute(*value->AsRecord(), changed.substr(dot + 1), std::nullopt);
    if (Flatten(pair.first).facts.Find(fact) != nullptr) continue;
    nearer.facts = WithAttribute(nearer.facts, fact, cedar::Value::FromRecord(without));
    try_with(nearer);
  }
  return pair;
}

/// Down to the member; a fact that one of the two lacks, and that has several, as a whole.
std::vector<std::string> ChangedFacts(const QuestionPair& pair) {
  const FlatQuestion first = Flatten(pair.first);
  const FlatQuestion second = Flatten(pair.second);
  std::map<std::string, std::vector<std::string>> by_fact;
  for (const std::string& changed : FactsThatDiffer(pair.first, pair.second))
    by_fact[changed.substr(0, changed.find('.'))].push_back(changed);
  std::vector<std::string> facts;
  for (const auto& [fact, members] : by_fact) {
    const bool is_new = first.facts.Find(fact) == nullptr || second.facts.Find(fact) == nullptr;
    if (is_new && members.size() > 1) {
      facts.push_back(fact);
    } else {
      facts.insert(facts.end(), members.begin(), members.end());
    }
  }
  return facts;
}

/// The pair made small: as few facts that differ as can be, and then as few facts.
void AddPair(const Subject& subject, const Part& part, Worker& worker, Finding& finding) {
  Inquiry& inquiry = worker.About(part.act);
  const Package& package = inquiry.package();
  const bool by_forbid =
      !IsSafeguard(package, subject.id) || IsBlockedBy(package, subject.id, Bar::kForbid, *part.sought.found);
  const Bar bar = by_forbid ? Bar::kForbid : Bar::kNoPermit;
  const auto still = [&](const Question& first, const Question& second) {
    // Cheap things first: most smaller pairs fail here.
    return Decide(package, second).outcome == Outcome::kPermit &&
           Decide(package, first).outcome != Outcome::kPermit &&
           ShowsSetAside(package, subject, bar, Evaluated(package, first), Evaluated(package, second));
  };
  const Package* const packages[] = {&package};
  const auto can_be_put = [&](const Question& first, const Question& second) {
    return inquiry.gateway().FirstNotMet(first) == nullptr && still(first, second);
  };
  QuestionPair pair = Nearer({part.sought.found->question(), part.after->question()}, can_be_put);
  std::vector<std::string> free_facts;
  for (const std::string& changed : FactsThatDiffer(pair.first, pair.second)) {
    const std::string fact = changed.substr(0, changed.find('.'));
    if (std::ranges::find(free_facts, fact) == free_facts.end()) free_facts.push_back(fact);
  }
  pair = MinimisePair(std::move(pair), free_facts, packages, still);
  finding.facts = ChangedFacts(pair);
  for (const Question& question : {pair.first, pair.second}) {
    finding.witnesses.push_back({question, Decide(package, question), SentenceOf(package, question)});
  }
}

std::string InWords(const Package& package, const std::string& id) {
  return IsSafeguard(package, id) ? "safeguard \"" + id + "\"" : ClauseInWords(package, id);
}

}  // namespace

std::optional<Finding> SetAsideFinding(const Subject& subject, Worker& worker) {
  const Package& package = worker.package();
  const Joined joined = JoinParts(subject);
  if (joined.IsNone() && !IsSafeguard(package, subject.id)) return std::nullopt;
  Finding finding = BlankFinding(subject, joined);
  SetAnswer(finding, joined, {FindingAnswer::kNo, FindingAnswer::kYes});
  finding.is_remarkable = finding.answer != FindingAnswer::kNo;
  const std::string what = InWords(package, subject.id);
  switch (finding.answer) {
    case FindingAnswer::kNo:
      finding.sentence = Capitalised(subject.party) + " alone cannot set aside " + what;
      break;
    case FindingAnswer::kUnknown:
      finding.sentence =
          "Whether " + subject.party + " alone can set aside " + what + " is not known: " + finding.reason;
      break;
    case FindingAnswer::kYes: {
      AddPair(subject, *joined.found, worker, finding);
      const Decision& before = finding.witnesses.front().decision;
      for (const Clause& clause : before.clauses) finding.clauses.push_back(clause.id);
      finding.sentence = Capitalised(subject.party) + " alone can set aside " + what + ": by " +
                         Listed(finding.facts) + ", which it asserts, a request to " +
                         std::string(NameOf(joined.found->act)) + " that is " +
                         (before.outcome == Outcome::kHold ? "held" : "forbidden") + " becomes permitted";
      break;
    }
  }
  return finding;
}

}  // namespace proviso::terms::internal
