// Facts as the schema says they are: what clauses were validated against, and what the analysis proves
// things about, is then also what they are evaluated on.
#pragma once

#include <optional>

#include "base/result.h"
#include "cedar/schema.h"
#include "terms/facts.h"

namespace proviso::terms {
class Package;
}

namespace proviso::terms::internal {

/// `value` as one of `type`; nothing when it is one already. Members of records that the type does not
/// declare are left out. A text becomes an entity, instant, duration or address where the type has one, and
/// a whole number a decimal. kInvalid for anything else, and for a required member that is missing: the
/// message begins with the path below the value, ".asset: must be String and is a long".
[[nodiscard]] base::Result<std::optional<cedar::Value>> Conformed(const cedar::Value& value,
                                                                  const cedar::Type& type,
                                                                  const cedar::Schema& schema);

/// A question whose input and other facts are of their types. Borrows `question`, which must outlive it.
class ConformedQuestion {
 public:
  /// kInvalid when a fact is not of its type, with the fact's name: such a request cannot be decided.
  [[nodiscard]] static base::Result<ConformedQuestion> Of(const Package& package, const Question& question);

  [[nodiscard]] const Question& operator*() const { return changed_ ? *changed_ : *as_given_; }

 private:
  const Question* as_given_ = nullptr;
  std::optional<Question> changed_;  ///< only where something had to change
};

}  // namespace proviso::terms::internal
