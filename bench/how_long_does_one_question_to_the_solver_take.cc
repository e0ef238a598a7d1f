// rooms: analysis
// How long does one question to the solver take? Differences of two generated packages: clauses over string
// facts, numbers, sets, entities and some patterns, of which the later package changes a few. Each time is
// that of one process, from the terms to the values.
//
//   how_long_does_one_question_to_the_solver_take --scripts=DIRECTORY    also keeps what was asked
#include <benchmark/benchmark.h>

#include <random>

#include "analysis/solver.h"

namespace {

using namespace proviso::analysis;

std::filesystem::path kept_scripts;

/// A request's facts, and clauses about them that a seed picks.
class Agreement {
 public:
  explicit Agreement(Terms& terms) : t_(terms) {
    const Sort strings = t_.StringSort();
    const Sort application = t_.DatatypeSort("Application", {{"Application", {"Application id"}, {strings}}});
    who_ = t_.Variable("r.principal", application);
    for (int i = 0; i < kFacts; ++i) {
      const std::string name = "r.context.fact" + std::to_string(i);
      present_.push_back(t_.Variable(name + "?", t_.BoolSort()));
      strings_.push_back(t_.Variable(name + ".purpose", strings));
      numbers_.push_back(t_.Variable(name + ".count", t_.IntSort()));
      sets_.push_back(t_.Variable(name + ".kinds", t_.SetSort(strings)));
      bounds_.push_back(t_.LessOrEqual(t_.Int(INT64_MIN), numbers_.back()));
      bounds_.push_back(t_.LessOrEqual(numbers_.back(), t_.Int(INT64_MAX)));
    }
  }

  struct Clause {
    Term satisfied;
    Term errs;
  };

  /// `scope && condition…`: what reads an absent fact errs.
  Clause MakeClause(std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int below) {
      return static_cast<std::size_t>(random() % static_cast<unsigned>(below));
    };
    Term satisfied = t_.Equal(who_, t_.Construct(who_->sort, 0, {Word("app", pick(12))}));
    if (pick(3) != 0) satisfied = t_.True();
    Term errs = t_.False();
    const std::size_t conditions = 2 + pick(4);
    for (std::size_t i = 0; i < conditions; ++i) {
      const std::size_t fact = pick(kFacts);
      const bool is_guarded = pick(4) != 0;
      if (is_guarded) satisfied = t_.And({satisfied, present_[fact]});
      errs = t_.Or({errs, t_.And({satisfied, t_.Not(present_[fact])})});
      Term condition = Condition(fact, pick(10), pick(40));
      if (pick(5) == 0) condition = t_.Not(condition);
      satisfied = t_.And({satisfied, present_[fact], condition});
    }
    return {satisfied, errs};
  }

  struct Outcome {
    Term permit;
    Term forbid;
  };

  Outcome Decide(int clauses, std::uint32_t changed_from, int every) {
    std::vector<Term> permits;
    std::vector<Term> forbids;
    for (int i = 0; i < clauses; ++i) {
      const bool is_changed = every > 0 && i % every == 0;
      const Clause clause = MakeClause(static_cast<std::uint32_t>(i) + (is_changed ? changed_from : 0));
      if (i % 3 == 0) {
        permits.push_back(clause.satisfied);
      } else {
        forbids.push_back(t_.Or({clause.satisfied, clause.errs}));
      }
    }
    const Term forbid = t_.Or(forbids);
    return {t_.And({t_.Or(permits), t_.Not(forbid)}), forbid};
  }

  Query Ask(std::vector<Term> assertions) {
    Query query{.assertions = std::move(assertions)};
    query.assertions.insert(query.assertions.end(), bounds_.begin(), bounds_.end());
    query.wanted = {who_};
    for (const auto* terms : {&present_, &strings_, &numbers_, &sets_}) {
      query.wanted.insert(query.wanted.end(), terms->begin(), terms->end());
    }
    return query;
  }

  /// `count` of the facts at most are there.
  Term AtMostPresent(int count) {
    Term sum = t_.Int(0);
    for (const Term present : present_) sum = t_.Add(sum, t_.Ite(present, t_.Int(1), t_.Int(0)));
    return t_.LessOrEqual(sum, t_.Int(count));
  }

 private:
  static constexpr int kFacts = 25;

  Term Word(const char* prefix, std::size_t number) { return t_.String(prefix + std::to_string(number)); }

