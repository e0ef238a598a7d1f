// The chain of agreements, in a directory that `proviso terms activate` keeps:
//
//   1-<package digest>.bundle        the first agreement
//   1-<package digest>.activation    when it came into force, and by which decision
//   2-<package digest>.bundle        supersedes it, signed by the quorum that it names
//   …
//
// Everything that binds is in the bundles, and is verified with nothing else: each link supersedes the one
// before and has the quorum that the one before names. An activation is the word of whoever runs the gateway;
// what proves when terms came into force is the POLICY entry in the record. Format: docs/formats/bundle.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "terms/quorum.h"

namespace proviso::terms {

/// When a bundle came into force, as whoever activated it says.
struct Activation {
  std::size_t number = 1;
  std::string package;   ///< "sha256:<hex>"
  std::string manifest;  ///< "sha256:<hex>"
  std::int64_t time_ms = 0;
  std::string decision;  ///< "quorum of founding version 1: customer by customer.example+1234abcd at …, …"

  bool operator==(const Activation&) const = default;
};
/// The file's text. kInvalid for a value that is no plain line.
[[nodiscard]] base::Result<std::string> ActivationText(const Activation& activation);
/// Reads it back; there is one way to write each.
[[nodiscard]] base::Result<Activation> ParseActivation(std::string_view text);

struct HistoryLink {
  std::size_t number = 1;
  std::string file;  ///< Its name in the directory.
  Bundle bundle;
  QuorumReport quorum;  ///< By the link before.
  std::optional<Activation> activation;
  /// What a reader should know and what breaks nothing: a key that a later agreement revokes from before this
  /// signature on, a missing activation.
  std::vector<std::string> remarks;
};

struct History {
  std::vector<HistoryLink> links;  ///< As far as they verify; the last is in force.
  std::string broken;              ///< Which file does not follow, and why; "" when all do.

  [[nodiscard]] bool Verifies() const { return broken.empty(); }
  [[nodiscard]] const HistoryLink* Last() const { return links.empty() ? nullptr : &links.back(); }
  /// What a successor is judged by. Borrows the history.
  [[nodiscard]] std::optional<InForce> InForceNow() const;
};

/// Reads and verifies a directory; one that is not there has no links. Errors are the file system's, and
/// kLimit past kHistoryLinksMax: what the files say is in the History.
[[nodiscard]] base::Result<History> ReadHistory(const std::filesystem::path& directory);

/// Adds `bundle` after the last link, whole or not at all, and gives what was added. kDenied when it lacks
/// the quorum: the message says whose signature is missing. kConflict when the history does not verify.
[[nodiscard]] base::Result<Activation> AppendToHistory(const std::filesystem::path& directory,
                                                       const History& history, const Bundle& bundle,
                                                       std::int64_t now_ms);
/// Takes back what AppendToHistory added last, when the gateway refused it.
[[nodiscard]] base::Status RemoveFromHistory(const std::filesystem::path& directory,
                                             const Activation& activation);

}  // namespace proviso::terms
