// Worked requests and the outcome that each must have: the agreement's own tests, part of the package.
//
//   [[example]]
//   name = "two commanders decide"
//   act = "call_tool"                      # and all else that worked_request.h reads
//   …
//   [example.facts]
//   …
//   expect = "hold"                        # permit, hold or forbid; before [example.facts] in TOML
//   clauses = ["4.2"]                      # optional: exactly the clauses that made the outcome
//   needs = "two-commanders"               # optional, of a hold: the approver profile
//
// An example that cannot be read makes the package refused. One that fails its expectation does not: a
// draft may be loaded, compared and explained while its parties still argue.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "terms/decide.h"
#include "terms/worked_request.h"

namespace proviso::terms {

struct Example {
  std::string name;   ///< Distinct in its package.
  std::string where;  ///< "examples/engagement.toml: example[3]"
  WorkedRequest request;
  Outcome expect = Outcome::kForbid;
  std::optional<std::vector<std::string>> clauses;  ///< Sorted ids.
  std::optional<std::string> needs;
};

/// Reads one file of examples; everything wrong is appended to `errors`.
[[nodiscard]] std::vector<Example> ReadExamples(std::string_view toml, std::string_view path,
                                                const Agreement& agreement, const cedar::Schema& schema,
                                                std::vector<std::string>& errors);

struct ExampleResult {
  const Example* example = nullptr;  ///< Lives as long as the package.
  Decision decision;
  /// One sentence for each expectation that was not met; empty when the example holds.
  std::vector<std::string> differences;
};

struct ExampleReport {
  std::vector<ExampleResult> results;  ///< In the package's order.
  [[nodiscard]] std::size_t Failed() const;
};

/// Decides every example of `package` and compares.
[[nodiscard]] ExampleReport RunExamples(const Package& package);

}  // namespace proviso::terms
