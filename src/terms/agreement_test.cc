#include "terms/agreement.h"

#include <gmock/gmock.h>

#include "base/clock.h"
#include "terms/internal/package_for_tests.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using internal::Approver;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Agreement, ReadsItsTables) {
  std::vector<std::string> errors;
  const Agreement agreement = ReadAgreement(
      AgreementToml("effective = 2026-03-01\nexpires = 2026-09-01T00:00:00Z\ntitle = \"Test\"\n") +
          "[hold]\nwait_ms = 0\nexpires_ms = 1000\n",
      errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_EQ(agreement.name, "test");
  EXPECT_EQ(agreement.title, "Test");
  EXPECT_EQ(agreement.effective_ms, base::ParseUtc("2026-03-01").value());
  EXPECT_EQ(agreement.expires_ms, base::ParseUtc("2026-09-01").value());
  EXPECT_EQ(agreement.hold.wait_ms, 0);
  EXPECT_EQ(agreement.hold.expires_ms, 1000);
  ASSERT_NE(agreement.FindApplication("desk"), nullptr);
  EXPECT_THAT(agreement.FindApplication("desk")->purposes, ElementsAre("translation", "logistics"));
  EXPECT_EQ(agreement.FindApplication("Desk"), nullptr);
  EXPECT_EQ(agreement.FindTool("", "assign")->effect, "engage");
  EXPECT_EQ(agreement.FindTool("field", "assign")->effect, "modify");
  EXPECT_EQ(agreement.FindTool("elsewhere", "assign"), nullptr);
}

TEST(Agreement, SortsItsApproverProfilesWeakestFirst) {
  std::vector<std::string> errors;
  const Agreement agreement =
      ReadAgreement(AgreementToml() +
                        "[[approver_profile]]\nname = \"anyone\"\n[[approver_profile]]\nname = "
                        "\"three\"\ncount = 3\n",
                    errors);
  EXPECT_THAT(errors, IsEmpty());
  std::vector<std::string> names;
  for (const ApproverProfile& profile : agreement.approver_profiles) names.push_back(profile.name);
  EXPECT_THAT(names, ElementsAre("one-lawyer", "anyone", "two-commanders", "three"));
}

