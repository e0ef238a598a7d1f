#include "terms/internal/act_diff.h"

#include <algorithm>
#include <chrono>

#include "terms/internal/by_party.h"
#include "terms/limits.h"
#include "terms/witness.h"
#include "terms/witness_words.h"

namespace proviso::terms::internal {
namespace {

using analysis::Answer;
using analysis::Term;
using Example = Difference::Example;

std::vector<std::string> Ids(const std::vector<Clause>& clauses) {
  std::vector<std::string> ids;
  for (const Clause& clause : clauses) ids.push_back(clause.id);
  return ids;
}

bool HoldsAll(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  return std::ranges::all_of(some,
                             [&](const std::string& id) { return std::ranges::find(all, id) != all.end(); });
}

/// Clauses to which an example is attributed: those that made its outcomes and are not the same in both.
struct Attribution {
  std::vector<std::string> before;
  std::vector<std::string> after;
  bool by_refusal = false;  ///< The earlier gateway refuses what the request declares, or the later does.

  [[nodiscard]] bool IsNothing() const { return before.empty() && after.empty() && !by_refusal; }
};

class Seeker {
 public:
  Seeker(const Compared& compared, SymbolicCompared& symbolic, analysis::Solver& solver)
      : compared_(compared), symbolic_(symbolic), solver_(solver) {}

  ActDifference Seek(Direction direction) {
    const auto began = std::chrono::steady_clock::now();
    ActDifference found;
    found.difference.direction = direction;
    Fill(direction, found);
    const auto took = std::chrono::steady_clock::now() - began;
    found.difference.took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    return found;
  }

  /// Whether any outcome differs: kUnsat proves that none does.
  base::Result<Answer> AskWhetherAnyDiffers() {
    analysis::Terms& terms = symbolic_.terms();
    std::vector<Term> any;
    for (const Direction& direction : Directions()) any.push_back(Differs(direction));
    const Term differs = terms.Or(any);
    if (differs == terms.False()) return Answer{.kind = Answer::Kind::kUnsat};
    analysis::Query query{symbolic_.Assumptions(), {}};
    query.assertions.push_back(differs);
    return solver_.Ask(query);
  }

 private:
  Term Differs(Direction direction) {
    return symbolic_.terms().And({symbolic_.Before(direction.from), symbolic_.After(direction.to)});
  }

  void Fill(Direction direction, ActDifference& found) {
    Difference& difference = found.difference;
    std::vector<Attribution> shown;
    analysis::Query query{symbolic_.Assumptions(), {}};
    query.assertions.push_back(Differs(direction));
    while (true) {
      if (difference.examples.size() == kExamplesPerDirectionMax) {
        found.has_more = HasMore(query, difference);
        return;
      }
      Unknown why;
      const auto question = Smallest(query, direction, shown, why);
      difference.scripts.insert(difference.scripts.end(), why.scripts.begin(), why.scripts.end());
      if (!question) why.reason = question.error().message;
      if (!why.reason.empty()) {
        if (difference.examples.empty()) difference.reason = why.reason;
        found.has_more = !difference.examples.empty();
        return;
      }
      if (!*question) {
        if (difference.examples.empty()) difference.answer = FindingAnswer::kNo;
        return;
      }
      difference.answer = FindingAnswer::kYes;
      difference.examples.push_back(ExampleOf(**question, direction));
      Attribution attribution = AttributionOf(difference.examples.back());
      const Term block = Block(attribution);
      if (block == nullptr) return;
      query.assertions.push_back(block);
      shown.push_back(std::move(attribution));
    }
  }

  base::Result<std::optional<Question>> Smallest(const analysis::Query& query, Direction direction,
                                                 const std::vector<Attribution>& shown, Unknown& why) {
    if (std::ranges::find(query.assertions, symbolic_.terms().False()) != query.assertions.end())
      return std::nullopt;
    const Package* const packages[] = {&compared_.after(), &compared_.before()};
    const auto still = [&](const Question& question) {
      const Decision before = compared_.DecideBefore(question);
      if (before.outcome != direction.from) return false;
      const Decision after = compared_.DecideAfter(question);
      if (after.outcome != direction.to) return false;
      return compared_.CanPut(question) && std::ranges::none_of(shown, [&](const Attribution& attribution) {
               return IsAttributed(attribution, before, after);
             });
    };
    return SmallestWitness(solver_, symbolic_.terms(), query, symbolic_.question().request,
                           symbolic_.after().compiler(), packages, still, &why);
  }

  bool HasMore(const analysis::Query& query, Difference& difference) {
    const auto answer = solver_.Ask(query);
    if (!answer) return true;
    difference.scripts.push_back(answer->script_digest);
    return answer->kind != Answer::Kind::kUnsat;
  }

