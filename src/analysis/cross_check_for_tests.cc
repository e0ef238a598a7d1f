#include "analysis/internal/cross_check_for_tests.h"

#include <gtest/gtest.h>

#include <iostream>

#include "cedar/validate.h"

namespace proviso::analysis::internal {
namespace {

/// How many possible outcomes are asked for at once.
constexpr std::size_t kBatch = 12;

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

std::string Say(const Subject& subject, PolicyOutcome outcome) {
  return std::string(NameOf(outcome)) + " of " + subject.request.kind.action.Text() + " of a " +
         subject.request.kind.resource_type + ": " + subject.text + " ";
}

}  // namespace

std::string CrossCheck::Counts::Text() const {
  std::string text = std::to_string(subjects) + " policies, " + std::to_string(queries) +
                     " queries: " + std::to_string(sat) + " sat, " + std::to_string(unsat) + " unsat, " +
                     std::to_string(folded) + " folded, " + std::to_string(refused) + " refused\n";
  for (const auto& [reason, times] : unknown)
    text += "  unknown " + std::to_string(times) + ": " + reason + "\n";
  return text;
}

void CrossCheck::Add(Subject subject) {
  auto& added = *subjects_.emplace_back(std::make_unique<Subject>(std::move(subject)));
  added.compiler = std::make_unique<Compiler>(terms_, schema_, world_, added.request);
  const auto compiled = added.compiler->Compile(added.policies->policies()[0].body());
  if (compiled) {
    ++counts_.subjects;
    added.compiled = *compiled;
    return;
  }
  ++counts_.refused;
  std::cerr << "refused: " << compiled.error().message << "\n  " << added.text << "\n";
  subjects_.pop_back();
}

Term CrossCheck::TermOf(const Claim& claim) {
  const Compiled& compiled = claim.subject->compiled;
  if (claim.outcome == PolicyOutcome::kSatisfied) return compiled.satisfied;
  if (claim.outcome == PolicyOutcome::kErrs) return compiled.errs;
  return terms_.And({terms_.Not(compiled.satisfied), terms_.Not(compiled.errs)});
}

void CrossCheck::Run() {
  std::vector<Claim> shown;
  for (const auto& subject : subjects_) {
    for (const PolicyOutcome outcome : kPolicyOutcomes) {
      const Claim claim{subject.get(), outcome};
      if (TermOf(claim) == terms_.False()) {
        ++counts_.folded;
        EXPECT_FALSE(subject->seen.contains(outcome)) << Say(*subject, outcome);
      } else if (world_.kind == World::Kind::kClosed && subject->seen.contains(outcome)) {
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

void CrossCheck::Append(const Claim& claim, Query& query) {
  const Subject& subject = *claim.subject;
  for (const Term term : subject.compiler->Assumptions()) query.assertions.push_back(term);
  query.assertions.push_back(TermOf(claim));
  for (const Term term : WantedFor(subject.request, *subject.compiler)) query.wanted.push_back(term);
}

Answer CrossCheck::AskSolver(const Query& query) {
  ++counts_.queries;
  auto answer = solver_.Ask(query);
  if (!answer) {
    // A known entity may have a name that solvers cannot be told.
    EXPECT_NE(answer.error().message.find("U+2FFFF"), std::string::npos) << answer.error().message;
    ++counts_.unknown[answer.error().message];
    return {};
  }
  if (second_ != nullptr) {
    const auto other = second_->Ask(query);
    EXPECT_TRUE(other) << other.error().message;
    if (other && other->kind != Answer::Kind::kUnknown && answer->kind != Answer::Kind::kUnknown) {
      EXPECT_EQ(other->kind, answer->kind) << "the solvers differ on script " << answer->script_digest;
    }
    if (other && other->kind == Answer::Kind::kUnknown) ++counts_.unknown["second: " + other->reason];
  }
  if (answer->kind == Answer::Kind::kUnknown) ++counts_.unknown[answer->reason];
  return std::move(*answer);
}

void CrossCheck::Ask(const Claim& claim) {
  const std::string said = Say(*claim.subject, claim.outcome);
  Query query;
  Append(claim, query);
  const Answer answer = AskSolver(query);
  switch (answer.kind) {
    case Answer::Kind::kUnsat:
      ++counts_.unsat;
      EXPECT_FALSE(claim.subject->seen.contains(claim.outcome))
          << "a small model shows what the solver rules out: " << said << answer.script_digest;
      break;
    case Answer::Kind::kSat:
      ++counts_.sat;
      Replay(claim, query, answer);
      break;
    case Answer::Kind::kUnknown:
      std::cerr << "unknown (" << answer.reason << "): " << said << answer.script_digest << "\n";
      break;
  }
}

void CrossCheck::AskAll(std::span<const Claim> claims) {
  Query query;
  for (const Claim& claim : claims) Append(claim, query);
  const Answer answer = AskSolver(query);
  if (answer.kind != Answer::Kind::kSat) {
    for (const Claim& claim : claims) Ask(claim);
    return;
  }
  counts_.sat += claims.size();
  for (const Claim& claim : claims) Replay(claim, query, answer);
}

void CrossCheck::Replay(const Claim& claim, const Query& query, const Answer& answer) {
  const Subject& subject = *claim.subject;
  const std::string said = Say(subject, claim.outcome) + answer.script_digest;
  const auto made = CaseOf(subject.request, *subject.compiler, query.wanted, answer.values);
  ASSERT_TRUE(made) << made.error().message << " " << said;
  const bool is_open = world_.kind == World::Kind::kOpen;
  const auto entities = cedar::Entities::Build(made->entities, is_open ? nullptr : world_.entities);
  ASSERT_TRUE(entities) << entities.error().message << " " << said;
  EXPECT_EQ(NameOf(OutcomeOf(subject.policies, *entities, made->request)), NameOf(claim.outcome))
      << said << "\n"
      << made->request.principal.Text() << " " << made->request.resource.Text() << " "
      << made->request.context.Text();
  const auto is_valid = cedar::ValidateRequest(made->request, schema_);
  EXPECT_TRUE(is_valid) << is_valid.error().message << " " << said;
  if (!is_open) return;
  const auto are_valid = cedar::ValidateEntities(*entities, schema_);
  EXPECT_TRUE(are_valid) << are_valid.error().message << " " << said;
}

}  // namespace proviso::analysis::internal
