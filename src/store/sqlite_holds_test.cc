#include "store/sqlite_holds.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "oversight/hold_store_contract.h"

namespace proviso::oversight {

// Named as gtest names it: the suite lives in the room that owns the interface.
std::unique_ptr<HoldStore> MakeSqliteHolds(const std::filesystem::path& directory) {
  auto holds = store::SqliteHolds::Open(directory / "holds.db", keys::SealingKey::Generate());
  EXPECT_TRUE(holds) << holds.error().message;
  return std::make_unique<store::SqliteHolds>(*std::move(holds));
}

INSTANTIATE_TEST_SUITE_P(Sqlite, HoldStoreContract, testing::Values(&MakeSqliteHolds));

}  // namespace proviso::oversight

namespace proviso::store {
namespace {

using oversight::Desk;
using oversight::Hold;
using oversight::HoldState;
using oversight::Verdict;
using oversight::examples::Engage;
using oversight::examples::Everyone;
using oversight::examples::JumpingClock;
using oversight::examples::kLifetimeMs;
using oversight::examples::kStartMs;
using oversight::examples::NeedsOnePerson;
using oversight::examples::NoteOn;
using oversight::examples::Retry;
using testing::HasSubstr;
using testing::Not;

class SqliteHoldsFile : public testing::Test {
 protected:
  SqliteHoldsFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "proviso_holds_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~SqliteHoldsFile() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::filesystem::path Path() const { return directory_ / "holds.db"; }
  [[nodiscard]] SqliteHolds OpenFile() const { return SqliteHolds::Open(Path(), key_).value(); }
  [[nodiscard]] std::string AllBytes() const {
    std::string bytes;
    for (const char* const suffix : {"", "-wal"}) {
      bytes += base::ReadFile(Path().string() + suffix).value_or("");
    }
    return bytes;
  }

  JumpingClock clock_;
  oversight::ApproverBook book_ = Everyone().Book();
  keys::SealingKey key_ = keys::SealingKey::Generate();

