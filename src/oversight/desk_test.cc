#include "oversight/desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oversight/examples_for_tests.h"
#include "oversight/memory_hold_store.h"

namespace proviso::oversight {
namespace {

using base::ErrorCode;
using examples::Engage;
using examples::Everyone;
using examples::kLifetimeMs;
using examples::kStartMs;
using examples::NeedsOnePerson;
using examples::NoteOn;
using examples::Retry;
using testing::HasSubstr;
using testing::IsEmpty;

class DeskTest : public testing::Test {
 protected:
  Hold OpenHold(const ProposedCall& proposed = Engage()) { return desk_.Open(proposed, kLifetimeMs).value(); }
  base::Result<Progress> Approve(const Hold& hold, const keys::SigningKey& key) {
    return desk_.Decide(NoteOn(hold, Verdict::kApprove, key, clock_.WallMs()), book_);
  }
  base::Result<Progress> Deny(const Hold& hold, const keys::SigningKey& key) {
    return desk_.Decide(NoteOn(hold, Verdict::kDeny, key, clock_.WallMs()), book_);
  }
  Hold OpenApproved() {
    Hold hold = OpenHold();
    EXPECT_TRUE(Approve(hold, Everyone().alice));
    EXPECT_TRUE(Approve(hold, Everyone().bob));
    return hold;
  }
  HoldState StateOf(const Hold& hold) { return desk_.Show(hold.id).value().state; }
  template <typename T>
  static void ExpectError(const base::Result<T>& result, ErrorCode code, std::string_view message) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << result.error().message;
    EXPECT_THAT(result.error().message, HasSubstr(message));
  }

