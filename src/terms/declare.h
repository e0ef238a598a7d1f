// What an application may declare about its own request. Enforcement asks before the terms decide,
// and so do the worked examples: a declaration that is not the application's to make is refused, and
// never quietly dropped, since a request without a purpose may be permitted more than one with it.
#pragma once

#include <string>
#include <string_view>

#include "terms/agreement.h"

namespace proviso::terms {

/// `purpose`, if the agreement gives it to `application`. kDenied otherwise; the message names the
/// purposes that the application has (it is for that application's eyes). kLimit past
/// kDeclaredBytesMax.
[[nodiscard]] base::Result<std::string> AllowedPurpose(const Agreement& agreement,
                                                       std::string_view application,
                                                       std::string_view purpose);

}  // namespace proviso::terms