  Term Condition(std::size_t fact, std::size_t kind, std::size_t number) {
    const Term text = strings_[fact];
    switch (kind) {
      case 0:
      case 1:
      case 2:
      case 3:
        return t_.Equal(text, Word("purpose", number % 6));
      case 4:
      case 5:
        return t_.Less(numbers_[fact], t_.Int(static_cast<WideInt>(number) * 100));
      case 6:
        return t_.Member(Word("kind", number % 8), sets_[fact]);
      case 7: {
        Term allowed = t_.EmptySet(sets_[fact]->sort);
        for (std::size_t i = 0; i < 4; ++i)
          allowed = t_.Union(allowed, t_.Singleton(Word("kind", (number + i) % 8)));
        return t_.Subset(sets_[fact], allowed);
      }
      case 8:
        if (number < 20) return t_.Equal(text, strings_[(fact + 1) % kFacts]);
        return t_.Like(text, {{.text = U"purpose", .is_wildcard = false}, {.text = {}, .is_wildcard = true}});
      default:
        return present_[(fact + 7) % kFacts];
    }
  }

  Terms& t_;
  Term who_;
  std::vector<Term> present_;
  std::vector<Term> strings_;
  std::vector<Term> numbers_;
  std::vector<Term> sets_;
  std::vector<Term> bounds_;
};

void Answer(benchmark::State& state, const Query& query) {
  Solver solver({.time_ms_max = 60'000, .scripts = kept_scripts});
  std::string answers;
  for (auto _ : state) {
    const auto answer = solver.Ask(query);
    if (!answer) return state.SkipWithError(answer.error().message.c_str());
    answers = answer->kind == Answer::Kind::kSat     ? "sat"
              : answer->kind == Answer::Kind::kUnsat ? "unsat"
                                                     : answer->reason;
  }
  state.SetLabel(answers);
}

void TheLeastQuestion(benchmark::State& state) {
  Terms terms;
  const Term x = terms.Variable("x", terms.BoolSort());
  Answer(state, {.assertions = {x}, .wanted = {x}});
}
BENCHMARK(TheLeastQuestion)->Unit(benchmark::kMillisecond);

/// What was permitted and is forbidden now, where one clause in ten is another: satisfiable.
void OneClauseInTenIsAnother(benchmark::State& state) {
  Terms terms;
  Agreement agreement(terms);
  const auto clauses = static_cast<int>(state.range(0));
  const auto before = agreement.Decide(clauses, 0, 0);
  const auto after = agreement.Decide(clauses, 100'000, 10);
  Answer(state, agreement.Ask({before.permit, after.forbid}));
}
BENCHMARK(OneClauseInTenIsAnother)->Arg(50)->Arg(200)->Arg(500)->Unit(benchmark::kMillisecond);

void AndFewFactsArePresent(benchmark::State& state) {
  Terms terms;
  Agreement agreement(terms);
  const auto before = agreement.Decide(200, 0, 0);
  const auto after = agreement.Decide(200, 100'000, 10);
  Answer(state, agreement.Ask({before.permit, after.forbid,
                               agreement.AtMostPresent(static_cast<int>(state.range(0)))}));
}
BENCHMARK(AndFewFactsArePresent)->Arg(0)->Arg(1)->Arg(3)->Arg(8)->Unit(benchmark::kMillisecond);

/// What the later package permits beyond the earlier, where it has all its forbids and more, and as many
/// permits: unsatisfiable, and not by folding.
void ThereIsNoDifference(benchmark::State& state) {
  Terms terms;
  Agreement agreement(terms);
  const auto clauses = static_cast<int>(state.range(0));
  const auto before = agreement.Decide(clauses, 0, 0);
  const auto more = agreement.Decide(clauses + clauses / 10, 0, 0);
  Answer(state, agreement.Ask({before.forbid, terms.Not(more.forbid)}));
}
BENCHMARK(ThereIsNoDifference)->Arg(200)->Arg(500)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  std::vector<char*> others;
  for (int i = 0; i < argc; ++i) {
    constexpr std::string_view kScripts = "--scripts=";
    if (std::string_view(argv[i]).starts_with(kScripts)) {
      kept_scripts = argv[i] + kScripts.size();
    } else {
      others.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(others.size());
  benchmark::Initialize(&count, others.data());
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
