// Which party alone brings a newly permitted request about.
#pragma once

#include <vector>

#include "terms/finding.h"
#include "terms/internal/compared.h"

namespace proviso::terms::internal {

/// The parties that could have said otherwise, so that the later terms decide as the earlier ones do: there
/// is a request equal to `shown` but for facts that the party asserts alone, of which the earlier terms make
/// the same, by the same clauses, and the later terms something stricter than of `shown`. With each, the
/// facts that make the difference. A party whose word is only one of several that are needed is not named.
/// None where `to` is forbid: every party can bring a forbid about.
/// It is looked for among what clauses compare these facts with; a party that is not in the result may
/// still be one.
[[nodiscard]] std::vector<Difference::Example::ByParty> PartiesWhoAlone(const Compared& compared,
                                                                        const Question& shown,
                                                                        Direction direction);

}  // namespace proviso::terms::internal
