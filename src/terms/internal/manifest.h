// The manifest of a bundle: what the parties read and sign.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terms/bundle.h"

namespace proviso::terms::internal {

inline constexpr std::string_view kBundleFormat = "proviso.bundle/v1\n";

/// One line that a file has in the manifest: "<sha256>  <path>\n", as `sha256sum` writes it.
[[nodiscard]] std::string DigestLine(const PackageFile& file);

/// The manifest of these files (sorted), of this agreement among them. kInvalid when a value is no plain
/// line, or nobody could sign; kLimit past kManifestBytesMax.
[[nodiscard]] base::Result<std::string> ManifestText(const Agreement& agreement,
                                                     const std::vector<PackageFile>& files,
                                                     const std::vector<SignedProof>& proofs);

/// The answers in a manifest. kInvalid for a line that is none.
[[nodiscard]] base::Result<std::vector<SignedProof>> ProofsIn(std::string_view manifest);

/// The lines of digests in a manifest, each with its newline, in its order.
[[nodiscard]] std::vector<std::string_view> DigestLinesIn(std::string_view manifest);

/// Says where two manifests part: the first line of `written` that `expected` does not have there.
[[nodiscard]] std::string FirstDifference(std::string_view written, std::string_view expected);

}  // namespace proviso::terms::internal