  MemoryHoldStore store_;
  examples::JumpingClock clock_;
  Desk desk_{store_, clock_};
  ApproverBook book_ = Everyone().Book();
};

TEST_F(DeskTest, ReleasesTheExactCallOnceTwoPeopleHaveApproved) {
  const Hold hold = OpenHold();
  const auto first = Approve(hold, Everyone().alice).value();
  EXPECT_EQ(first.state, HoldState::kWaiting);
  EXPECT_EQ(first.message, "1 of 2: needs another person with role commander or duty officer");
  const auto second = Approve(hold, Everyone().bob).value();
  EXPECT_EQ(second.state, HoldState::kApproved);
  EXPECT_EQ(second.people, 2U);
  clock_.Pass(1'500);
  const auto release = desk_.Redeem(Retry(hold), book_).value();
  EXPECT_EQ(release.call, Engage().call);
  EXPECT_EQ(release.hold.decisions.size(), 2U);
  EXPECT_EQ(release.hold.changed_ms, kStartMs + 1'500);
}

TEST_F(DeskTest, RefusesAReplayAndSaysWhenItWasReleased) {
  const Hold hold = OpenApproved();
  ASSERT_TRUE(desk_.Redeem(Retry(hold), book_));
  clock_.Pass(60'000);
  ExpectError(desk_.Redeem(Retry(hold), book_), ErrorCode::kConflict,
              "was released at 2026-02-28T09:30:00.000Z");
  ExpectError(Approve(hold, Everyone().alice), ErrorCode::kConflict, "released");
}

TEST_F(DeskTest, TheSamePersonTwiceIsOnePersonWhicheverKeySigns) {
  const Hold hold = OpenHold();
  ASSERT_TRUE(Approve(hold, Everyone().alice));
  ExpectError(Approve(hold, Everyone().alice), ErrorCode::kConflict, "Alice has approved");
  ExpectError(Approve(hold, Everyone().alice_phone), ErrorCode::kConflict, "one person counts once");
  EXPECT_EQ(StateOf(hold), HoldState::kWaiting);
}

TEST_F(DeskTest, RefusesApprovalsThatDoNotCount) {
  const Hold hold = OpenHold();
  ExpectError(Approve(hold, Everyone().stranger), ErrorCode::kDenied, "no approver with the key");
  ExpectError(Approve(hold, Everyone().carol), ErrorCode::kDenied,
              "Carol cannot approve " + hold.id + ": it needs people with role commander or duty officer");
  const auto impostor = keys::SigningKey::Generate("alice.example").value();
  ExpectError(Approve(hold, impostor), ErrorCode::kDenied, "no approver with the key");

  std::string broken = NoteOn(hold, Verdict::kDeny, Everyone().alice);
  broken.replace(broken.find("deny"), 4, "approve");
  ExpectError(desk_.Decide(broken, book_), ErrorCode::kCorrupt, "does not fit the text");
  ExpectError(desk_.Decide("not a note", book_), ErrorCode::kInvalid, "approval");

  Hold unknown = hold;
  unknown.id = "hold_unknown";
  ExpectError(Approve(unknown, Everyone().alice), ErrorCode::kNotFound, "hold_unknown");
  EXPECT_THAT(desk_.Show(hold.id).value().decisions, IsEmpty());
}

TEST_F(DeskTest, AnApprovalOfOneCallIsNoneOfAnother) {
  const Hold one = OpenHold();
  auto proposed = Engage();
  proposed.call.arguments = R"({"track": 118, "effector": "B"})";
  const Hold other = OpenHold(proposed);
  Hold mixed = other;
  mixed.statement = one.statement;  // signed on one, sent for the other
  ExpectError(Approve(mixed, Everyone().alice), ErrorCode::kDenied,
              "for another call or another version of it");
}

TEST_F(DeskTest, OneDenialByAnyApproverEndsIt) {
  const Hold hold = OpenHold();
  ASSERT_TRUE(Approve(hold, Everyone().alice));
  EXPECT_EQ(Deny(hold, Everyone().carol).value().state, HoldState::kDenied);
  ExpectError(Approve(hold, Everyone().bob), ErrorCode::kDenied, "was denied at");
  ExpectError(desk_.Redeem(Retry(hold), book_), ErrorCode::kDenied, "by Carol");
  const Hold again = OpenHold();
  ASSERT_TRUE(Approve(again, Everyone().alice));
  EXPECT_EQ(Deny(again, Everyone().alice).value().state, HoldState::kDenied);  // a change of mind
  ExpectError(Deny(OpenApproved(), Everyone().bob), ErrorCode::kConflict, "is approved since");
  ExpectError(Deny(OpenHold(), Everyone().stranger), ErrorCode::kDenied, "no approver");
}

TEST_F(DeskTest, TellsWhyACallCannotBeTaken) {
  const Hold hold = OpenApproved();
  const struct {
    std::function<void(Redemption&)> change;
    ErrorCode code;
    std::string_view message;
  } rows[] = {
      {[](Redemption& r) { r.request_digest.reset(); }, ErrorCode::kInvalid, "give the digest"},
      {[](Redemption& r) { r.id = "hold_x"; }, ErrorCode::kNotFound, "no held call hold_x"},
      {[](Redemption& r) { r.application = "other"; }, ErrorCode::kNotFound, "no held call"},
      {[](Redemption& r) { r.request_digest = examples::Filled(9); }, ErrorCode::kDenied, "another request"},
      {[](Redemption& r) { r.call_digest = CallDigest("engage_target", "{}"); }, ErrorCode::kDenied,
       "an argument differs"},
      {[](Redemption& r) {
         r.call_digest = CallDigest("observe", Engage().call.arguments);
         r.request_digest.reset();
       },
       ErrorCode::kDenied, "another call"},
  };
  for (const auto& row : rows) {
    Redemption redemption = Retry(hold);
    row.change(redemption);
    ExpectError(desk_.Redeem(redemption, book_), row.code, row.message);
  }
  // None of these attempts has used it up.
  Redemption by_call = Retry(hold);
  by_call.call_digest = CallDigest(Engage().call.tool, Engage().call.arguments);
  by_call.request_digest.reset();
  EXPECT_TRUE(desk_.Redeem(by_call, book_));
}

TEST_F(DeskTest, AnotherApplicationsHoldLooksLikeNone) {
  const Hold hold = OpenApproved();
  Redemption foreign = Retry(hold);
  foreign.application = "other";
  Redemption missing = Retry(hold);
  missing.id = "hold_x";
  std::string message = desk_.Redeem(foreign, book_).error().message;
  message.replace(message.find(hold.id), hold.id.size(), "hold_x");
  EXPECT_EQ(message, desk_.Redeem(missing, book_).error().message);
}

TEST_F(DeskTest, SaysWhatIsMissingWhileItWaits) {
  const Hold hold = OpenHold();
  ExpectError(desk_.Redeem(Retry(hold), book_), ErrorCode::kUnavailable,
              "0 of 2: needs 2 different people with role commander or duty officer");
  ASSERT_TRUE(Approve(hold, Everyone().bob));
  ExpectError(desk_.Redeem(Retry(hold), book_), ErrorCode::kUnavailable, "1 of 2: needs another person");
}

TEST_F(DeskTest, TimeDenies) {
  const Hold waiting = OpenHold();
  const Hold approved = OpenApproved();
  clock_.Pass(kLifetimeMs - 1);
  EXPECT_EQ(desk_.ExpireDue(), 0U);
  ASSERT_TRUE(Approve(waiting, Everyone().alice));
  clock_.Pass(1);
  ExpectError(Approve(waiting, Everyone().bob), ErrorCode::kExpired, "expired at 2026-02-28T09:40:00.000Z");
  EXPECT_EQ(StateOf(waiting), HoldState::kExpired);
  ExpectError(desk_.Redeem(Retry(approved), book_), ErrorCode::kExpired, "make the request again");
  EXPECT_EQ(StateOf(approved), HoldState::kExpired);
}

TEST_F(DeskTest, ThoseWhoWatchLearnThatTimeIsOver) {
  const Hold hold = OpenHold();
  const auto before = desk_.Changes(0).value();
  clock_.Pass(kLifetimeMs);
  EXPECT_EQ(desk_.ExpireDue(), 1U);
  EXPECT_EQ(desk_.ExpireDue(), 0U);
  EXPECT_EQ(desk_.Changes(before.version).value().changed,
            (std::vector<HoldNews>{{hold.id, HoldState::kExpired}}));
}

TEST_F(DeskTest, SettingTheClockBackLengthensNothing) {
  const Hold hold = OpenApproved();
  clock_.Pass(kLifetimeMs / 2);
  clock_.Jump(-kLifetimeMs / 2 - kClockSkewMsMax);
  EXPECT_EQ(desk_.ExpireDue(), 0U);
  clock_.Pass(kLifetimeMs / 2);
  EXPECT_EQ(desk_.ExpireDue(), 1U);
  ExpectError(desk_.Redeem(Retry(hold), book_), ErrorCode::kExpired, "expired at");
}

TEST_F(DeskTest, NothingIsDecidedOrReleasedBeforeItWasOpened) {
  const Hold waiting = OpenHold();
  const Hold approved = OpenApproved();
  clock_.Jump(-kClockSkewMsMax);
  EXPECT_TRUE(Approve(waiting, Everyone().alice));
  clock_.Jump(-1);
  ExpectError(Approve(waiting, Everyone().bob), ErrorCode::kUnavailable, "set it right");
  ExpectError(desk_.Redeem(Retry(approved), book_), ErrorCode::kUnavailable, "set it right");
}

TEST_F(DeskTest, AClockThatJumpsForwardEndsHoldsAndNotTheDesk) {
  const Hold hold = OpenApproved();
  clock_.Jump(365LL * 24 * 3'600'000);
  ExpectError(desk_.Redeem(Retry(hold), book_), ErrorCode::kExpired, "expired at 2026-02-28T09:40:00.000Z");
  clock_.Jump(-365LL * 24 * 3'600'000);
  EXPECT_TRUE(desk_.Redeem(Retry(OpenApproved()), book_));
}

TEST_F(DeskTest, RefusesApprovalsThatAreDatedElsewhere) {
  const Hold hold = OpenHold();
  const auto decide = [&](std::int64_t time_ms) {
    return desk_.Decide(NoteOn(hold, Verdict::kApprove, Everyone().alice, time_ms), book_);
  };
  ExpectError(decide(kStartMs - kClockSkewMsMax - 1), ErrorCode::kDenied, "is dated");
  ExpectError(decide(kStartMs + kClockSkewMsMax + 1), ErrorCode::kDenied, "is dated");
  EXPECT_TRUE(decide(kStartMs + kClockSkewMsMax));
}

const base::Digest kNewer = examples::Filled(0x99);

/// Answers `again` for every hold, and counts what it is asked and told.
struct Answering {
  Redecision again;
  int asked = 0;
  std::vector<std::string> settled = {};

  Redecide Asked() {
    return {.decide = [this](const Hold&, const HeldCall&) -> base::Result<Redecision> {
              ++asked;
              return again;
            },
            .settled = [this](const Hold& hold) -> base::Status {
              settled.emplace_back(Name(hold.state));
              return {};
            }};
  }
};

TEST_F(DeskTest, GivesNothingOutUnderOtherTermsThanItWasHeldUnder) {
  const Hold hold = OpenApproved();
  Redemption redemption = Retry(hold);
  redemption.terms_digest = kNewer;
  ExpectError(desk_.Redeem(redemption, book_), ErrorCode::kUnavailable, "is being decided again");
  EXPECT_EQ(StateOf(hold), HoldState::kApproved);
  EXPECT_TRUE(desk_.Redeem(Retry(hold), book_));
}

TEST_F(DeskTest, DecidesAgainWhatIsPendingUnderOtherTermsAndNothingElse) {
  auto newer = Engage();
  newer.terms_digest = kNewer;
  const Hold kept = OpenHold(newer);
  const Hold waiting = OpenHold();
  const Hold approved = OpenApproved();
  const Hold denied = OpenHold();
  ASSERT_TRUE(desk_.Void(denied.id, "withdrawn"));
  Answering forbid{.again = {.reason = "clause 9 forbids it"}};
  const auto count = desk_.RedecideUnderOtherTerms(kNewer, forbid.Asked());
  ASSERT_TRUE(count.has_value()) << count.error().message;
  EXPECT_EQ(count->ended, 2U);
  EXPECT_EQ(forbid.asked, 2);
  EXPECT_THAT(forbid.settled, testing::ElementsAre("void", "void"));
  EXPECT_EQ(StateOf(kept), HoldState::kWaiting);
  EXPECT_EQ(StateOf(waiting), HoldState::kVoid);
  EXPECT_EQ(StateOf(approved), HoldState::kVoid);
  EXPECT_EQ(desk_.Show(waiting.id)->void_reason, "the terms changed while it was held: clause 9 forbids it");
  ASSERT_TRUE(desk_.RedecideUnderOtherTerms(kNewer, forbid.Asked()));
  EXPECT_EQ(forbid.asked, 2);
}

TEST_F(DeskTest, NeedsNobodyForWhatTheNewTermsPermit) {
  const Hold hold = OpenHold();
  Answering permit{
      .again = {.outcome = Redecision::Outcome::kPermit, .reason = {}, .clauses = {}, .need = {}}};
  ASSERT_TRUE(desk_.RedecideUnderOtherTerms(kNewer, permit.Asked()));
  EXPECT_EQ(StateOf(hold), HoldState::kApproved);
  EXPECT_THAT(ProgressOf(*desk_.Show(hold.id))->message, testing::HasSubstr("permit it without a person"));
  ASSERT_TRUE(desk_.RedecideUnderOtherTerms(kNewer, permit.Asked()));
  EXPECT_EQ(permit.asked, 1);
  Redemption redemption = Retry(hold);
  ExpectError(desk_.Redeem(redemption, book_), ErrorCode::kUnavailable, "is being decided again");
  redemption.terms_digest = kNewer;
  const auto release = desk_.Redeem(redemption, book_);
  ASSERT_TRUE(release.has_value()) << release.error().message;
  EXPECT_EQ(release->call, Engage().call);
  EXPECT_TRUE(release->hold.decisions.empty());
}

TEST_F(DeskTest, HoldsAgainWithANewStatementThatNobodyHasApproved) {
  const Hold hold = OpenApproved();
  Answering hold_again{.again = {.outcome = Redecision::Outcome::kHold,
                                 .reason = {},
                                 .clauses = {{.id = "5", .title = "One person decides"}},
                                 .need = {.people = 1, .roles = {}}}};
  ASSERT_TRUE(desk_.RedecideUnderOtherTerms(kNewer, hold_again.Asked()));
  const Hold after = desk_.Show(hold.id).value();
  EXPECT_EQ(after.state, HoldState::kWaiting);
  EXPECT_TRUE(after.decisions.empty());
  const HeldCall held = ParseStatement(after.statement).value();
  EXPECT_EQ(held.proposed.terms_digest, kNewer);
  EXPECT_EQ(held.proposed.need, (DecisionNeed{.people = 1, .roles = {}}));
  EXPECT_EQ(held.proposed.clauses.front().id, "5");
  EXPECT_EQ(held.proposed.call, Engage().call);
  EXPECT_EQ(held.expires_ms, hold.expires_ms);
  // What was signed before is for another statement; one who approved then may approve now.
  ExpectError(desk_.Decide(NoteOn(hold, Verdict::kApprove, Everyone().carol, kStartMs), book_),
              ErrorCode::kDenied, "another version of it");
  EXPECT_TRUE(desk_.Decide(NoteOn(after, Verdict::kApprove, Everyone().alice, kStartMs), book_));
  EXPECT_EQ(StateOf(hold), HoldState::kApproved);
}

TEST_F(DeskTest, StopsWhereItCannotDecideAndDoesTheRestLater) {
  const Hold first = OpenHold();
  const Hold second = OpenHold();
  int asked = 0;
  const Redecide failing{.decide = [&](const Hold&, const HeldCall&) -> base::Result<Redecision> {
                           if (++asked == 2) return base::Fail(ErrorCode::kIo, "the disk is full");
                           return Redecision{.reason = "r"};
                         },
                         .settled = [](const Hold&) { return base::Status(); }};
  ExpectError(desk_.RedecideUnderOtherTerms(kNewer, failing), ErrorCode::kIo, "the disk is full");
  EXPECT_EQ((StateOf(first) == HoldState::kVoid) + (StateOf(second) == HoldState::kVoid), 1);
  Answering rest{.again = {.reason = "r"}};
  ASSERT_TRUE(desk_.RedecideUnderOtherTerms(kNewer, rest.Asked()));
  EXPECT_EQ(rest.asked, 1);
  EXPECT_EQ(StateOf(second), HoldState::kVoid);
}

TEST_F(DeskTest, TellsWhatBecameOfAHoldThatEndedMeanwhile) {
  const Hold hold = OpenHold();
  std::vector<HoldState> settled;
  const Redecide racing{
      .decide = [&](const Hold& asked, const HeldCall&) -> base::Result<Redecision> {
        EXPECT_TRUE(desk_.Void(asked.id, "withdrawn"));
        return Redecision{.outcome = Redecision::Outcome::kPermit, .reason = {}, .clauses = {}, .need = {}};
      },
      .settled =
          [&](const Hold& after) {
            settled.push_back(after.state);
            return base::Status();
          }};
  ASSERT_TRUE(desk_.RedecideUnderOtherTerms(kNewer, racing));
  EXPECT_THAT(settled, testing::ElementsAre(HoldState::kVoid));
  EXPECT_EQ(desk_.Show(hold.id)->void_reason, "withdrawn");
}

TEST_F(DeskTest, AVoidHoldSaysWhyAndStaysVoid) {
  const Hold hold = OpenHold();
  EXPECT_FALSE(desk_.Void(hold.id, ""));
  EXPECT_FALSE(desk_.Void(hold.id, std::string(kReasonBytesMax + 1, 'r')));
  ASSERT_TRUE(desk_.Void(hold.id, "the client is gone"));
  ExpectError(desk_.Void(hold.id, "again"), ErrorCode::kConflict, "void");
  ExpectError(Approve(hold, Everyone().alice), ErrorCode::kConflict, "the client is gone");
}

TEST_F(DeskTest, APersonTakenFromTheBookNoLongerCounts) {
  const Hold hold = OpenApproved();
  const auto without_bob = ApproverBook::Make(
      {{.person = "Alice", .roles = {"commander"}, .keys = {Everyone().alice.verifier()}}});
  ExpectError(desk_.Redeem(Retry(hold), *without_bob), ErrorCode::kCorrupt, "only 1 of 2");
}

TEST_F(DeskTest, ForgetsWhatEndedLongAgo) {
  const Hold hold = OpenHold();
  ASSERT_TRUE(Deny(hold, Everyone().alice));
  clock_.Pass(1'000);
  EXPECT_EQ(desk_.Forget(1'000), 0U);
  EXPECT_EQ(desk_.Forget(999), 1U);
  ExpectError(desk_.Show(hold.id), ErrorCode::kNotFound, "holds list");
}

}  // namespace
}  // namespace proviso::oversight
