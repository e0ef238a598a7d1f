// What the parties agreed, besides the clauses: agreement.toml as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/signing.h"

namespace proviso::terms {

struct Party {
  std::string id;
  std::string name;
  std::vector<keys::VerifyKey> signers;
  std::size_t signatures = 1;  ///< How many of `signers` it takes for the party to have signed.
};

/// Who must sign the agreement that supersedes this one; and this one, when it supersedes none (quorum.h).
struct Quorum {
  std::vector<std::string> parties;  ///< In the agreement's order; by default every party that has keys.
  std::size_t at_least = 0;          ///< How many of them; by default all.

  bool operator==(const Quorum&) const = default;
};

/// A key that no party, approver or issuer may ever have again.
struct RevokedKey {
  keys::VerifyKey key;
  std::int64_t from_ms = 0;  ///< Of a signature on this very agreement: it counts when it is older.
  std::string reason;

  bool operator==(const RevokedKey&) const = default;
};

/// A fact that the agreement adds to the built-in ones, or whose source it names.
struct FactDeclaration {
  std::string name;
  std::string type;  ///< A Cedar type; "" when the fact is built in and only its source is named.
  std::string
      asserted_by;  ///< gateway, detector, ledger, person, party, or the id of a party or third party.
};

/// An application of an organization, and what it may declare.
struct ApplicationTerms {
  std::string id;
  std::string organization;
  std::string party;                  ///< Asserter of what the application declares.
  std::vector<std::string> purposes;  ///< The only ones that it may declare.
};

/// A tool that the agreement knows. A tool that is offered under this name with another schema is
/// not this tool.
struct CatalogueTool {
  std::string name;
  std::string server;         ///< The MCP server; "" for a tool that the application runs.
  std::string schema_digest;  ///< "sha256:<hex>" of the canonical JSON of the input schema; "" to accept any.
  std::string effect;         ///< observe, communicate, modify, engage, …
};

/// Who can decide, how many of them, in which role. Of two profiles the weaker asks for fewer people;
/// of equals, it is the one that stands first in the file.
struct ApproverProfile {
  std::string name;
  std::size_t count = 1;           ///< Distinct people.
  std::vector<std::string> roles;  ///< Each of them holds at least one; empty for no condition.
};

struct NamedApprover {
  std::string person;
  std::vector<std::string> roles;
  keys::VerifyKey key;
};

/// An issuer whose signed statements are authorities and not claims.
struct AuthorityIssuer {
  std::string id;
  keys::VerifyKey key;
};

enum class CheckQuestion : std::uint8_t;  // finding.h

/// A text outside the agreement that clauses refer to: a law, a policy, a list.
struct Reference {
  std::string name;
  std::string title;
  std::string version;
  std::optional<std::int64_t> date_ms;
  std::string digest;  ///< "sha256:<hex>" of the text, or "".

  /// Whether it is always the same text: a digest says so, or a version or date, unless the version is one
  /// that moves ("latest", "as amended", "2.1 or later").
  [[nodiscard]] bool IsFixed() const;
};

/// A finding that the parties know of and accept (finding.h). It stands in every decision's record.
struct Acknowledgement {
  CheckQuestion question;
  std::string subject;  ///< A clause's id, a safeguard's name, or an act's name.
  std::string party;    ///< Of "set aside by one party"; "" for any.
  std::string reason;
};

/// How long things wait for a person.
struct HoldTerms {
  std::int64_t wait_ms = 120'000;       ///< The caller's connection stays open this long.
  std::int64_t expires_ms = 3'600'000;  ///< Then the hold is denied.
};

struct Agreement {
  std::string name;
  std::string title;
  std::string version;
  std::optional<std::int64_t> effective_ms;
  std::optional<std::int64_t> expires_ms;
  std::string supersedes;  ///< Digest of the package it replaces; "" for none.
  std::vector<std::string> order_of_precedence;
  std::vector<Party> parties;
  std::vector<std::string> third_parties;
  std::vector<FactDeclaration> facts;
  std::vector<ApplicationTerms> applications;
  std::vector<CatalogueTool> tools;
  std::vector<ApproverProfile> approver_profiles;  ///< Weakest first.
  std::vector<NamedApprover> approvers;
  std::vector<AuthorityIssuer> authority_issuers;
  std::vector<Reference> references;
  std::vector<Acknowledgement> acknowledgements;
  Quorum quorum;  ///< Nobody, when no party has keys: such an agreement is never signed.
  std::vector<RevokedKey> revoked_keys;
  HoldTerms hold;

  /// nullptr when there is none.
  [[nodiscard]] const Reference* FindReference(std::string_view reference_name) const;
  [[nodiscard]] const ApplicationTerms* FindApplication(std::string_view id) const;
  /// The catalogue's tool, whatever schema it is offered with; nullptr when it is not catalogued.
  [[nodiscard]] const CatalogueTool* FindTool(std::string_view server, std::string_view tool_name) const;
};

/// Whether `approver` may be one of the profile's people.
[[nodiscard]] bool MayDecide(const NamedApprover& approver, const ApproverProfile& profile);

/// Reads agreement.toml. Everything that is wrong is appended to `errors`; what is returned then is
/// only good for finding more errors.
[[nodiscard]] Agreement ReadAgreement(std::string_view toml, std::vector<std::string>& errors);

}  // namespace proviso::terms
