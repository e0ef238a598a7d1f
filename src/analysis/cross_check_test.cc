// The evaluator against the solver: what a small model shows a solver must find, what a solver rules out no
// small model may show, and every model of a solver must do as it says. A slice of this runs each time;
// PROVISO_CROSS_CHECKS=5000 says how many random policies instead.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

#include "analysis/internal/random_policies_for_tests.h"
#include "analysis/internal/small_models_for_tests.h"
#include "analysis/solver.h"
#include "cedar/validate.h"

namespace proviso::analysis {
namespace {

using internal::kPolicyOutcomes;
using internal::OutcomeOf;
using internal::PolicyOutcome;
using internal::RandomPolicies;
using internal::SmallModels;
using internal::SmallSchema;

constexpr std::size_t kSliceDefault = 120;
constexpr std::size_t kSmallModels = 160;
constexpr std::size_t kBatch = 12;

std::size_t PoliciesToCheck() {
  const char* wanted = std::getenv("PROVISO_CROSS_CHECKS");
  return wanted == nullptr ? kSliceDefault : std::strtoul(wanted, nullptr, 10);
}

std::string_view NameOf(PolicyOutcome outcome) {
  switch (outcome) {
    case PolicyOutcome::kSatisfied:
      return "satisfied";
    case PolicyOutcome::kErrs:
      return "errs";
    case PolicyOutcome::kNeither:
      return "neither";
  }
  std::unreachable();
}

/// One policy over requests of one kind, and what small models showed of it.
struct Subject {
  std::shared_ptr<const cedar::PolicySet> policies;
  std::string text;
  SymbolicRequest request;
  std::unique_ptr<Compiler> compiler;
  Compiled compiled{};
  std::vector<Term> assumptions;
  std::set<PolicyOutcome> seen;

  [[nodiscard]] Term TermOf(Terms& terms, PolicyOutcome outcome) const {
    if (outcome == PolicyOutcome::kSatisfied) return compiled.satisfied;
    if (outcome == PolicyOutcome::kErrs) return compiled.errs;
    return terms.And({terms.Not(compiled.satisfied), terms.Not(compiled.errs)});
  }
};

struct Claim {
  const Subject* subject;
  PolicyOutcome outcome;
};

/// Policies over one world, with one Terms: requests differ by name.
class CrossCheck {
 public:
  struct Counts {
    std::size_t subjects = 0;
    std::size_t refused = 0;
    std::size_t folded = 0;
    std::size_t sat = 0;
    std::size_t unsat = 0;
    std::size_t queries = 0;
    std::size_t small_models = 0;
    std::map<std::string, std::size_t> unknown;
  };

  CrossCheck(World::Kind kind, Solver& solver, Solver* second, Counts& counts, std::uint32_t seed)
      : kind_(kind), solver_(solver), second_(second), counts_(counts), seed_(seed) {
    SmallModels models(RequestKindsOf(SmallSchema())[0], "everything in Tag( name age boss rank home owner",
                       seed);
    world_ = *cedar::Entities::Build(models.PartOfStore());
  }

  void Add(std::shared_ptr<const cedar::PolicySet> policies, const std::string& text,
           const RequestKind& kind) {
    const std::string name = "r" + std::to_string(subjects_.size());
    auto& subject = *subjects_.emplace_back(
        std::make_unique<Subject>(std::move(policies), text, MakeRequest(terms_, SmallSchema(), kind, name)));
    if (kind_ == World::Kind::kClosed) internal::AddLocals(terms_, subject.request, name);
    subject.compiler =
        std::make_unique<Compiler>(terms_, SmallSchema(), World{kind_, &world_}, subject.request);
    const auto compiled = subject.compiler->Compile(subject.policies->policies()[0].body());
    if (!compiled) {
      ++counts_.refused;
      std::cerr << "refused: " << compiled.error().message << "\n  " << text << "\n";
      subjects_.pop_back();
      return;
    }
    ++counts_.subjects;
    subject.compiled = *compiled;
    subject.assumptions = subject.compiler->Assumptions();
    Enumerate(subject, kind);
  }

