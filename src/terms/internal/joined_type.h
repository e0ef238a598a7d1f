// One type for what two agreements say of a fact.
#pragma once

#include <string>

#include "cedar/schema.h"

namespace proviso::terms::internal {

/// `a` where the two are the same. Of records the members of both, each optional where one of the two does
/// not require it. Fails with kInvalid where they cannot both be ("context.input.amount: Long in one
/// agreement, String in the other").
[[nodiscard]] base::Result<cedar::TypePtr> JoinedType(const cedar::TypePtr& a, const cedar::TypePtr& b,
                                                      const std::string& path);

}  // namespace proviso::terms::internal
