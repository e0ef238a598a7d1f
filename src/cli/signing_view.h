// Bundles and who signed them, for people and as JSON: what `terms` sign, verify, activate and history show.
#pragma once

#include "base/json_writer.h"
#include "cli/console.h"
#include "terms/quorum.h"

namespace proviso::cli {

/// A name or a message with words of the other party's file, safe to show.
[[nodiscard]] std::string Seen(std::string_view text);

/// Name, version, digests, dates, what it supersedes and which quorum it sets: what a signer must see.
void PrintBundle(Console& console, const terms::Bundle& bundle);
/// Each signature, and each party's standing.
void PrintQuorum(Console& console, const terms::QuorumReport& report);

/// Members of an object that is open: agreement, version, digest, manifest, supersedes, …
void WriteBundle(base::JsonWriter& json, const terms::Bundle& bundle);
/// One object: named_by, met, missing, parties, signatures.
void WriteQuorum(base::JsonWriter& json, const terms::QuorumReport& report);

}  // namespace proviso::cli