TEST(Agreement, RefusesEachThingThatIsWrong) {
  struct Row {
    std::string fact;
    std::string toml;  // after the test's agreement
    std::string error;
  };
  const std::string fact = "[[fact]]\nasserted_by = \"provider\"\n";
  for (const Row& row : std::vector<Row>{
           {"an unknown table", "[[aplication]]\nid = \"x\"",
            "aplication: unknown key; did you mean application?"},
           {"an unknown key", "[[party]]\nid = \"x\"\nkey = []",
            "party[2].key: unknown key; did you mean keys?"},
           {"a party twice", "[[party]]\nid = \"provider\"", "party: provider stands twice"},
           {"a party named like a source", "[[party]]\nid = \"detector\"", "taken by a source of facts"},
           {"a third party that is a party", "[[party]]\nid = \"court\"", "court is a [[party]]"},
           {"a party's broken key", "[[party]]\nid = \"x\"\nkeys = [\"x\"]", "party[2].keys"},
           {"an application twice",
            "[[application]]\nid = \"desk\"\norganization = \"a\"\nparty = \"customer\"",
            "application: desk stands twice"},
           {"an application of no party",
            "[[application]]\nid = \"x\"\norganization = \"a\"\nparty = \"custmer\"",
            "party \"custmer\" is not a [[party]]; did you mean customer?"},
           {"a tool twice", "[[tool]]\nname = \"look\"\neffect = \"observe\"", "tool: look stands twice"},
           {"a tool twice behind one server",
            "[[tool]]\nname = \"assign\"\nserver = \"field\"\neffect = \"x\"",
            "tool: assign of server field stands twice"},
           {"a tool without effect", "[[tool]]\nname = \"x\"", "tool[3].effect: is missing"},
           {"a short digest", "[[tool]]\nname = \"x\"\neffect = \"y\"\nschema_digest = \"sha256:00\"",
            "tool[3].schema_digest: must be sha256: and 64"},
           {"a digest in capitals",
            "[[tool]]\nname = \"x\"\neffect = \"y\"\nschema_digest = \"sha256:" + std::string(64, 'A') + "\"",
            "lower case"},
           {"a profile twice", "[[approver_profile]]\nname = \"one-lawyer\"", "one-lawyer stands twice"},
           {"a profile of nobody", "[[approver_profile]]\nname = \"x\"\ncount = 0", "from 1 to 16"},
           {"a profile of too many", "[[approver_profile]]\nname = \"x\"\ncount = 17", "from 1 to 16"},
           {"a profile that its people cannot fill", "[[approver_profile]]\nname = \"x\"\ncount = 4",
            "needs 4 people, and [[approver]] names 3"},
           {"a profile of a role that nobody has", "[[approver_profile]]\nname = \"x\"\nroles = [\"judge\"]",
            "needs 1 people, and [[approver]] names 0"},
           {"one key for two people", Approver("person-4", "[]", "person-1"), "stands twice"},
           {"an approver's broken key", "[[approver]]\nperson = \"x\"\nkey = \"x\"", "approver[3].key"},
           {"an issuer's broken key", "[[authority_issuer]]\nid = \"x\"\nkey = \"x\"",
            "authority_issuer[1].key"},
           {"a fact twice", fact + "name = \"a\"\ntype = \"Bool\"\n" + fact + "name = \"a\"\ntype = \"Bool\"",
            "fact: a stands twice"},
           {"a fact of no one's", "[[fact]]\nname = \"a\"\ntype = \"Bool\"\nasserted_by = \"nobody\"",
            "neither a source"},
           {"a fact with two names", fact + "name = \"a?: Bool, b\"\ntype = \"Bool\"", "must be one word"},
           {"a fact with two types", fact + "name = \"a\"\ntype = \"Bool, b?: Bool\"",
            "is not one Cedar type"},
           {"a fact with an annotation", fact + "name = \"a\"\ntype = \"Bool @x\"", "is not one Cedar type"},
           {"a fact that ends the record", fact + "name = \"a\"\ntype = \"Bool}; type X = {\"",
            "is not one Cedar type"},
           {"a wait that is too long", "[hold]\nwait_ms = 600001", "hold.wait_ms: must be a whole number"}}) {
    std::vector<std::string> errors;
    (void)ReadAgreement(AgreementToml() + row.toml + "\n", errors);
    EXPECT_THAT(errors, Contains(HasSubstr(row.error))) << row.fact;
  }
}

TEST(Agreement, RefusesAHeadThatIsWrong) {
  for (const auto& [head, error] : std::vector<std::pair<std::string, std::string>>{
           {"effective = \"soon\"\n", "agreement.effective"},
           {"effective = 2026-03-01\nexpires = 2026-03-01\n", "never in force"},
           {"supersedes = \"the last one\"\n", "agreement.supersedes: must be sha256:"},
           {"quorum = 2\n", "agreement.quorum: unknown key"}}) {
    std::vector<std::string> errors;
    (void)ReadAgreement(AgreementToml(head), errors);
    EXPECT_THAT(errors, Contains(HasSubstr(error)));
  }
  std::vector<std::string> errors;
  (void)ReadAgreement("= 1", errors);
  EXPECT_THAT(errors, ElementsAre(HasSubstr("agreement.toml:1:")));
}

TEST(Agreement, TakesAtMostSixteenApproverProfiles) {
  std::string toml = AgreementToml();
  for (std::size_t i = 2; i < kApproverProfilesMax; ++i)
    toml += "[[approver_profile]]\nname = \"p" + std::to_string(i) + "\"\n";
  std::vector<std::string> errors;
  (void)ReadAgreement(toml, errors);
  EXPECT_THAT(errors, IsEmpty());
  (void)ReadAgreement(toml + "[[approver_profile]]\nname = \"last\"\n", errors);
  EXPECT_THAT(errors, ElementsAre(HasSubstr("more than 16")));
}

}  // namespace
}  // namespace proviso::terms
