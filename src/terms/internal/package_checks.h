// What must hold between an agreement, its schema and its clauses, once each has been read.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cedar/schema.h"
#include "terms/package.h"

namespace proviso::terms::internal {

/// Who asserts each fact of the schema; "" never stands. Appends a line for each fact of the schema that
/// nobody declared a source for, whose source nobody is, or that requests would have to carry.
[[nodiscard]] std::map<std::string, std::string, std::less<>> ReadAsserters(const Agreement& agreement,
                                                                            const cedar::Schema& schema,
                                                                            std::vector<std::string>& errors);

/// Each @document and each @refers_to names what the agreement has.
void CheckClause(const Clause& clause, const Agreement& agreement, std::vector<std::string>& errors);

/// Each acknowledgement is of a clause, a safeguard or an act.
void CheckSubjects(const Package& package, std::vector<std::string>& errors);

}  // namespace proviso::terms::internal
