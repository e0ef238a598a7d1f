#include "oversight/approvers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oversight/examples_for_tests.h"

namespace proviso::oversight {
namespace {

using examples::Everyone;
using testing::HasSubstr;

TEST(ApproverBook, FindsAPersonByEachOfTheirKeys) {
  const auto book = Everyone().Book();
  for (const std::string_view name : {"alice.example", "alice.phone"}) {
    const auto match = book.FindByKeyName(name);
    ASSERT_NE(match.approver, nullptr) << name;
    EXPECT_EQ(match.approver->person, "Alice");
    EXPECT_EQ(match.key->name(), name);
  }
  EXPECT_EQ(book.FindByKeyName("stranger.example").approver, nullptr);
  EXPECT_EQ(ApproverBook().FindByKeyName("alice.example").key, nullptr);
}

TEST(ApproverBook, RefusesWhatWouldLetOnePersonCountTwice) {
  const auto alice = Everyone().alice.verifier();
  const auto bob = Everyone().bob.verifier();
  const auto alice_renamed = keys::VerifyKey::Make("other.name", alice.public_key()).value();
  const auto bob_as_alice = keys::VerifyKey::Make(alice.name(), bob.public_key()).value();
  const struct {
    std::vector<Approver> approvers;
    std::string_view message;
  } rows[] = {
      {{{"", {}, {alice}}}, "no name"},
      {{{"Alice", {}, {}}}, "no key"},
      {{{"Alice", {}, {alice}}, {"Alice", {}, {bob}}}, "listed twice"},
      {{{"Alice", {}, {alice}}, {"ALICE", {}, {bob}}}, "listed twice"},
      {{{"Alice", {}, {alice}}, {"Bob", {}, {alice}}}, "also a key of Alice"},
      {{{"Alice", {}, {alice}}, {"Bob", {}, {alice_renamed}}}, "also a key of Alice"},
      {{{"Alice", {}, {alice, alice_renamed}}}, "also a key of Alice"},
      {{{"Alice", {}, {alice}}, {"Bob", {}, {bob_as_alice}}}, "two keys are named"},
  };
  for (const auto& row : rows) {
    const auto book = ApproverBook::Make(row.approvers);
    ASSERT_FALSE(book) << row.message;
    EXPECT_THAT(book.error().message, HasSubstr(row.message));
  }
}

TEST(ApproverBook, OneOfTheRolesIsEnoughAndNoneAsksForNone) {
  const Approver bob = {.person = "Bob", .roles = {"clerk", "commander"}, .keys = {}};
  EXPECT_TRUE(HasAnyRole(bob, {}));
  EXPECT_TRUE(HasAnyRole(bob, {"duty officer", "commander"}));
  EXPECT_FALSE(HasAnyRole(bob, {"duty officer"}));
  EXPECT_FALSE(HasAnyRole(bob, {"Commander"}));
}

}  // namespace
}  // namespace proviso::oversight
