#include "terms/internal/check_precedence.h"

#include <algorithm>
#include <optional>

namespace proviso::terms::internal {
namespace {

using analysis::Term;

/// 0 for the document that prevails over all others; nothing for a clause of none.
std::optional<std::size_t> RankOf(const Agreement& agreement, const Clause& clause) {
  const auto found = std::ranges::find(agreement.order_of_precedence, clause.document);
  if (clause.document.empty() || found == agreement.order_of_precedence.end()) return std::nullopt;
  return static_cast<std::size_t>(found - agreement.order_of_precedence.begin());
}

bool Decides(const Clause& clause, cedar::Effect effect) {
  return clause.modality == Modality::kShall && clause.effect == effect;
}

/// Ranks above the forbid's that hold a permit.
std::vector<std::size_t> PermitRanksAbove(const Package& package, const Clause& forbid) {
  const auto rank = RankOf(package.agreement(), forbid);
  std::vector<std::size_t> ranks;
  if (!rank) return ranks;
  for (const Clause& clause : package.clauses()) {
    const auto other = RankOf(package.agreement(), clause);
    if (!Decides(clause, cedar::Effect::kPermit) || !other || *other >= *rank) continue;
    if (std::ranges::find(ranks, *other) == ranks.end()) ranks.push_back(*other);
  }
  return ranks;
}

/// Permits of `rank`, and the forbids that are not of a document below it.
struct Above {
  std::vector<const Clause*> permits;
  std::vector<const Clause*> forbids;
};

Above AboveOrAt(const Package& package, std::size_t rank) {
  Above above;
  for (const Clause& clause : package.clauses()) {
    const auto other = RankOf(package.agreement(), clause);
    if (Decides(clause, cedar::Effect::kPermit) && other == rank) above.permits.push_back(&clause);
    if (Decides(clause, cedar::Effect::kForbid) && (!other || *other <= rank))
      above.forbids.push_back(&clause);
  }
  return above;
}

bool Applies(const Clause& forbid, const Evaluated& e) {
  return e.Satisfies(forbid.id) || e.Errs(forbid.id);
}

}  // namespace

bool StandsBelowAPermit(const Package& package, const Clause& clause) {
  return Decides(clause, cedar::Effect::kForbid) && !PermitRanksAbove(package, clause).empty();
}

base::Result<Term> PrecedenceCondition(const std::string& forbid, Inquiry& inquiry) {
  const Package& package = inquiry.package();
  analysis::Terms& terms = inquiry.terms();
  std::vector<Term> any;
  for (const std::size_t rank : PermitRanksAbove(package, *FindClause(package, forbid))) {
    const Above above = AboveOrAt(package, rank);
    std::vector<Term> permitted;
    std::vector<Term> forbidden;
    for (const Clause* clause : above.permits) {
      const auto compiled = inquiry.Clause(clause->id);
      if (!compiled) return std::unexpected(compiled.error());
      permitted.push_back(compiled->satisfied);
    }
    for (const Clause* clause : above.forbids) {
      const auto compiled = inquiry.Clause(clause->id);
      if (!compiled) return std::unexpected(compiled.error());
      forbidden.push_back(compiled->satisfied);
      forbidden.push_back(compiled->errs);
    }
    any.push_back(terms.And({terms.Or(permitted), terms.Not(terms.Or(forbidden))}));
  }
  const auto own = inquiry.Clause(forbid);
  if (!own) return std::unexpected(own.error());
  return terms.And({terms.Or({own->satisfied, own->errs}), terms.Or(any)});
}

bool ShowsPrecedence(const Package& package, const std::string& forbid, const Evaluated& e) {
  const Clause& clause = *FindClause(package, forbid);
  return Applies(clause, e) && std::ranges::any_of(PermitRanksAbove(package, clause), [&](std::size_t rank) {
           const Above above = AboveOrAt(package, rank);
           return std::ranges::any_of(above.permits, [&](const Clause* c) { return e.Satisfies(c->id); }) &&
                  std::ranges::none_of(above.forbids, [&](const Clause* c) { return Applies(*c, e); });
         });
}

void TellPrecedence(const Clause& clause, const Joined& joined, const Package& package, Finding& finding) {
  finding.is_remarkable = finding.answer != FindingAnswer::kNo;
  if (finding.answer == FindingAnswer::kNo)
    finding.sentence += " of " + clause.document + " overrides no permit of a document that prevails over it";
  if (joined.found == nullptr) return;
  const auto rank = RankOf(package.agreement(), clause);
  std::vector<std::string> overridden;
  for (const cedar::Policy* permit : joined.found->sought.found->permits()) {
    const Clause& other = package.ClauseOf(*permit);
    const auto above = RankOf(package.agreement(), other);
    if (!above || *above >= *rank) continue;
    finding.clauses.push_back(other.id);
    overridden.push_back(ClauseInWords(package, other.id) + " of " + other.document);
  }
  finding.sentence += " of " + clause.document + " overrides " + Listed(overridden) +
                      ", which prevails over it: a forbid overrides every permit";
}

void TellNeverPermits(const Subject& subject, Worker& worker, Finding& finding) {
  const Act act = subject.parts.front().act;
  Inquiry& inquiry = worker.About(act);
  finding.sentence = finding.answer == FindingAnswer::kYes
                         ? "No request to " + subject.id + " is permitted, or held for a decision"
                         : "Some request to " + subject.id + " is permitted, or held for a decision";
  if (finding.answer == FindingAnswer::kUnknown) finding.sentence = "Requests to " + subject.id;
  if (finding.answer != FindingAnswer::kYes) return;
  // An act of which no permit speaks is one that nobody meant to permit.
  finding.is_remarkable = std::ranges::any_of(inquiry.package().clauses(), [&inquiry](const Clause& clause) {
    if (!Decides(clause, cedar::Effect::kPermit)) return false;
    const auto compiled = inquiry.Clause(clause.id);
    if (!compiled || compiled->satisfied == inquiry.terms().False()) return false;
    return true;
  });
}

}  // namespace proviso::terms::internal