  /// Asks whether each policy can have each outcome.
  void Run() {
    std::vector<Claim> shown;
    for (const auto& subject : subjects_) {
      for (const PolicyOutcome outcome : kPolicyOutcomes) {
        const Claim claim{subject.get(), outcome};
        const Term term = subject->TermOf(terms_, outcome);
        if (term == terms_.False()) {
          ++counts_.folded;
          EXPECT_FALSE(subject->seen.contains(outcome)) << Say(claim);
        } else if (kind_ == World::Kind::kClosed && subject->seen.contains(outcome)) {
          shown.push_back(claim);
        } else {
          Ask(claim);
        }
      }
    }
    // Requests of a closed world share no variable: many possible outcomes are one question.
    for (std::size_t at = 0; at < shown.size(); at += kBatch) {
      AskAll(std::span(shown).subspan(at, std::min(kBatch, shown.size() - at)));
    }
  }

 private:
  void Enumerate(Subject& subject, const RequestKind& kind) {
    SmallModels models(kind, subject.text, seed_);
    for (std::size_t i = 0; i < kSmallModels; ++i, models.Next()) {
      ++counts_.small_models;
      const cedar::Request request = models.MakeRequest();
      const auto entities = kind_ == World::Kind::kOpen
                                ? cedar::Entities::Build(models.WholeStore())
                                : cedar::Entities::Build(models.LocalsOf(request, world_), &world_);
      ASSERT_TRUE(entities) << entities.error().message;
      subject.seen.insert(OutcomeOf(subject.policies, *entities, request));
    }
  }

  static void Append(const Claim& claim, Terms& terms, Query& query) {
    const Subject& subject = *claim.subject;
    query.assertions.insert(query.assertions.end(), subject.assumptions.begin(), subject.assumptions.end());
    query.assertions.push_back(subject.TermOf(terms, claim.outcome));
    for (const Term term : WantedFor(subject.request, *subject.compiler)) query.wanted.push_back(term);
  }

  Answer AskSolver(const Query& query) {
    ++counts_.queries;
    auto answer = solver_.Ask(query);
    EXPECT_TRUE(answer) << answer.error().message;
    if (!answer) return {};
    if (second_ != nullptr) {
      const auto other = second_->Ask(query);
      EXPECT_TRUE(other) << other.error().message;
      if (other && other->kind != Answer::Kind::kUnknown && answer->kind != Answer::Kind::kUnknown) {
        EXPECT_EQ(other->kind, answer->kind) << "z3 and cvc5 differ on script " << answer->script_digest;
      }
      if (other && other->kind == Answer::Kind::kUnknown) ++counts_.unknown["second: " + other->reason];
    }
    if (answer->kind == Answer::Kind::kUnknown) ++counts_.unknown[answer->reason];
    return std::move(*answer);
  }

  void Ask(const Claim& claim) {
    Query query;
    Append(claim, terms_, query);
    const Answer answer = AskSolver(query);
    if (answer.kind == Answer::Kind::kUnsat) {
      ++counts_.unsat;
      EXPECT_FALSE(claim.subject->seen.contains(claim.outcome))
          << "a small model shows what the solver rules out: " << Say(claim) << answer.script_digest;
    } else if (answer.kind == Answer::Kind::kSat) {
      ++counts_.sat;
      Replay(claim, query.wanted, answer.values, answer.script_digest);
    } else {
      std::cerr << "unknown (" << answer.reason << "): " << Say(claim) << "\n";
    }
  }

  void AskAll(std::span<const Claim> claims) {
    Query query;
    for (const Claim& claim : claims) Append(claim, terms_, query);
    const Answer answer = AskSolver(query);
    if (answer.kind != Answer::Kind::kSat) {
      for (const Claim& claim : claims) Ask(claim);
      return;
    }
    counts_.sat += claims.size();
    for (const Claim& claim : claims) Replay(claim, query.wanted, answer.values, answer.script_digest);
  }

