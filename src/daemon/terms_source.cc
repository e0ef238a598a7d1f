#include "daemon/terms_source.h"

#include <algorithm>

#include "base/file.h"
#include "base/utf8.h"

namespace proviso::daemon {
namespace {

using base::ErrorCode;
using base::Fail;

/// What a field of the record takes, with room to spare.
constexpr std::size_t kBasisBytesMax = 8'192;

std::string Clipped(std::string text) {
  if (text.size() <= kBasisBytesMax) return text;
  text.resize(kBasisBytesMax);
  while (!base::IsUtf8(text)) text.pop_back();
  return text + "…";
}

std::string InForce(const terms::Agreement& agreement) {
  return "in force: " + agreement.name + " " + agreement.version;
}

base::Result<LoadedTerms> LoadUnsigned(const std::filesystem::path& directory, UnsignedTerms policy) {
  auto package = terms::Package::Load(directory);
  if (!package) return std::unexpected(package.error());
  const terms::Agreement& agreement = (*package)->agreement();
  if (!agreement.quorum.parties.empty() && policy == UnsignedTerms::kRefuse) {
    std::string parties;
    for (const std::string& id : agreement.quorum.parties) parties += (parties.empty() ? "" : ", ") + id;
    return Fail(
        ErrorCode::kDenied,
        directory.string() + ": nobody has signed these terms, and they give keys to " + parties +
            "; make a bundle, have it signed and activate it (`proviso terms bundle --help`), or write "
            "unsigned_terms = \"accept\" under [terms] to try them unsigned");
  }
  return LoadedTerms{std::move(*package), false, Clipped(InForce(agreement) + "; unsigned")};
}

base::Result<LoadedTerms> LoadBundle(const std::filesystem::path& file) {
  const auto bundle = terms::Bundle::Read(file);
  if (!bundle) return std::unexpected(bundle.error());
  const terms::QuorumReport quorum = terms::JudgeQuorum(*bundle, std::nullopt);
  if (quorum.IsMet()) return TermsOf(*bundle, quorum, {});
  const bool is_first = bundle->agreement().supersedes.empty();
  return Fail(
      ErrorCode::kDenied,
      file.string() + ": " + quorum.Missing() +
          (is_first ? "" : "\nGive the directory of its history, which `proviso terms activate` keeps"));
}

base::Result<LoadedTerms> LoadHistory(const std::filesystem::path& directory) {
  const auto history = terms::ReadHistory(directory);
  if (!history) return std::unexpected(history.error());
  if (!history->Verifies()) {
    return Fail(ErrorCode::kDenied, directory.string() +
                                        ": the history of agreements does not verify (`proviso terms "
                                        "history`): " +
                                        history->broken);
  }
  const terms::HistoryLink* last = history->Last();
  if (last == nullptr) {
    return Fail(ErrorCode::kNotFound, directory.string() +
                                          ": has neither agreement.toml nor a bundle; put an agreement in "
                                          "force with `proviso terms activate`");
  }
  auto loaded = TermsOf(last->bundle, last->quorum, *history);
  if (!loaded) return base::Within((directory / last->file).string(), loaded.error());
  return loaded;
}

}  // namespace

TermsPlace PlaceAt(const std::filesystem::path& place) {
  std::error_code unknown;
  if (std::filesystem::is_regular_file(place, unknown)) return TermsPlace::kBundle;
  const bool has_bundles = std::filesystem::is_directory(place, unknown) &&
                           std::ranges::any_of(std::filesystem::directory_iterator(place, unknown),
                                               [](const std::filesystem::directory_entry& entry) {
                                                 return entry.path().extension() == ".bundle";
                                               });
  // A stray agreement.toml does not undo what was signed.
  const bool is_package = std::filesystem::exists(place / "agreement.toml", unknown);
  return is_package && !has_bundles ? TermsPlace::kPackage : TermsPlace::kHistory;
}

base::Result<LoadedTerms> LoadTerms(const std::filesystem::path& place, UnsignedTerms policy) {
  switch (PlaceAt(place)) {
    case TermsPlace::kPackage:
      return LoadUnsigned(place, policy);
    case TermsPlace::kBundle:
      return LoadBundle(place);
    case TermsPlace::kHistory:
      break;
  }
  return LoadHistory(place);
}

base::Status MayFollow(const LoadedTerms& next, const LoadedTerms& in_force) {
  const std::string digest = in_force.package->DigestText();
  if (!in_force.is_signed || std::ranges::find(next.chain, digest) != next.chain.end()) return {};
  return Fail(ErrorCode::kDenied,
              "what is in force, " + digest + ", was signed, and is not among the agreements that lead to " +
                  next.package->DigestText() + "; signed terms are superseded, never taken back");
}

base::Result<LoadedTerms> TermsOf(const terms::Bundle& bundle, const terms::QuorumReport& quorum,
                                  const terms::History& before) {
  auto package = bundle.Load();
  if (!package) return std::unexpected(package.error());
  const terms::Agreement& agreement = (*package)->agreement();
  const std::string supersedes = agreement.supersedes.empty() ? "nothing" : agreement.supersedes;
  LoadedTerms loaded{
      std::move(*package), true,
      Clipped(InForce(agreement) + "; supersedes " + supersedes + "; signed: " + quorum.SignersText())};
  loaded.proofs = bundle.proofs();
  for (const terms::HistoryLink& link : before.links) loaded.chain.push_back(link.bundle.package_digest());
  if (loaded.chain.empty() || loaded.chain.back() != bundle.package_digest())
    loaded.chain.push_back(bundle.package_digest());
  return loaded;
}

}  // namespace proviso::daemon
