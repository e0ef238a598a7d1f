// Bounds of this room: a package that passes one is refused.
#pragma once

#include <cstddef>

namespace proviso::terms {

inline constexpr std::size_t kPackageFilesMax = 1'000;
inline constexpr std::size_t kPackageFileBytesMax = 4U << 20U;
inline constexpr std::size_t kPackageBytesMax = 64U << 20U;
inline constexpr std::size_t kClausesMax = 5'000;
inline constexpr std::size_t kClauseIdBytesMax = 64;
inline constexpr std::size_t kSafeguardsMax = 1'000;
inline constexpr std::size_t kSafeguardNameBytesMax = 128;
inline constexpr std::size_t kReferencesMax = 1'000;
inline constexpr std::size_t kAcknowledgementsMax = 50;
/// All of them as JSON: they stand in every decision's record.
inline constexpr std::size_t kAcknowledgedBytesMax = 6'144;
/// Longest text of a reference or an acknowledgement.
inline constexpr std::size_t kReasonBytesMax = 1'024;
inline constexpr std::size_t kExamplesMax = 10'000;
inline constexpr std::size_t kApproverProfilesMax = 16;
/// Most people that one profile may ask for.
inline constexpr std::size_t kApproversPerProfileMax = 16;
/// Most decisions of one profile's people that are tried before a request is forbidden. Past it the
/// answer is forbid: a hold may be missed, never a forbid.
inline constexpr std::size_t kDecisionsTriedMax = 64;
/// Most choices of people looked at to find those decisions.
inline constexpr std::size_t kChoicesOfPeopleMax = 20'000;
/// Longest purpose, authority, on-behalf-of or other declared text.
inline constexpr std::size_t kDeclaredBytesMax = 8'192;
/// Bytes of one tool call's arguments that a decision reads.
inline constexpr std::size_t kInputBytesMax = 1U << 20U;
/// Deepest nesting of one tool call's arguments that a decision reads.
inline constexpr std::size_t kInputDepthMax = 64;
/// Words of a clause's two wordings that are compared one by one for a report, between what they begin and
/// end with in common.
inline constexpr std::size_t kWordsComparedMax = 1'000;
/// Most decisions made to make one witness smaller; past it, it is as small as it has become.
inline constexpr std::size_t kMinimiseStepsMax = 20'000;
/// Most examples of one direction of a diff, each by other clauses.
inline constexpr std::size_t kExamplesPerDirectionMax = 5;

/// Most keys of one party, and keys that an agreement revokes.
inline constexpr std::size_t kKeysPerPartyMax = 64;
inline constexpr std::size_t kRevokedKeysMax = 1'000;
/// Longest manifest of a bundle: the bound that tools for signed notes have.
inline constexpr std::size_t kManifestBytesMax = 1'000'000;
/// Longest path of a file in a bundle.
inline constexpr std::size_t kBundlePathBytesMax = 255;
/// Most signatures on a bundle, and the longest text of one.
inline constexpr std::size_t kBundleSignaturesMax = 200;
inline constexpr std::size_t kBundleSignatureBytesMax = 16'384;
/// Largest bundle: the files, the manifest, the signatures, and a line for each file.
inline constexpr std::size_t kBundleBytesMax = kPackageBytesMax + kManifestBytesMax +
                                               kBundleSignaturesMax * kBundleSignatureBytesMax +
                                               kPackageFilesMax * (kBundlePathBytesMax + 32);
/// Most answers of the analysis that a bundle carries.
inline constexpr std::size_t kSignedProofsMax = 5'000;
/// Most agreements in one history.
inline constexpr std::size_t kHistoryLinksMax = 1'000;

}  // namespace proviso::terms
