// A question with all its facts in one record, as clauses read them: for whoever takes questions apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cedar/value.h"
#include "terms/facts.h"

namespace proviso::terms::internal {

struct FlatQuestion {
  Question names;       ///< who asks for what; its facts are empty
  cedar::Record facts;  ///< every member of the context but `model`, which is a name
};

[[nodiscard]] FlatQuestion Flatten(const Question& question);

/// The question whose context these facts are: each where Facts has a member for it that says it exactly,
/// the others in Facts::others.
[[nodiscard]] Question Unflatten(const FlatQuestion& flat);

/// `record` with `value` instead of what stands under `name`; nothing takes the attribute out.
[[nodiscard]] cedar::Record WithAttribute(const cedar::Record& record, std::string_view name,
                                          const std::optional<cedar::Value>& value);

}  // namespace proviso::terms::internal
