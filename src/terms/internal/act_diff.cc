#include "terms/internal/act_diff.h"

#include <algorithm>
#include <chrono>

#include "terms/internal/asked_question.h"
#include "terms/internal/by_party.h"
#include "terms/witness.h"
#include "terms/witness_words.h"

namespace proviso::terms::internal {
namespace {

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

bool IsRefusal(const Decision& decision) {
  return !decision.detail.empty();
}

bool IsAttributed(const Attribution& attribution, const Decision& before, const Decision& after) {
  return HoldsAll(Ids(before.clauses), attribution.before) &&
         HoldsAll(Ids(after.clauses), attribution.after) &&
         (!attribution.by_refusal || IsRefusal(before) || IsRefusal(after));
}

class Stopwatch {
 public:
  [[nodiscard]] std::int64_t Ms() const {
    const auto took = std::chrono::steady_clock::now() - began_;
    return std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

struct ActDiff::State {
  State(const Package& before, const Package& after, Act act, std::uint32_t directions,
        analysis::Solver& asked)
      : compared(before, after, act), solver(asked) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      if ((directions >> i & 1U) == 0) Settle(i, FindingAnswer::kNo, "");
    }
  }

  /// What is known of a direction while it is sought.
  struct Search {
    std::optional<Question> question{};
    bool is_settled = false;
  };

  void Compile();
  void Settle(std::size_t direction, FindingAnswer answer, const std::string& reason);
  void SettleAll(FindingAnswer answer, const std::string& reason);
  void FindOneOfEach();
  void FindSmaller();
  bool Take(const Question& question);
  base::Result<std::optional<Question>> Ask(std::vector<Term> assertions,
                                            const std::vector<std::size_t>& open, Unknown& why);
  [[nodiscard]] std::vector<std::size_t> Open() const;
  Term Differs(std::size_t direction);
  [[nodiscard]] bool Shows(Direction direction, const Question& question,
                           const std::vector<Attribution>& known) const;
  [[nodiscard]] Question Smaller(const Question& question, Direction direction,
                                 const std::vector<Attribution>& known) const;
  [[nodiscard]] Shown ShownBy(const Question& question, Direction direction) const;
  [[nodiscard]] Attribution AttributionOf(const Example& example) const;
  [[nodiscard]] bool IsInBoth(const std::string& id) const;
  Term Blocked(const Attribution& attribution);

  Compared compared;
  analysis::Solver& solver;
  analysis::Terms terms{};
  std::unique_ptr<SymbolicCompared> symbolic{};
  std::array<ActDirection, 6> found{};
  std::array<Search, 6> searches{};
};

void ActDiff::State::Settle(std::size_t direction, FindingAnswer answer, const std::string& reason) {
  searches[direction].is_settled = true;
  found[direction].answer = answer;
  found[direction].reason = reason;
}

void ActDiff::State::SettleAll(FindingAnswer answer, const std::string& reason) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!searches[i].is_settled) Settle(i, answer, reason);
  }
}

void ActDiff::State::Compile() {
  auto made = SymbolicCompared::Make(compared, terms);
  if (!made) return SettleAll(FindingAnswer::kUnknown, made.error().message);
  symbolic = std::move(*made);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (Differs(i) == terms.False()) Settle(i, FindingAnswer::kNo, "");
  }
}

Term ActDiff::State::Differs(std::size_t direction) {
  const Direction& sought = Directions()[direction];
  return terms.And({symbolic->Before(sought.from), symbolic->After(sought.to)});
}

std::vector<std::size_t> ActDiff::State::Open() const {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < searches.size(); ++i) {
    if (!searches[i].is_settled && !searches[i].question) open.push_back(i);
  }
  return open;
}