  void Replay(const Claim& claim, std::span<const Term> wanted, std::span<const SmtValue> values,
              const std::string& script) {
    const auto made = CaseOf(claim.subject->request, *claim.subject->compiler, wanted, values);
    ASSERT_TRUE(made) << made.error().message << " " << Say(claim) << script;
    const auto entities =
        cedar::Entities::Build(made->entities, kind_ == World::Kind::kClosed ? &world_ : nullptr);
    ASSERT_TRUE(entities) << entities.error().message << " " << Say(claim) << script;
    EXPECT_EQ(NameOf(OutcomeOf(claim.subject->policies, *entities, made->request)), NameOf(claim.outcome))
        << Say(claim) << script << "\n"
        << made->request.principal.Text() << " " << made->request.resource.Text() << " "
        << made->request.context.Text();
    const auto is_valid = cedar::ValidateRequest(made->request, SmallSchema());
    EXPECT_TRUE(is_valid) << is_valid.error().message << " " << Say(claim) << script;
    if (kind_ == World::Kind::kOpen) {
      const auto entities_valid = cedar::ValidateEntities(*entities, SmallSchema());
      EXPECT_TRUE(entities_valid) << entities_valid.error().message << " " << Say(claim) << script;
    }
  }

  static std::string Say(const Claim& claim) {
    return std::string(NameOf(claim.outcome)) + " for a " + claim.subject->request.kind.resource_type + ": " +
           claim.subject->text + " ";
  }

  World::Kind kind_;
  Solver& solver_;
  Solver* second_;
  Counts& counts_;
  std::uint32_t seed_;
  Terms terms_;
  cedar::Entities world_;
  std::vector<std::unique_ptr<Subject>> subjects_;
};

void Check(World::Kind kind, std::size_t policies, std::uint32_t first_seed, Solver* second) {
  constexpr std::size_t kPoliciesOfOneWorld = 20;
  SolverOptions options;
  options.time_ms_max = 20'000;
  Solver solver(options);
  CrossCheck::Counts counts;
  for (std::uint32_t at = 0; at < policies; at += kPoliciesOfOneWorld) {
    RandomPolicies random(first_seed + at);
    CrossCheck check(kind, solver, second, counts, first_seed + at);
    for (std::size_t i = 0; i < std::min(kPoliciesOfOneWorld, policies - at); ++i) {
      const auto set = std::make_shared<const cedar::PolicySet>(random.Next());
      const auto kinds = RequestKindsOf(SmallSchema());
      check.Add(set, random.text(), kinds[i % kinds.size()]);
    }
    check.Run();
  }
  std::cerr << counts.subjects << " policies, " << counts.small_models << " small models, " << counts.queries
            << " queries: " << counts.sat << " sat, " << counts.unsat << " unsat, " << counts.folded
            << " folded, " << counts.refused << " refused\n";
  for (const auto& [reason, times] : counts.unknown)
    std::cerr << "unknown " << times << ": " << reason << "\n";
  EXPECT_EQ(counts.refused, 0U);
}

TEST(CrossCheck, TheSolverAgreesWithTheEvaluatorInClosedWorlds) {
  Check(World::Kind::kClosed, PoliciesToCheck(), 1'000, nullptr);
}

TEST(CrossCheck, TheSolverAgreesWithTheEvaluatorInOpenWorlds) {
  Check(World::Kind::kOpen, PoliciesToCheck() / 4, 2'000'000, nullptr);
}

TEST(CrossCheck, TwoSolversAgree) {
  SolverOptions options;
  options.dialect = Dialect::kZ3;
  options.time_ms_max = 20'000;
  Solver second(options);
  if (!second.Version()) GTEST_SKIP() << "z3 is not installed: apt-get install z3";
  Check(World::Kind::kClosed, PoliciesToCheck() / 4, 3'000'000, &second);
  Check(World::Kind::kOpen, PoliciesToCheck() / 8, 4'000'000, &second);
}

}  // namespace
}  // namespace proviso::analysis
