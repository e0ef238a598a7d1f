// Who must sign an agreement, and whether they did.
//
// The agreement in force names the quorum for its successor: which parties, how many of them, and with which
// of their keys. The first agreement names its own. What counts:
//   - a signature by a key that the naming agreement gives the party in whose name it signs, that verifies;
//   - each key once, each party once it has as many signatures as its `signatures` asks for.
// And what does not, whatever time it bears:
//   - a key that the naming agreement revokes. It cannot be listed there as a party's either, and a
//     successor must repeat every revoked key of the agreement that it supersedes, so a key is revoked for
//     good;
//   - on an agreement that itself revokes the key: a signature that bears the revocation's `from` or a later
//     time. So a party's only key can sign the agreement that replaces it, and none after.
// A signature on an agreement that came into force before the revocation stays what it was: the quorum of a
// link is judged by the link before it and by its own text alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "terms/bundle.h"

namespace proviso::terms {

/// The agreement that is in force, as its successor is judged by it. Borrows.
struct InForce {
  const Agreement& agreement;
  const std::string& digest;  ///< "sha256:<hex>"
};

/// One signature on a bundle, judged.
struct SignatureStanding {
  std::string party;
  std::string key;  ///< "customer.example+1234abcd"
  std::int64_t time_ms = 0;
  std::string objection;  ///< Why it does not count; "" when it does.
};

/// One party of the quorum.
struct PartyStanding {
  std::string party;
  std::size_t needed = 1;
  std::vector<std::string> signed_by;   ///< Keys whose signatures count.
  std::vector<std::string> could_sign;  ///< Keys that have not.
  [[nodiscard]] bool HasSigned() const { return signed_by.size() >= needed; }
};

struct QuorumReport {
  std::string named_by;  ///< "founding version 1", or "the agreement itself"
  std::size_t at_least = 0;
  std::vector<PartyStanding> parties;         ///< Of the quorum.
  std::vector<SignatureStanding> signatures;  ///< All on the bundle.
  std::vector<std::string> objections;        ///< Why it could not follow, whoever signed.

  [[nodiscard]] std::size_t Signed() const;
  [[nodiscard]] bool IsMet() const { return objections.empty() && Signed() >= at_least; }
  /// Everything that stands against it, a line each: "customer has not signed: one of its keys
  /// customer.example+1234abcd must". "" when the quorum is met.
  [[nodiscard]] std::string Missing() const;
  /// For the record: "customer by customer.example+1234abcd at 2026-…, provider by …".
  [[nodiscard]] std::string SignersText() const;
};

/// Judges `next` as the successor of what is in force; without that, as a first agreement.
[[nodiscard]] QuorumReport JudgeQuorum(const Bundle& next, const std::optional<InForce>& in_force);

}  // namespace proviso::terms