base::Result<std::optional<Question>> ActDiff::State::Ask(std::vector<Term> assertions,
                                                          const std::vector<std::size_t>& open,
                                                          Unknown& why) {
  const std::vector<Term> assumptions = symbolic->Assumptions();
  assertions.insert(assertions.begin(), assumptions.begin(), assumptions.end());
  if (std::ranges::find(assertions, terms.False()) != assertions.end()) return std::nullopt;
  const Stopwatch watch;
  auto question = AskForQuestion(solver, assertions, symbolic->question().request,
                                 symbolic->after().compiler(), compared.after(), &why);
  for (const std::size_t direction : open) {
    std::vector<std::string>& scripts = found[direction].scripts;
    scripts.insert(scripts.end(), why.scripts.begin(), why.scripts.end());
    found[direction].took_ms += watch.Ms() / static_cast<std::int64_t>(open.size());
  }
  return question;
}

bool ActDiff::State::Shows(Direction direction, const Question& question,
                           const std::vector<Attribution>& known) const {
  const Decision before = compared.DecideBefore(question);
  if (before.outcome != direction.from) return false;
  const Decision after = compared.DecideAfter(question);
  if (after.outcome != direction.to || !compared.CanPut(question)) return false;
  return std::ranges::none_of(
      known, [&](const Attribution& attribution) { return IsAttributed(attribution, before, after); });
}

Question ActDiff::State::Smaller(const Question& question, Direction direction,
                                 const std::vector<Attribution>& known) const {
  const Package* const packages[] = {&compared.after(), &compared.before()};
  return Minimise(question, packages, [&](const Question& q) { return Shows(direction, q, known); });
}

/// Keeps a question for the direction that it shows, where it is the first there or smaller than the one
/// there.
bool ActDiff::State::Take(const Question& question) {
  for (std::size_t i = 0; i < searches.size(); ++i) {
    if (!Shows(Directions()[i], question, {})) continue;
    std::optional<Question>& kept = searches[i].question;
    if (searches[i].is_settled || (kept && FactsIn(*kept) <= FactsIn(question))) return false;
    kept = Smaller(question, Directions()[i], {});
    return true;
  }
  return false;
}

/// One request of each direction, all open directions in one question: the last answer settles the rest.
void ActDiff::State::FindOneOfEach() {
  bool one_by_one = false;
  for (std::vector<std::size_t> open = Open(); !open.empty(); open = Open()) {
    if (one_by_one) open.resize(1);
    std::vector<Term> any;
    for (const std::size_t direction : open) any.push_back(Differs(direction));
    Unknown why;
    const auto question = Ask({terms.Or(any)}, open, why);
    if (!question) return SettleAll(FindingAnswer::kUnknown, question.error().message);
    if (*question) {
      if (!Take(**question)) return SettleAll(FindingAnswer::kUnknown, FaultyModel(why).error().message);
    } else if (!why.reason.empty() && open.size() > 1) {
      one_by_one = true;
    } else {
      for (const std::size_t direction : open)
        Settle(direction, why.reason.empty() ? FindingAnswer::kNo : FindingAnswer::kUnknown, why.reason);
    }
  }
}

/// Asks for fewer facts until there are none; unknown leaves the one that there is. One direction at a time:
/// all at once are many times as hard for a solver.
void ActDiff::State::FindSmaller() {
  const Term count = FactsPresent(terms, symbolic->question().request);
  for (std::size_t i = 0; i < searches.size(); ++i) {
    while (searches[i].question) {
      const auto facts = static_cast<analysis::WideInt>(FactsIn(*searches[i].question));
      Unknown why;
      const auto question = Ask({Differs(i), terms.Less(count, terms.Int(facts))}, {i}, why);
      if (!question || !*question || !Take(**question)) break;
    }
  }
}

Shown ActDiff::State::ShownBy(const Question& question, Direction direction) const {
  Shown shown;
  Example& example = shown.example;
  example.question = question;
  example.before = compared.DecideBefore(question);
  example.after = compared.DecideAfter(question);
  example.sentence = SentenceOf(compared.after(), question);
  example.clauses_before = Ids(example.before.clauses);
  example.clauses_after = Ids(example.after.clauses);
  example.by_party = PartiesWhoAlone(compared, question, direction);
  shown.attribution = AttributionOf(example);
  return shown;
}

