// A solver's values as values of Cedar.
#pragma once

#include <span>
#include <unordered_map>

#include "analysis/solver.h"
#include "analysis/symbolic_value.h"
#include "base/result.h"

namespace proviso::analysis::internal {

class Model {
 public:
  /// `values` are those of `wanted`, in its order; borrowed.
  Model(std::span<const Term> wanted, std::span<const SmtValue> values);

  /// The value; optional fields of records that are not present are left out. Fails with kInvalid where
  /// the solver gave none, or none of the type.
  [[nodiscard]] base::Result<cedar::Value> ValueOf(const SymbolicValue& value) const;
  [[nodiscard]] base::Result<bool> IsTrue(Term term) const;

 private:
  [[nodiscard]] base::Result<SmtValue> Find(Term term) const;
  [[nodiscard]] base::Result<cedar::Value> RecordOf(const SymbolicValue& value) const;

  std::unordered_map<Term, const SmtValue*> values_;
};

}  // namespace proviso::analysis::internal
