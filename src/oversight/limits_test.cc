// Every bound of limits.h that the desk enforces, at its edge.
#include "oversight/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oversight/examples_for_tests.h"
#include "oversight/memory_hold_store.h"

namespace proviso::oversight {
namespace {

using base::ErrorCode;
using examples::Engage;

std::string Nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Limits, OfAProposedCallHoldAtTheirEdges) {
  const struct {
    std::string_view name;
    std::function<void(ProposedCall&)> fits;
    std::function<void(ProposedCall&)> passes;
  } rows[] = {
      {"arguments",
       [](ProposedCall& p) { p.call.arguments = '"' + std::string(kArgumentsBytesMax - 2, 'a') + '"'; },
       [](ProposedCall& p) { p.call.arguments = '"' + std::string(kArgumentsBytesMax - 1, 'a') + '"'; }},
      {"depth", [](ProposedCall& p) { p.call.arguments = Nested(kArgumentsDepthMax); },
       [](ProposedCall& p) { p.call.arguments = Nested(kArgumentsDepthMax + 1); }},
      {"tool", [](ProposedCall& p) { p.call.tool = std::string(kFieldBytesMax, 't'); },
       [](ProposedCall& p) { p.call.tool = std::string(kFieldBytesMax + 1, 't'); }},
      {"purpose", [](ProposedCall& p) { p.purpose = std::string(kFieldBytesMax, 't'); },
       [](ProposedCall& p) { p.purpose = std::string(kFieldBytesMax + 1, 't'); }},
      {"clauses", [](ProposedCall& p) { p.clauses.assign(kClausesMax, {"1", "t"}); },
       [](ProposedCall& p) { p.clauses.assign(kClausesMax + 1, {"1", "t"}); }},
      {"roles", [](ProposedCall& p) { p.need.roles.assign(kRolesMax, "r"); },
       [](ProposedCall& p) { p.need.roles.assign(kRolesMax + 1, "r"); }},
      {"people", [](ProposedCall& p) { p.need.people = kPeopleMax; },
       [](ProposedCall& p) { p.need.people = kPeopleMax + 1; }},
  };
  MemoryHoldStore store;
  const base::FakeClock clock(examples::kStartMs);
  Desk desk(store, clock);
  for (const auto& row : rows) {
    ProposedCall proposed = Engage();
    row.fits(proposed);
    const auto hold = desk.Open(proposed, examples::kLifetimeMs);
    ASSERT_TRUE(hold) << row.name << ": " << hold.error().message;
    EXPECT_TRUE(RenderStatement(hold->statement)) << row.name;
    row.passes(proposed);
    EXPECT_EQ(desk.Open(proposed, examples::kLifetimeMs).error().code, ErrorCode::kLimit) << row.name;
  }
}

TEST(Limits, AStatementOfTheLargestCallReadsBack) {
  MemoryHoldStore store;
  const base::FakeClock clock(examples::kStartMs);
  Desk desk(store, clock);
  ProposedCall proposed = Engage();
  proposed.call.arguments = '"';
  proposed.call.arguments.append(kArgumentsBytesMax - 2, '\x7F');  // one byte that is shown as six
  proposed.call.arguments += '"';
  const auto hold = desk.Open(proposed, examples::kLifetimeMs).value();
  EXPECT_TRUE(ParseStatement(hold.statement));
  EXPECT_EQ(ParseStatement(std::string(kStatementBytesMax + 1, ' ')).error().code, ErrorCode::kLimit);
}

TEST(Limits, KeepsAQuestionOnlyUpToItsLimit) {
  MemoryHoldStore store;
  const base::FakeClock clock(examples::kStartMs);
  Desk desk(store, clock);
  const std::string longest(kQuestionBytesMax, 'q');
  EXPECT_EQ(desk.Open(Engage(), examples::kLifetimeMs, longest)->question, longest);
  EXPECT_EQ(desk.Open(Engage(), examples::kLifetimeMs, longest + "q")->question, "");
}

TEST(Limits, OfALifetimeHoldAtTheirEdges) {
  MemoryHoldStore store;
  const base::FakeClock clock(examples::kStartMs);
  Desk desk(store, clock);
  EXPECT_TRUE(desk.Open(Engage(), kLifetimeMsMin));
  EXPECT_TRUE(desk.Open(Engage(), kLifetimeMsMax));
  for (const std::int64_t wrong :
       {kLifetimeMsMin - 1, kLifetimeMsMax + 1, std::int64_t{0}, std::int64_t{-1}}) {
    EXPECT_EQ(desk.Open(Engage(), wrong).error().code, ErrorCode::kLimit) << wrong;
  }
}

TEST(Limits, RefusesWhatCannotBeShownExactly) {
  const struct {
    std::string_view message;
    std::function<void(ProposedCall&)> change;
  } rows[] = {
      {"tool is missing", [](ProposedCall& p) { p.call.tool.clear(); }},
      {"application is missing", [](ProposedCall& p) { p.application.clear(); }},
      {"purpose is not UTF-8", [](ProposedCall& p) { p.purpose = "\xFF"; }},
      {"not usable JSON", [](ProposedCall& p) { p.call.arguments = "{\"a\":1,\"a\":2}"; }},
      {"not usable JSON", [](ProposedCall& p) { p.call.arguments = "{\"a\":"; }},
      {"not usable JSON", [](ProposedCall& p) { p.call.arguments = "\"\xFF\""; }},
      {"not usable JSON", [](ProposedCall& p) { p.call.arguments = " "; }},
      {"at least one person", [](ProposedCall& p) { p.need.people = 0; }},
      {"role has no name", [](ProposedCall& p) { p.need.roles = {""}; }},
  };
  for (const auto& row : rows) {
    ProposedCall proposed = Engage();
    row.change(proposed);
    const auto checked = CheckProposed(proposed);
    ASSERT_FALSE(checked) << row.message;
    EXPECT_EQ(checked.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(checked.error().message, testing::HasSubstr(row.message));
  }
}

TEST(Limits, OfABookOfApproversHoldAtTheirEdge) {
  std::vector<keys::VerifyKey> person_keys;
  for (std::size_t i = 0; i < kApproversMax; ++i) {
    const keys::PublicKey key = {static_cast<std::uint8_t>(i & 0xFFU), static_cast<std::uint8_t>(i >> 8U)};
    person_keys.push_back(keys::VerifyKey::Make("key." + std::to_string(i), key).value());
  }
  EXPECT_TRUE(ApproverBook::Make({{.person = "Alice", .roles = {}, .keys = person_keys}}));
  person_keys.push_back(examples::Everyone().alice.verifier());
  EXPECT_EQ(ApproverBook::Make({{.person = "Alice", .roles = {}, .keys = person_keys}}).error().code,
            ErrorCode::kLimit);
}

TEST(Limits, AFullDeskHoldsNoMore) {
  MemoryHoldStore store;
  const base::FakeClock clock(examples::kStartMs);
  Desk desk(store, clock, {.pending_max = 2, .pending_per_application_max = 2});
  ASSERT_TRUE(desk.Open(Engage(), examples::kLifetimeMs));
  ASSERT_TRUE(desk.Open(Engage(), examples::kLifetimeMs));
  EXPECT_EQ(desk.Open(Engage(), examples::kLifetimeMs).error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace proviso::oversight
