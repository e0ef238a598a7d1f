#include "terms/internal/check_clauses.h"

#include <algorithm>

#include "terms/internal/check_precedence.h"

namespace proviso::terms::internal {
namespace {

using analysis::Compiled;
using analysis::Term;

/// One question has one condition for a solver, and says the same of one request.
base::Result<Term> ConditionOf(const Subject& subject, Inquiry& inquiry, Part& part) {
  analysis::Terms& terms = inquiry.terms();
  const base::Result<SymbolicPackage::Outcomes>& outcomes = inquiry.outcomes();
  if (subject.question == CheckQuestion::kNeverPermits) {
    if (!outcomes) return std::unexpected(outcomes.error());
    return terms.Not(outcomes->forbid);
  }
  const auto clause = inquiry.Clause(subject.id);
  if (!clause) return std::unexpected(clause.error());
  part.is_spoken_of = clause->satisfied != terms.False();
  switch (subject.question) {
    case CheckQuestion::kNeverErrors:
      return clause->errs;
    case CheckQuestion::kVacuous:
      return clause->satisfied;
    case CheckQuestion::kUnconditional:
      return part.is_spoken_of ? terms.Not(clause->satisfied) : terms.False();
    case CheckQuestion::kRedundant: {
      const auto without = outcomes ? inquiry.symbolic().DecideWithout(subject.id) : outcomes;
      if (!without) return std::unexpected(without.error());
      return terms.Not(terms.And(
          {terms.Equal(outcomes->permit, without->permit), terms.Equal(outcomes->hold, without->hold)}));
    }
    case CheckQuestion::kOverridden:
    case CheckQuestion::kAdvisory:
      if (!outcomes) return std::unexpected(outcomes.error());
      return terms.And({clause->satisfied, terms.Not(outcomes->forbid)});
    case CheckQuestion::kPrecedence:
      return PrecedenceCondition(subject.id, inquiry);
    case CheckQuestion::kValid:
    case CheckQuestion::kNeverPermits:
    case CheckQuestion::kFloating:
    case CheckQuestion::kSafeguardHolds:
    case CheckQuestion::kSetAside:
      break;
  }
  return base::Fail(base::ErrorCode::kInternal, "not a question about a clause");
}

Shows ShowsOf(const Package& package, const Subject& subject) {
  const std::string& id = subject.id;
  switch (subject.question) {
    case CheckQuestion::kNeverPermits:
      return [](const Evaluated& e) { return e.outcome() != Outcome::kForbid; };
    case CheckQuestion::kNeverErrors:
      return [&id](const Evaluated& e) { return e.Errs(id); };
    case CheckQuestion::kVacuous:
      return [&id](const Evaluated& e) { return e.Satisfies(id); };
    case CheckQuestion::kUnconditional:
      return [&id](const Evaluated& e) { return !e.Satisfies(id); };
    case CheckQuestion::kRedundant:
      return [&id](const Evaluated& e) { return e.outcome() != e.OutcomeWithout(id); };
    case CheckQuestion::kOverridden:
    case CheckQuestion::kAdvisory:
      return [&id](const Evaluated& e) { return e.Satisfies(id) && e.outcome() != Outcome::kForbid; };
    case CheckQuestion::kPrecedence:
      return [&package, &id](const Evaluated& e) { return ShowsPrecedence(package, id, e); };
    case CheckQuestion::kValid:
    case CheckQuestion::kFloating:
    case CheckQuestion::kSafeguardHolds:
    case CheckQuestion::kSetAside:
      break;
  }
  return [](const Evaluated&) { return false; };
}

/// What a clause does where it is satisfied: a forbid that errs forbids, too.
Term Applies(analysis::Terms& terms, const Clause& clause, const Compiled& compiled) {
  return clause.effect == cedar::Effect::kForbid ? terms.Or({compiled.satisfied, compiled.errs})
                                                 : compiled.satisfied;
}

bool Applies(const Clause& clause, const Evaluated& e) {
  return e.Satisfies(clause.id) || (clause.effect == cedar::Effect::kForbid && e.Errs(clause.id));
}

/// Deciding clauses of this effect that apply wherever a known request has `clause` apply.
std::vector<const Clause*> MayCover(const Clause& clause, cedar::Effect effect, Worker& worker) {
  std::vector<const Clause*> may;
  for (const Clause& other : worker.package().clauses()) {
    if (other.effect == effect && other.modality == Modality::kShall && other.id != clause.id)
      may.push_back(&other);
  }
  for (const Act act : kActsInOrder) {
    for (const auto& e : worker.About(act).known().All()) {
      if (!Applies(clause, *e)) continue;
      std::erase_if(may, [&e](const Clause* other) { return !Applies(*other, *e); });
    }
  }
  return may;
}

/// Whether wherever `clause` applies, `other` does.
bool IsCovered(const Clause& clause, const Clause& other, Worker& worker, Finding& finding) {
  const auto shows = [&](const Evaluated& e) { return Applies(clause, e) && !Applies(other, e); };
  for (const Act act : kActsInOrder) {
    Inquiry& inquiry = worker.About(act);
    const auto mine = inquiry.Clause(clause.id);
    const auto theirs = inquiry.Clause(other.id);
    if (!mine || !theirs) return false;
    analysis::Terms& terms = inquiry.terms();
    const Sought beyond = inquiry.Seek(
        terms.And({Applies(terms, clause, *mine), terms.Not(Applies(terms, other, *theirs))}), shows);
    finding.scripts.insert(finding.scripts.end(), beyond.scripts.begin(), beyond.scripts.end());
    finding.took_ms += beyond.took_ms;
    if (beyond.kind != Sought::Kind::kNone) return false;
  }
  return true;
}

/// Single clauses of this effect that cover `clause`; a few of them, where there are many.
std::vector<std::string> Covering(const Clause& clause, cedar::Effect effect, Worker& worker,
                                  Finding& finding) {
  constexpr std::size_t kNamedMax = 3;
  constexpr int kTriesMax = 6;
  std::vector<std::string> covering;
  int tries = 0;
  for (const Clause* other : MayCover(clause, effect, worker)) {
    if (covering.size() == kNamedMax || tries++ == kTriesMax) break;
    if (IsCovered(clause, *other, worker, finding)) covering.push_back(other->id);
  }
  return covering;
}

/// Forbids that some known request shows at work against this permit.
std::vector<std::string> ForbidsSeenAgainst(const Clause& permit, Worker& worker) {
  std::vector<std::string> seen;
  for (const Act act : kActsInOrder) {
    for (const auto& e : worker.About(act).known().All()) {
      if (!e->Satisfies(permit.id)) continue;
      for (const cedar::Policy* forbid : e->forbids()) {
        if (std::ranges::find(seen, forbid->id()) == seen.end()) seen.push_back(forbid->id());
      }
    }
  }
  return seen;
}

std::string InWords(const Package& package, const std::vector<std::string>& ids) {
  std::vector<std::string> words;
  words.reserve(ids.size());
  for (const std::string& id : ids) words.push_back(ClauseInWords(package, id));
  return Listed(words);
}

std::string ErrorOf(const Evaluated& found, const std::string& id) {
  for (const ClauseError& error : found.decision().errors) {
    if (error.clause.id == id) return error.message;
  }
  return "it cannot be evaluated";
}

void TellErrors(const Clause& clause, const Joined& joined, Finding& finding) {
  const bool guards = clause.effect == cedar::Effect::kForbid && clause.modality == Modality::kShall;
  finding.is_remarkable = guards && finding.answer != FindingAnswer::kYes;
  if (joined.found == nullptr) return;
  finding.sentence += guards ? " errs on some request, which is then forbidden: "
                             : " errs on some request, and then counts for nothing: ";
  finding.sentence += ErrorOf(*joined.found->sought.found, clause.id);
}

/// Acts in which every request satisfies the clause.
std::vector<std::string> ActsWithoutCondition(const Subject& subject) {
  std::vector<std::string> acts;
  for (const Part& part : subject.parts) {
    if (part.is_spoken_of && part.sought.kind == Sought::Kind::kNone) acts.emplace_back(NameOf(part.act));
  }
  return acts;
}

void TellUnconditional(const Subject& subject, const Joined& joined, Finding& finding) {
  const std::vector<std::string> acts = ActsWithoutCondition(subject);
  if (!acts.empty()) {
    finding.answer = FindingAnswer::kYes;
    finding.basis = Basis::kProved;
    finding.reason.clear();
    finding.is_remarkable = true;
    finding.sentence += " is satisfied by every request to " + Listed(acts);
    return;
  }
  const bool is_silent = std::ranges::none_of(subject.parts, &Part::is_spoken_of);
  if (joined.found == nullptr && !is_silent) return;
  finding.answer = FindingAnswer::kNo;
  finding.basis = is_silent ? Basis::kProved : Basis::kWitness;
  finding.sentence += is_silent ? " speaks of no request" : " leaves some request of each act alone";
}

void TellRedundant(const Clause& clause, bool is_vacuous, Worker& worker, Finding& finding) {
  if (finding.answer == FindingAnswer::kNo) finding.sentence += " changes the outcome of some request";
  if (finding.answer != FindingAnswer::kYes) return;
  finding.sentence += " changes no outcome: without it everything is decided the same";
  if (is_vacuous) {
    finding.sentence += ", since no request satisfies it";
    return;
  }
  finding.is_remarkable = true;
  finding.clauses = Covering(clause, clause.effect, worker, finding);
  const Package& package = worker.package();
  if (!finding.clauses.empty())
    finding.sentence += "; " + InWords(package, finding.clauses) +
                        (finding.clauses.size() == 1 ? " covers it" : " each cover it");
}

void TellOverridden(const Clause& clause, bool is_vacuous, Worker& worker, Finding& finding) {
  if (finding.answer == FindingAnswer::kNo)
    finding.sentence += " is satisfied by some request that is not forbidden";
  if (finding.answer != FindingAnswer::kYes) return;
  if (is_vacuous) {
    finding.sentence += " is satisfied by no request, so that nothing overrides it";
    return;
  }
  finding.is_remarkable = true;
  finding.sentence += " permits nothing: whatever satisfies it is forbidden";
  finding.clauses = Covering(clause, cedar::Effect::kForbid, worker, finding);
  const std::string by = finding.clauses.empty() ? " by several clauses together: " : " by ";
  if (finding.clauses.empty()) finding.clauses = ForbidsSeenAgainst(clause, worker);
  if (!finding.clauses.empty()) finding.sentence += by + InWords(worker.package(), finding.clauses);
}

void TellVacuous(Finding& finding) {
  finding.is_remarkable = finding.answer == FindingAnswer::kYes;
  if (finding.answer == FindingAnswer::kYes)
    finding.sentence += " is satisfied by no request that can be put under this agreement";
  if (finding.answer == FindingAnswer::kNo) finding.sentence += " is satisfied by some request";
}

/// Advice is read from the text; what it would change if it decided is asked.
void TellAdvisory(const Clause& clause, const Joined& joined, Finding& finding) {
  finding.answer = FindingAnswer::kYes;
  finding.basis = Basis::kRead;
  finding.is_remarkable = true;
  finding.reason.clear();
  finding.sentence += " decides nothing: its modality is \"should\"";
  if (clause.effect == cedar::Effect::kPermit) return;
  if (joined.found != nullptr) finding.sentence += "; a request against which it advises is not forbidden";
  if (joined.IsNone()) finding.sentence += "; whatever it advises against is forbidden all the same";
}

}  // namespace

namespace {

/// What is left to ask, with its condition.
struct Open {
  Asked asked;
  Term condition;
  Shows shows;
};

/// Takes what needs no solver.
std::vector<Open> LeftToAsk(const std::vector<Asked>& asked, Inquiry& inquiry) {
  std::vector<Open> left;
  for (const Asked& one : asked) {
    const base::Result<Term> condition = ConditionOf(*one.subject, inquiry, *one.part);
    Shows shows = ShowsOf(inquiry.package(), *one.subject);
    if (!condition) {
      one.part->sought = Sought::Unknown(condition.error().message);
    } else if (auto settled = inquiry.SeekKnown(*condition, shows)) {
      one.part->sought = std::move(*settled);
    } else {
      left.push_back({one, *condition, std::move(shows)});
    }
  }
  return left;
}

}  // namespace

void AskAboutClauses(std::vector<Asked> asked, Inquiry& inquiry) {
  std::vector<Open> open = LeftToAsk(asked, inquiry);
  while (!open.empty()) {
    std::vector<Term> any;
    any.reserve(open.size());
    for (const Open& one : open) any.push_back(one.condition);
    const Sought sought = inquiry.Seek(inquiry.terms().Or(any), [&open](const Evaluated& e) {
      return std::ranges::any_of(open, [&e](const Open& one) { return one.shows(e); });
    });
    if (sought.kind == Sought::Kind::kUnknown && open.size() > 1) {
      for (const Open& one : open) one.asked.part->sought = inquiry.Seek(one.condition, one.shows);
      return;
    }
    std::erase_if(open, [&sought](const Open& one) {
      const bool is_answered = sought.found == nullptr || one.shows(*sought.found);
      if (is_answered) one.asked.part->sought = sought;
      return is_answered;
    });
  }
}

Finding ClauseFinding(const Subject& subject, Worker& worker) {
  const Package& package = worker.package();
  const Joined joined = JoinParts(subject);
  Finding finding = BlankFinding(subject, joined);
  const bool yes_where_none =
      subject.question != CheckQuestion::kAdvisory && subject.question != CheckQuestion::kPrecedence;
  SetAnswer(finding, joined,
            yes_where_none ? Answers{FindingAnswer::kYes, FindingAnswer::kNo}
                           : Answers{FindingAnswer::kNo, FindingAnswer::kYes});
  finding.is_remarkable = finding.answer == FindingAnswer::kUnknown;
  const Clause* const clause = FindClause(package, subject.id);
  if (clause != nullptr) finding.sentence = Capitalised(ClauseInWords(package, subject.id));
  const bool is_vacuous = subject.vacuous != nullptr && JoinParts(*subject.vacuous).IsNone();
  switch (subject.question) {
    case CheckQuestion::kNeverErrors:
      TellErrors(*clause, joined, finding);
      if (finding.answer == FindingAnswer::kYes) finding.sentence += " errs on no request";
      break;
    case CheckQuestion::kVacuous:
      TellVacuous(finding);
      break;
    case CheckQuestion::kUnconditional:
      TellUnconditional(subject, joined, finding);
      break;
    case CheckQuestion::kRedundant:
      TellRedundant(*clause, is_vacuous, worker, finding);
      break;
    case CheckQuestion::kOverridden:
      TellOverridden(*clause, is_vacuous, worker, finding);
      break;
    case CheckQuestion::kAdvisory:
      TellAdvisory(*clause, joined, finding);
      break;
    case CheckQuestion::kPrecedence:
      TellPrecedence(*clause, joined, package, finding);
      break;
    case CheckQuestion::kNeverPermits:
      TellNeverPermits(subject, worker, finding);
      break;
    case CheckQuestion::kValid:
    case CheckQuestion::kFloating:
    case CheckQuestion::kSafeguardHolds:
    case CheckQuestion::kSetAside:
      break;
  }
  if (finding.answer == FindingAnswer::kUnknown) finding.sentence += ": not known, " + finding.reason;
  if (joined.found != nullptr) {
    finding.witnesses.push_back(WitnessOf(package, *joined.found->sought.found, ShowsOf(package, subject),
                                          finding.is_remarkable ? Size::kSmallest : Size::kAsFound));
  }
  return finding;
}

}  // namespace proviso::terms::internal
