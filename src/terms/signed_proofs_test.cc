#include "terms/signed_proofs.h"

#include <gmock/gmock.h>

#include "terms/check.h"
#include "terms/internal/bundle_for_tests.h"

namespace proviso::terms {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::vector<PackageFile> Guarded() {
  auto files = internal::FilesOf({});
  files[1].content +=
      "@id(\"2\") forbid (principal, action == Action::\"generate\", resource)\n"
      "when { context has purpose && context.purpose == UseCase::\"war\" };\n";
  files.push_back(
      {"safeguards/a.cedar",
       "@safeguard(\"no war: never\") permit (principal, action == Action::\"generate\", resource)\n"
       "when { context has purpose && context.purpose == UseCase::\"war\" };\n"});
  return files;
}

TEST(SignedProofs, CarryTheAnswersOfACheckIntoTheManifestAndBack) {
  const auto package = Package::FromFiles(Guarded());
  ASSERT_TRUE(package.has_value()) << package.error().message;
  analysis::Solver solver({});
  const CheckReport report = CheckBeforeLoading(**package, solver);
  ASSERT_TRUE(report.MayLoad());
  const auto proofs = ProofsOf(report);
  EXPECT_TRUE(ProofsSuffice(**package, proofs).has_value());
  const Bundle written = Bundle::Make(Guarded(), proofs).value();
  EXPECT_THAT(written.manifest(),
              AllOf(HasSubstr("\nproof yes read none valid\n"), HasSubstr(" never errors: 2\n"),
                    HasSubstr(" safeguard holds: no war: never\n")));
  const auto read = Bundle::Parse(written.Text());
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->proofs(), proofs);
}

TEST(SignedProofs, SufficeWhenEverythingThatGuardsLoadingIsSaid) {
  const auto package = Package::FromFiles(Guarded()).value();
  const SignedProof valid{"valid", "", "yes", "read", "none"};
  const SignedProof never_errs{"never errors", "2", "yes", "proved", "none"};
  const SignedProof holds{"safeguard holds", "no war: never", "yes", "proved", "none"};
  const SignedProof is_broken{"safeguard holds", "no war: never", "no", "counterexample", "none"};
  const SignedProof is_accepted{"safeguard holds", "no war: never", "no", "acknowledged", "none"};
  EXPECT_TRUE(ProofsSuffice(*package, {valid, never_errs, holds}).has_value());
  EXPECT_TRUE(ProofsSuffice(*package, {valid, never_errs, is_accepted}).has_value());
  struct Row {
    std::vector<SignedProof> proofs;
    std::string unsaid;
  };
  for (const Row& row :
       std::vector<Row>{{{never_errs, holds}, "valid: not among"},
                        {{valid, holds}, "never errors, 2: not among"},
                        {{valid, never_errs}, "safeguard holds, no war: never: not among"},
                        {{valid, never_errs, is_broken}, "safeguard holds, no war: never: not"}}) {
    const auto refused = ProofsSuffice(*package, row.proofs);
    ASSERT_FALSE(refused.has_value()) << row.unsaid;
    EXPECT_THAT(refused.error().message, HasSubstr(row.unsaid));
  }
}

}  // namespace
}  // namespace proviso::terms
