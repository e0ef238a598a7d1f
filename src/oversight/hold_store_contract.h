// What every HoldStore must do: one suite, run here on MemoryHoldStore and in `store` on SQLite.
//
//   INSTANTIATE_TEST_SUITE_P(Memory, HoldStoreContract, testing::Values(&MakeMemoryHoldStore));
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include "oversight/examples_for_tests.h"
#include "oversight/hold_store.h"

namespace proviso::oversight {

/// Makes a store in an empty directory that outlives it.
using MakeHoldStore = std::unique_ptr<HoldStore> (*)(const std::filesystem::path& directory);

class HoldStoreContract : public testing::TestWithParam<MakeHoldStore> {
 protected:
  static constexpr HoldBounds kWide = {1'000, 1'000};

  HoldStoreContract() {
    std::string pattern = (std::filesystem::temp_directory_path() / "proviso_holds_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    store_ = GetParam()(directory_);
  }
  ~HoldStoreContract() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  [[nodiscard]] HoldStore& store() { return *store_; }

  static Hold MakeHold(const std::string& id, const std::string& application = "planning") {
    return {.id = id,
            .application = application,
            .statement = "statement of " + id + std::string("\0 and more", 10),
            .created_ms = 1'000,
            .expires_ms = 2'000,
            .state = HoldState::kWaiting,
            .changed_ms = 1'000,
            .void_reason = {},
            .decisions = {},
            .question = "question of " + id};
  }
  static Decision By(const std::string& person, Verdict verdict) {
    return {.person = person,
            .key_name = person + ".key",
            .verdict = verdict,
            .signed_ms = 1'100,
            .received_ms = 1'200,
            .reason = "because " + person,
            .note = "note by " + person + "\n"};
  }
  static HoldRule To(HoldState state, std::optional<Decision> decision = {},
                     std::int64_t changed_ms = 1'500) {
    return [=](const Hold&) -> base::Result<HoldChange> {
      return HoldChange{.state = state,
                        .changed_ms = changed_ms,
                        .void_reason = state == HoldState::kVoid ? "withdrawn" : "",
                        .decision = decision};
    };
  }
  std::vector<std::string> IdsOf(const HoldFilter& filter) {
    std::vector<std::string> ids;
    for (const Hold& hold : store().List(filter).value()) ids.push_back(hold.id);
    return ids;
  }

 private:
  std::filesystem::path directory_;
  std::unique_ptr<HoldStore> store_;
};

TEST_P(HoldStoreContract, GivesBackWhatWasInserted) {
  ASSERT_TRUE(store().Insert(MakeHold("a"), kWide));
  EXPECT_EQ(store().Get("a").value(), MakeHold("a"));
  EXPECT_EQ(store().Get("b").error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(store().Change("b", To(HoldState::kDenied)).error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(store().Insert(MakeHold("a"), kWide).error().code, base::ErrorCode::kConflict);
}

TEST_P(HoldStoreContract, KeepsEveryDecisionInOrder) {
  ASSERT_TRUE(store().Insert(MakeHold("a"), kWide));
  Hold expected = MakeHold("a");
  for (const std::string person : {"zoe", "adam"}) {
    expected.decisions.push_back(By(person, Verdict::kApprove));
    expected.changed_ms += 1;
    EXPECT_EQ(
        store().Change("a", To(HoldState::kWaiting, By(person, Verdict::kApprove), expected.changed_ms)),
        expected);
  }
  EXPECT_EQ(store().Get("a"), expected);
  EXPECT_EQ(store().List({}).value(), std::vector{expected});
}

TEST_P(HoldStoreContract, KeepsWhyAHoldIsVoid) {
  ASSERT_TRUE(store().Insert(MakeHold("a"), kWide));
  ASSERT_TRUE(store().Change("a", To(HoldState::kVoid)));
  const Hold hold = store().Get("a").value();
  EXPECT_EQ(hold.state, HoldState::kVoid);
  EXPECT_EQ(hold.void_reason, "withdrawn");
}

TEST_P(HoldStoreContract, OnePersonApprovesOnceAndMayStillDeny) {
  ASSERT_TRUE(store().Insert(MakeHold("a"), kWide));
  ASSERT_TRUE(store().Change("a", To(HoldState::kWaiting, By("zoe", Verdict::kApprove))));
  const Hold before = store().Get("a").value();
  Decision again = By("zoe", Verdict::kApprove);
  again.key_name = "zoe.other.key";
  EXPECT_EQ(store().Change("a", To(HoldState::kApproved, again)).error().code, base::ErrorCode::kConflict);
  EXPECT_EQ(store().Get("a"), before);
  EXPECT_TRUE(store().Change("a", To(HoldState::kDenied, By("zoe", Verdict::kDeny))));
}

TEST_P(HoldStoreContract, ARuleThatRefusesChangesNothing) {
  ASSERT_TRUE(store().Insert(MakeHold("a"), kWide));
  const auto version = store().ChangesSince(0).value().version;
  const auto changed = store().Change("a", [](const Hold& hold) -> base::Result<HoldChange> {
    EXPECT_EQ(hold, MakeHold("a"));
    return base::Fail(base::ErrorCode::kDenied, "no");
  });
  EXPECT_EQ(changed.error(), (base::Error{base::ErrorCode::kDenied, "no"}));
  EXPECT_EQ(store().Get("a"), MakeHold("a"));
  EXPECT_EQ(store().ChangesSince(0).value().version, version);
}

TEST_P(HoldStoreContract, AnotherStatementDropsWhatWasDecidedOnTheOneBefore) {
  ASSERT_TRUE(store().Insert(MakeHold("a"), kWide));
  ASSERT_TRUE(store().Change("a", To(HoldState::kApproved, By("zoe", Verdict::kApprove))));
  const auto again = [](const Hold&) -> base::Result<HoldChange> {
    return HoldChange{.state = HoldState::kWaiting,
                      .changed_ms = 1'600,
                      .void_reason = {},
                      .decision = {},
                      .statement = "another",
                      .permitted_under = "terms"};
  };
  ASSERT_TRUE(store().Change("a", again));
  Hold expected = MakeHold("a");
  expected.statement = "another";
  expected.changed_ms = 1'600;
  expected.permitted_under = "terms";
  EXPECT_EQ(store().Get("a"), expected);
  ASSERT_TRUE(store().Change("a", To(HoldState::kApproved, By("zoe", Verdict::kApprove))));
  expected.state = HoldState::kApproved;
  expected.changed_ms = 1'500;
  expected.decisions = {By("zoe", Verdict::kApprove)};
  EXPECT_EQ(store().Get("a"), expected);
}

TEST_P(HoldStoreContract, ListsByStateAndApplicationInPages) {
  for (const std::string id : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(store().Insert(MakeHold(id, id == "c" ? "other" : "planning"), kWide));
  }
  ASSERT_TRUE(store().Change("b", To(HoldState::kApproved)));
  const struct {
    HoldFilter filter;
    std::vector<std::string> ids;
  } rows[] = {
      {{}, {"a", "b", "c", "d"}},
      {{.state = HoldState::kWaiting, .application = {}, .after_id = {}}, {"a", "c", "d"}},
      {{.state = HoldState::kApproved, .application = {}, .after_id = {}}, {"b"}},
      {{.state = HoldState::kVoid, .application = {}, .after_id = {}}, {}},
      {{.state = {}, .application = "other", .after_id = {}}, {"c"}},
      {{.state = HoldState::kWaiting, .application = "planning", .after_id = {}}, {"a", "d"}},
      {{.state = {}, .application = {}, .after_id = {}, .max = 2}, {"a", "b"}},
      {{.state = {}, .application = {}, .after_id = "b", .max = 2}, {"c", "d"}},
      {{.state = HoldState::kWaiting, .application = {}, .after_id = "a", .max = 1}, {"c"}},
  };
  for (const auto& row : rows) EXPECT_EQ(IdsOf(row.filter), row.ids);
}

TEST_P(HoldStoreContract, BoundsWhatIsPendingInAllAndForEachApplication) {
  constexpr HoldBounds kNarrow = {3, 2};
  ASSERT_TRUE(store().Insert(MakeHold("a"), kNarrow));
  ASSERT_TRUE(store().Insert(MakeHold("b"), kNarrow));
  EXPECT_EQ(store().Insert(MakeHold("c"), kNarrow).error().code, base::ErrorCode::kLimit);
  ASSERT_TRUE(store().Insert(MakeHold("c", "other"), kNarrow));
  EXPECT_EQ(store().Insert(MakeHold("d", "third"), kNarrow).error().code, base::ErrorCode::kLimit);
  ASSERT_TRUE(store().Change("a", To(HoldState::kApproved)));  // approved is still pending
  EXPECT_FALSE(store().Insert(MakeHold("d"), kNarrow));
  ASSERT_TRUE(store().Change("a", To(HoldState::kReleased)));
  EXPECT_TRUE(store().Insert(MakeHold("d"), kNarrow));
}

TEST_P(HoldStoreContract, NamesWhatIsDueAndStillPending) {
  for (const std::string id : {"a", "b", "c"}) ASSERT_TRUE(store().Insert(MakeHold(id), kWide));
  ASSERT_TRUE(store().Change("b", To(HoldState::kApproved)));
  ASSERT_TRUE(store().Change("c", To(HoldState::kDenied)));
  EXPECT_THAT(store().Due(1'999).value(), testing::IsEmpty());
  EXPECT_THAT(store().Due(2'000).value(), testing::UnorderedElementsAre("a", "b"));
}

TEST_P(HoldStoreContract, TellsEachChangeOnceOldestFirst) {
  const auto nothing = store().ChangesSince(0).value();
  EXPECT_THAT(nothing.changed, testing::IsEmpty());
  ASSERT_TRUE(store().Insert(MakeHold("b"), kWide));
  ASSERT_TRUE(store().Insert(MakeHold("a"), kWide));
  const auto opened = store().ChangesSince(nothing.version).value();
  EXPECT_EQ(opened.changed, (std::vector<HoldNews>{{"b", HoldState::kWaiting}, {"a", HoldState::kWaiting}}));
  ASSERT_TRUE(store().Change("b", To(HoldState::kApproved)));
  EXPECT_EQ(store().ChangesSince(opened.version).value().changed,
            (std::vector<HoldNews>{{"b", HoldState::kApproved}}));
  const auto all = store().ChangesSince(0).value();
  EXPECT_EQ(all.changed, (std::vector<HoldNews>{{"a", HoldState::kWaiting}, {"b", HoldState::kApproved}}));
  EXPECT_THAT(store().ChangesSince(all.version).value().changed, testing::IsEmpty());
  EXPECT_EQ(store().ChangesSince(all.version).value().version, all.version);
}

TEST_P(HoldStoreContract, ForgetsOnlyWhatEndedLongAgo) {
  for (const std::string id : {"a", "b", "c"}) ASSERT_TRUE(store().Insert(MakeHold(id), kWide));
  ASSERT_TRUE(store().Change("a", To(HoldState::kDenied, By("zoe", Verdict::kDeny), 1'500)));
  ASSERT_TRUE(store().Change("b", To(HoldState::kReleased, {}, 1'600)));
  EXPECT_EQ(store().Forget(1'500), 0U);
  EXPECT_EQ(store().Forget(1'501), 1U);
  EXPECT_EQ(IdsOf({}), (std::vector<std::string>{"b", "c"}));
  ASSERT_TRUE(store().Insert(MakeHold("a"), kWide));  // nothing of the old one is left behind
  EXPECT_EQ(store().Get("a"), MakeHold("a"));
}

TEST_P(HoldStoreContract, CutsLongAnswersAndGoesOnFromThere) {
  constexpr HoldBounds kWider = {kListMax + 1, kListMax + 1};
  for (std::size_t i = 0; i <= kListMax; ++i) {
    ASSERT_TRUE(store().Insert(MakeHold("id" + std::to_string(100'000 + i)), kWider));
  }
  const std::string last = "id" + std::to_string(100'000 + kListMax);
  HoldFilter everything = {.state = {}, .application = {}, .after_id = {}, .max = kListMax + 1};
  const auto page = IdsOf(everything);
  ASSERT_EQ(page.size(), kListMax);
  everything.after_id = page.back();
  EXPECT_EQ(IdsOf(everything), std::vector{last});
  EXPECT_EQ(store().Due(2'000).value().size(), kListMax);
  const auto news = store().ChangesSince(0).value();
  ASSERT_EQ(news.changed.size(), kChangesMax);
  EXPECT_EQ(store().ChangesSince(news.version).value().changed,
            (std::vector<HoldNews>{{last, HoldState::kWaiting}}));
}

TEST_P(HoldStoreContract, GivesOneOfTwoRacingRedeemersTheCall) {
  constexpr int kRounds = 1'000;
  const examples::JumpingClock clock;
  Desk desk(store(), clock);
  const auto book = examples::Everyone().Book();
  for (int round = 0; round < kRounds; ++round) {
    const Hold hold = desk.Open(examples::NeedsOnePerson(), examples::kLifetimeMs).value();
    const auto note = examples::NoteOn(hold, Verdict::kApprove, examples::Everyone().alice);
    ASSERT_EQ(desk.Decide(note, book).value().state, HoldState::kApproved);
    std::atomic<int> ready = 0;
    std::atomic<int> winners = 0;
    const auto redeem = [&] {
      ++ready;
      while (ready < 2) std::this_thread::yield();
      const auto release = desk.Redeem(examples::Retry(hold), book);
      if (release) {
        ++winners;
      } else {
        EXPECT_EQ(release.error().code, base::ErrorCode::kConflict);
        EXPECT_THAT(release.error().message, testing::HasSubstr("was released at"));
      }
    };
    std::thread other(redeem);
    redeem();
    other.join();
    ASSERT_EQ(winners, 1) << "round " << round;
  }
}

TEST_P(HoldStoreContract, CountsRacingApprovalsOfOnePersonOnce) {
  constexpr int kRounds = 50;
  const examples::JumpingClock clock;
  Desk desk(store(), clock);
  const auto book = examples::Everyone().Book();
  for (int round = 0; round < kRounds; ++round) {
    const Hold hold = desk.Open(examples::Engage(), examples::kLifetimeMs).value();
    std::atomic<int> counted = 0;
    const auto approve = [&](const keys::SigningKey& key) {
      if (desk.Decide(examples::NoteOn(hold, Verdict::kApprove, key), book)) ++counted;
    };
    std::thread other([&] { approve(examples::Everyone().alice_phone); });
    approve(examples::Everyone().alice);
    other.join();
    ASSERT_EQ(counted, 1) << "round " << round;
    ASSERT_EQ(desk.Show(hold.id).value().state, HoldState::kWaiting);
  }
}

}  // namespace proviso::oversight