/// Word for word the same clause.
bool ActDiff::State::IsInBoth(const std::string& id) const {
  const cedar::Policy* before = compared.before().deciding().Find(id);
  const cedar::Policy* after = compared.after().deciding().Find(id);
  return before != nullptr && after != nullptr && cedar::SameTree(before->body(), after->body());
}

Attribution ActDiff::State::AttributionOf(const Example& example) const {
  Attribution attribution;
  const auto add = [&](const Package& package, const Decision& decision, std::vector<std::string>& to) {
    for (const Clause& clause : decision.clauses) {
      // What permits once people have decided is not satisfied on the facts as they are.
      const bool is_lifted = decision.outcome == Outcome::kHold && clause.effect == cedar::Effect::kPermit;
      if (!is_lifted && !IsInBoth(clause.id) && package.deciding().Find(clause.id) != nullptr)
        to.push_back(clause.id);
    }
  };
  add(compared.before(), example.before, attribution.before);
  add(compared.after(), example.after, attribution.after);
  attribution.by_refusal = IsRefusal(example.before) || IsRefusal(example.after);
  return attribution;
}

/// That an example is attributed to these clauses, or to more.
Term ActDiff::State::Blocked(const Attribution& attribution) {
  std::vector<Term> all;
  const auto add = [&](SymbolicPackage& package, const std::vector<std::string>& ids, const Package& of) {
    for (const std::string& id : ids) {
      const auto said = package.ClauseTerms(id);
      if (!said) continue;  // every clause is compiled: Decide needed it
      const bool forbids = of.deciding().Find(id)->effect() == cedar::Effect::kForbid;
      all.push_back(forbids ? terms.Or({said->satisfied, said->errs}) : said->satisfied);
    }
  };
  add(symbolic->before(), attribution.before, compared.before());
  add(symbolic->after(), attribution.after, compared.after());
  if (attribution.by_refusal)
    all.push_back(terms.Or({symbolic->IsRefusedBefore(), symbolic->IsRefusedAfter()}));
  return terms.And(all);
}

ActDiff::ActDiff(const Package& before, const Package& after, Act act, std::uint32_t directions,
                 analysis::Solver& solver)
    : state_(std::make_unique<State>(before, after, act, directions, solver)) {}

ActDiff::~ActDiff() = default;

const std::array<ActDirection, 6>& ActDiff::Discover() {
  state_->Compile();
  state_->FindOneOfEach();
  if (state_->symbolic != nullptr) state_->FindSmaller();
  for (std::size_t i = 0; i < state_->found.size(); ++i) {
    if (!state_->searches[i].question) continue;
    state_->found[i].answer = FindingAnswer::kYes;
    state_->found[i].reason.clear();
    state_->found[i].smallest = state_->ShownBy(*state_->searches[i].question, Directions()[i]);
  }
  return state_->found;
}

ActDiff::More ActDiff::Further(Direction direction, std::vector<Attribution> known, std::size_t most) {
  More more;
  const Stopwatch watch;
  const auto at = static_cast<std::size_t>(std::ranges::find(Directions(), direction) - Directions().begin());
  std::vector<Term> assertions{state_->Differs(at)};
  for (const Attribution& attribution : known)
    assertions.push_back(state_->terms.Not(state_->Blocked(attribution)));
  while (more.shown.size() < most) {
    more.is_all = !known.empty() && known.back().IsNothing();  // there is nothing to tell others by
    if (more.is_all) break;
    Unknown why;
    const auto question = state_->Ask(assertions, {}, why);
    more.scripts.insert(more.scripts.end(), why.scripts.begin(), why.scripts.end());
    more.is_all = question && !*question && why.reason.empty();
    if (!question || !*question || !state_->Shows(direction, **question, known)) break;
    more.shown.push_back(state_->ShownBy(state_->Smaller(**question, direction, known), direction));
    known.push_back(more.shown.back().attribution);
    assertions.push_back(state_->terms.Not(state_->Blocked(known.back())));
  }
  more.took_ms = watch.Ms();
  return more;
}

}  // namespace proviso::terms::internal
