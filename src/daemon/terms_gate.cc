#include "daemon/terms_gate.h"

#include "analysis/answer_cache.h"
#include "analysis/solver.h"
#include "keys/digest.h"
#include "terms/check.h"

namespace proviso::daemon {
namespace {

constexpr std::string_view kMayLoad = "proviso.may-load/v1\n";

std::string Line(const terms::Finding& finding) {
  std::string line = "  " + std::string(terms::NameOf(finding.question));
  if (!finding.subject.empty()) line += ", " + finding.subject;
  line += ": " + finding.sentence;
  if (!finding.reason.empty()) line += " (" + finding.reason + ")";
  for (const terms::Witness& witness : finding.witnesses) line += "\n    " + witness.sentence;
  return line;
}

}  // namespace

base::Status MayBeInForce(const terms::CheckReport& report) {
  if (report.MayLoad()) return {};
  std::string message = "these terms may not come into force:\n";
  for (const terms::Finding* obstacle : report.Obstacles()) message += Line(*obstacle) + "\n";
  return base::Fail(
      base::ErrorCode::kDenied,
      message +
          "See all of it with `proviso terms check`. Change the wording, or let the parties say "
          "that they know of it and accept it: [[acknowledgement]] in agreement.toml");
}

base::Status CheckTerms(const terms::Package& package, const std::filesystem::path& kept,
                        const std::string& build) {
  analysis::AnswerCache packages(kept / "packages");
  const std::string name =
      base::ToHex(keys::Sha256(std::string(kMayLoad) + build + "\n" + package.DigestText()));
  if (packages.Find(name) == kMayLoad) return {};
  analysis::Solver solver({.cache = kept / "answers"});
  if (auto may = MayBeInForce(terms::CheckBeforeLoading(package, solver)); !may) return may;
  (void)packages.Keep(name, kMayLoad);  // costs the next start some time, if it fails
  return {};
}

}  // namespace proviso::daemon