 private:
  std::filesystem::path directory_;
};

// Runs `act` in a process of its own, which ends without destructors: as kill -9 would end it.
template <typename Act>
int InAnotherProcess(Act act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(SqliteHoldsFile, KeepsEveryAnsweredStepOfAProcessThatDies) {
  const int died = InAnotherProcess([&] {
    SqliteHolds holds = OpenFile();
    Desk desk(holds, clock_);
    const Hold one = desk.Open(Engage(), kLifetimeMs).value();
    const Hold two = desk.Open(NeedsOnePerson(), kLifetimeMs).value();
    if (!desk.Decide(NoteOn(one, Verdict::kApprove, Everyone().alice), book_)) return 1;
    if (!desk.Decide(NoteOn(two, Verdict::kApprove, Everyone().bob), book_)) return 2;
    if (!desk.Redeem(Retry(two), book_)) return 3;
    ::kill(::getpid(), SIGKILL);
    return 4;
  });
  EXPECT_EQ(died, -1);
  SqliteHolds holds = OpenFile();
  Desk desk(holds, clock_);
  const auto all = desk.List({}).value();
  ASSERT_EQ(all.size(), 2U);
  for (const Hold& hold : all) {
    if (hold.state == HoldState::kReleased) {
      EXPECT_EQ(desk.Redeem(Retry(hold), book_).error().code, base::ErrorCode::kConflict);
      continue;
    }
    EXPECT_EQ(hold.state, HoldState::kWaiting);
    const auto progress = desk.Decide(NoteOn(hold, Verdict::kApprove, Everyone().bob), book_);
    ASSERT_TRUE(progress) << progress.error().message;
    EXPECT_EQ(progress->state, HoldState::kApproved);
    EXPECT_EQ(desk.Redeem(Retry(hold), book_).value().call, Engage().call);
  }
}

TEST_F(SqliteHoldsFile, OneProcessWaitsWhileAnotherDecides) {
  SqliteHolds holds = OpenFile();
  Desk gateway(holds, clock_);
  const Hold hold = gateway.Open(NeedsOnePerson(), kLifetimeMs).value();
  const auto before = gateway.Changes(0).value();
  const int decided = InAnotherProcess([&] {
    SqliteHolds same_file = OpenFile();
    Desk command_line(same_file, clock_);
    const auto waiting = command_line.List({}).value();
    const auto note = NoteOn(waiting.front(), Verdict::kApprove, Everyone().alice);
    return command_line.Decide(note, book_) ? 0 : 1;
  });
  EXPECT_EQ(decided, 0);
  EXPECT_EQ(gateway.Changes(before.version).value().changed,
            (std::vector<oversight::HoldNews>{{hold.id, HoldState::kApproved}}));
  EXPECT_TRUE(gateway.Redeem(Retry(hold), book_));
}

TEST_F(SqliteHoldsFile, TwoProcessesThatRaceGetOneReleaseBetweenThem) {
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    std::string id;
    {
      SqliteHolds holds = OpenFile();
      Desk desk(holds, clock_);
      const Hold hold = desk.Open(NeedsOnePerson(), kLifetimeMs).value();
      ASSERT_TRUE(desk.Decide(NoteOn(hold, Verdict::kApprove, Everyone().alice), book_));
      id = hold.id;
    }
    const auto redeem = [&] {
      SqliteHolds holds = OpenFile();
      Desk desk(holds, clock_);
      return desk.Redeem(Retry(desk.Show(id).value()), book_) ? 1 : 0;
    };
    std::vector<pid_t> children;
    for (int i = 0; i < 2; ++i) {
      const pid_t child = ::fork();
      if (child == 0) ::_exit(redeem());
      children.push_back(child);
    }
    int winners = 0;
    for (const pid_t child : children) {
      int status = 0;
      ::waitpid(child, &status, 0);
      winners += WEXITSTATUS(status);
    }
    ASSERT_EQ(winners, 1) << "round " << round;
  }
}

TEST_F(SqliteHoldsFile, TheContentOfACallIsNotInTheFile) {
  SqliteHolds holds = OpenFile();
  Desk desk(holds, clock_);
  auto proposed = Engage();
  proposed.call.arguments = R"({"note":"visible-nowhere-argument"})";
  const Hold hold = desk.Open(proposed, kLifetimeMs).value();
  const auto note = NoteOn(hold, Verdict::kApprove, Everyone().alice, kStartMs, "visible-nowhere-reason");
  ASSERT_TRUE(desk.Decide(note, book_));
  const std::string bytes = AllBytes();
  EXPECT_THAT(bytes, HasSubstr(hold.id));
  for (const std::string secret :
       {"visible-nowhere", "engage_target", "unit-7", "order 12", "proviso.approval"}) {
    EXPECT_THAT(bytes, Not(HasSubstr(secret))) << secret;
  }
}

TEST_F(SqliteHoldsFile, RefusesToReadUnderAnotherKeyOrFromAnotherPlace) {
  SqliteHolds holds = OpenFile();
  Desk desk(holds, clock_);
  const Hold one = desk.Open(Engage(), kLifetimeMs).value();
  const Hold two = desk.Open(NeedsOnePerson(), kLifetimeMs).value();
  auto other_key = SqliteHolds::Open(Path(), keys::SealingKey::Generate()).value();
  EXPECT_EQ(other_key.Get(one.id).error().code, base::ErrorCode::kCorrupt);

  auto database = Database::Open(Path(), {.application_id = 0x50764864,
                                          .migrations = std::array{std::string_view(), std::string_view()}});
  ASSERT_TRUE(database) << database.error().message;
  auto swap =
      database
          ->Prepare("UPDATE hold SET statement = (SELECT statement FROM hold WHERE id = ?1) WHERE id = ?2")
          .value();
  ASSERT_EQ(swap.Text(two.id).Text(one.id).Run(), 1);
  EXPECT_EQ(desk.Show(one.id).error().code, base::ErrorCode::kCorrupt);
}

TEST_F(SqliteHoldsFile, NobodyApprovesByWritingToTheDatabase) {
  SqliteHolds holds = OpenFile();
  Desk desk(holds, clock_);
  const Hold hold = desk.Open(Engage(), kLifetimeMs).value();
  ASSERT_TRUE(desk.Decide(NoteOn(hold, Verdict::kApprove, Everyone().alice), book_));
  auto database = Database::Open(Path(), {.application_id = 0x50764864,
                                          .migrations = std::array{std::string_view(), std::string_view()}});
  auto forge = database->Prepare("UPDATE hold SET state = 'approved' WHERE id = ?").value();
  ASSERT_EQ(forge.Text(hold.id).Run(), 1);
  const auto release = desk.Redeem(Retry(hold), book_);
  ASSERT_FALSE(release);
  EXPECT_EQ(release.error().code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(release.error().message, HasSubstr("only 1 of 2"));
}

}  // namespace
}  // namespace proviso::store
