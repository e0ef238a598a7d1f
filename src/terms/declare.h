// What an application may declare about its own request. Enforcement asks before the terms decide,
// and so do the worked examples: a declaration that is not the application's to make is refused, and
// never quietly dropped, since a request without a purpose may be permitted more than one with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terms/package.h"

namespace proviso::terms {

/// `purpose`, if the agreement gives it to `application`. kDenied otherwise; the message names the
/// purposes that the application has (it is for that application's eyes). kLimit past
/// kDeclaredBytesMax.
[[nodiscard]] base::Result<std::string> AllowedPurpose(const Agreement& agreement,
                                                       std::string_view application,
                                                       std::string_view purpose);

/// The facts that `json` declares, an object such as {"determination": {"necessary": true}}, each of the type
/// that the schema gives it (written as in worked_request.h). kDenied where the agreement has somebody else
/// than this application's party assert the fact; kInvalid on what is no JSON object of known and typed
/// facts, and on what is declared by itself (purpose, authority, on_behalf_of); kLimit past
/// kDeclaredBytesMax.
[[nodiscard]] base::Result<std::vector<cedar::Attribute>> DeclaredFacts(const Package& package,
                                                                        std::string_view application,
                                                                        std::string_view json);

}  // namespace proviso::terms