  Example ExampleOf(const Question& question, Direction direction) {
    Example example;
    example.question = question;
    example.before = compared_.DecideBefore(question);
    example.after = compared_.DecideAfter(question);
    example.sentence = SentenceOf(compared_.after(), question);
    example.clauses_before = Ids(example.before.clauses);
    example.clauses_after = Ids(example.after.clauses);
    example.by_party = PartiesWhoAlone(compared_, question, direction);
    return example;
  }

  static bool IsRefusal(const Decision& decision) { return !decision.detail.empty(); }

  Attribution AttributionOf(const Example& example) {
    Attribution attribution;
    for (const std::string& id : example.clauses_before) {
      if (!IsInBoth(id)) attribution.before.push_back(id);
    }
    for (const std::string& id : example.clauses_after) {
      if (!IsInBoth(id)) attribution.after.push_back(id);
    }
    attribution.by_refusal = IsRefusal(example.before) || IsRefusal(example.after);
    // A clause that people's decision brings is not one that is satisfied on the facts as they are.
    const auto only_forbids = [](const Package& package, const Decision& decision,
                                 std::vector<std::string>& ids) {
      if (decision.outcome != Outcome::kHold) return;
      std::erase_if(ids, [&](const std::string& id) {
        return package.deciding().Find(id)->effect() == cedar::Effect::kPermit;
      });
    };
    only_forbids(compared_.before(), example.before, attribution.before);
    only_forbids(compared_.after(), example.after, attribution.after);
    return attribution;
  }

  /// Word for word the same clause.
  bool IsInBoth(const std::string& id) {
    const cedar::Policy* before = compared_.before().deciding().Find(id);
    const cedar::Policy* after = compared_.after().deciding().Find(id);
    return before != nullptr && after != nullptr && cedar::SameTree(before->body(), after->body());
  }

  static bool IsAttributed(const Attribution& attribution, const Decision& before, const Decision& after) {
    return HoldsAll(Ids(before.clauses), attribution.before) &&
           HoldsAll(Ids(after.clauses), attribution.after) &&
           (!attribution.by_refusal || IsRefusal(before) || IsRefusal(after));
  }

  /// What other examples do not meet; nullptr where there is nothing to tell them by.
  Term Block(const Attribution& attribution) {
    if (attribution.IsNothing()) return nullptr;
    analysis::Terms& terms = symbolic_.terms();
    std::vector<Term> all;
    const auto add = [&](const Package& package, SymbolicPackage& symbolic,
                         const std::vector<std::string>& ids) {
      for (const std::string& id : ids) {
        const auto said = symbolic.ClauseTerms(id);
        if (!said) continue;  // it was compiled already
        const bool forbids = package.deciding().Find(id)->effect() == cedar::Effect::kForbid;
        all.push_back(forbids ? terms.Or({said->satisfied, said->errs}) : said->satisfied);
      }
    };
    add(compared_.before(), symbolic_.before(), attribution.before);
    add(compared_.after(), symbolic_.after(), attribution.after);
    if (attribution.by_refusal)
      all.push_back(terms.Or({symbolic_.IsRefusedBefore(), symbolic_.IsRefusedAfter()}));
    return terms.Not(terms.And(all));
  }

  const Compared& compared_;
  SymbolicCompared& symbolic_;
  analysis::Solver& solver_;
};

}  // namespace

std::array<ActDifference, 6> DiffAct(const Compared& compared, analysis::Solver& solver,
                                     const std::function<void(Direction)>& done) {
  std::array<ActDifference, 6> found;
  const auto all = [&](FindingAnswer answer, const std::string& reason,
                       const std::vector<std::string>& scripts) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      Difference& difference = found[i].difference;
      difference.direction = Directions()[i];
      difference.answer = answer;
      difference.reason = reason;
      difference.scripts = scripts;
      done(difference.direction);
    }
    return found;
  };
  analysis::Terms terms;
  const auto symbolic = SymbolicCompared::Make(compared, terms);
  if (!symbolic) return all(FindingAnswer::kUnknown, symbolic.error().message, {});
  Seeker seeker(compared, **symbolic, solver);
  const auto any = seeker.AskWhetherAnyDiffers();
  if (!any) return all(FindingAnswer::kUnknown, any.error().message, {});
  std::vector<std::string> scripts;
  if (!any->script_digest.empty()) scripts.push_back(any->script_digest);
  if (any->kind == Answer::Kind::kUnsat) return all(FindingAnswer::kNo, "", scripts);
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i] = seeker.Seek(Directions()[i]);
    done(Directions()[i]);
  }
  return found;
}

}  // namespace proviso::terms::internal
