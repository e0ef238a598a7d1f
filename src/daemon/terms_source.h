// Where a gateway's terms come from, and whether they may be in force.
//
//   a directory with agreement.toml   a package that nobody signed: for trying things, and for agreements
//                                     that give no party keys
//   a bundle                          a first agreement, with the quorum that it names
//   any other directory               the history that `proviso terms activate` keeps; the last is in force,
//                                     and every link before it is verified (terms/history.h)
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/configuration.h"
#include "terms/history.h"
#include "terms/package.h"

namespace proviso::daemon {

struct LoadedTerms {
  std::shared_ptr<const terms::Package> package;  ///< Shared: snapshots and requests hold it.
  bool is_signed = false;
  /// For the record: "in force: founding version 2; supersedes sha256:…; signed: customer by … at …".
  std::string basis;
  /// Digests of the agreements that led here, the first before the last; none of unsigned terms.
  std::vector<std::string> chain = {};
  /// What the analysis answered, as the parties signed it (terms/signed_proofs.h).
  std::vector<terms::SignedProof> proofs = {};
};

enum class TermsPlace : std::uint8_t { kPackage, kBundle, kHistory };
[[nodiscard]] TermsPlace PlaceAt(const std::filesystem::path& place);

/// Loads what should be in force. kDenied when a signature is missing; the message says whose.
[[nodiscard]] base::Result<LoadedTerms> LoadTerms(const std::filesystem::path& place, UnsignedTerms policy);
/// kDenied when `next` would take back signed terms that are in force: they are superseded, by what their
/// parties signed, and never undone by taking files away.
[[nodiscard]] base::Status MayFollow(const LoadedTerms& next, const LoadedTerms& in_force);
/// What LoadTerms would give once `bundle`, whose `quorum` is met, is in force after `before`.
[[nodiscard]] base::Result<LoadedTerms> TermsOf(const terms::Bundle& bundle,
                                                const terms::QuorumReport& quorum,
                                                const terms::History& before);

}  // namespace proviso::daemon
