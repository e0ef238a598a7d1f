#include <gtest/gtest.h>

#include <cstdlib>

#include "routing/budget_store_contract.h"
#include "routing/claim_store_contract.h"
#include "store/sqlite_budgets.h"
#include "store/sqlite_claims.h"

namespace proviso::store {
namespace {

using routing::Amounts;
using routing::Claimed;

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-routing-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A new file for each test of a contract.
std::filesystem::path NewFile() {
  static const Directory directory;
  static int count = 0;
  return directory / (std::to_string(++count) + ".db").c_str();
}

std::unique_ptr<routing::BudgetStore> MakeBudgets() {
  return SqliteBudgets::Open(NewFile()).value();
}
std::unique_ptr<routing::ClaimStore> MakeClaims() {
  return SqliteClaims::Open(NewFile()).value();
}

}  // namespace
}  // namespace proviso::store

namespace proviso::routing {

INSTANTIATE_TEST_SUITE_P(Sqlite, BudgetStoreContract, testing::Values(&store::MakeBudgets));
INSTANTIATE_TEST_SUITE_P(Sqlite, ClaimStoreContract, testing::Values(&store::MakeClaims));

}  // namespace proviso::routing

namespace proviso::store {
namespace {

TEST(SqliteBudgets, KeepsWhatWasLeasedOverARestart) {
  const Directory directory;
  const routing::BudgetName name{"desk-1", "2026-11-22"};
  const Amounts limit{{10, 100, 1'000}};
  ASSERT_TRUE(SqliteBudgets::Open(directory / "b.db").value()->Take(name, {limit, limit, limit}));
  const auto reopened = SqliteBudgets::Open(directory / "b.db").value();
  EXPECT_EQ(reopened->Add(name, {}).value(), limit);
}

TEST(SqliteBudgets, IsSharedByTwoProcesses) {
  const Directory directory;
  const auto one = SqliteBudgets::Open(directory / "b.db").value();
  const auto other = SqliteBudgets::Open(directory / "b.db").value();
  const routing::BudgetName name{"desk-1", "2026-11-22"};
  const Amounts six{{6, 0, 0}};
  const Amounts ten{{10, 0, 0}};
  EXPECT_EQ(one->Take(name, {six, six, ten})->granted, six);
  EXPECT_EQ(other->Take(name, {six, six, ten})->granted, Amounts{});
}

TEST(SqliteClaims, KeepsClaimsOverARestart) {
  const Directory directory;
  routing::Claim claim{.expires_ms = 1'000};
  claim.key.fill(1);
  EXPECT_EQ(SqliteClaims::Open(directory / "c.db").value()->Take(claim, 0), Claimed::kNew);
  EXPECT_EQ(SqliteClaims::Open(directory / "c.db").value()->Take(claim, 0), Claimed::kSameRequest);
}

TEST(SqliteClaims, RefusesAFileOfAnotherKind) {
  const Directory directory;
  ASSERT_TRUE(SqliteBudgets::Open(directory / "x.db"));
  EXPECT_EQ(SqliteClaims::Open(directory / "x.db").error().code, base::ErrorCode::kConflict);
}

}  // namespace
}  // namespace proviso::store
