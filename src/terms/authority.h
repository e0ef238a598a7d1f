// Authorities: the legal basis that a request carries in its header `Proviso-Authority`. Signed by an
// issuer that the agreement names, it is a statement; without a signature it is the claim of whoever
// sends it. docs/formats/authority.md gives the bytes.
//
//   kind=court-order; case=17-204; issuer=district-court        a claim
//   cHJvdmlzby5hdXRob3JpdHkvdjEK…                               base64 of a signed note
//
// A statement that fails in any way is an error and never counts as a claim: whoever sends a spoiled
// order is refused.
#pragma once

#include <string>
#include <string_view>

#include "keys/signing.h"
#include "terms/facts.h"

namespace proviso::terms {

/// What an issuer signs. `organization` is whom it is for. In `authority`, `standing` does not count.
struct AuthorityStatement {
  AuthorityFact authority;
  std::string organization;
};

/// The text under the signature: "proviso.authority/v1" and one line for each member. kInvalid when a
/// required member is empty, or one has a control character, is not UTF-8 or begins or ends with a space.
[[nodiscard]] base::Result<std::string> AuthorityText(const AuthorityStatement& statement);

/// The header's value: base64 of the text's signed note. kLimit past kDeclaredBytesMax.
[[nodiscard]] base::Result<std::string> SignAuthority(const AuthorityStatement& statement,
                                                      const keys::SigningKey& key);

/// Reads a header's value. `organization` is the caller's, `now_ms` the wall time. A claim has the
/// standing kClaimed and no cap and no expiry. For a statement:
///   kInvalid   not the format, to the byte            kLimit    longer than kDeclaredBytesMax
///   kDenied    no issuer of the agreement has this id, or the statement is for another organization
///   kCorrupt   not signed by that issuer's key        kExpired  from its `expires` on
[[nodiscard]] base::Result<AuthorityFact> ReadAuthority(const Agreement& agreement,
                                                        std::string_view organization, std::int64_t now_ms,
                                                        std::string_view value);

}  // namespace proviso::terms
