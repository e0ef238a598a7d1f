// A package as two counterparties would exchange it: agreement.toml, clauses, a schema, examples, safeguards,
// divided by lines of "%%". Properties: it loads or is refused with a message; every example of what
// loads can be decided and explained, and a permit always names a clause.
#include <algorithm>
#include <cstdlib>

#include "terms/examples.h"
#include "terms/explain.h"
#include "terms/package.h"

namespace {

constexpr std::string_view kDivider = "%%\n";

std::string_view TakePart(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(kDivider), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + kDivider.size()));
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;
  std::string_view rest = base::AsText({bytes, size});
  std::vector<terms::PackageFile> files;
  for (const char* path :
       {"agreement.toml", "clauses/a.cedar", "schema.cedarschema", "examples/a.toml", "safeguards/a.cedar"})
    files.push_back({path, std::string(TakePart(rest))});
  const auto package = terms::Package::FromFiles(std::move(files));
  if (!package) {
    if (package.error().message.empty()) std::abort();
    return 0;
  }
  for (const terms::ExampleResult& result : terms::RunExamples(**package).results) {
    const terms::Question& question = result.example->request.question;
    if (terms::ExplainText(**package, question, result.decision).empty()) std::abort();
    base::JsonWriter json;
    terms::WriteDecision(json, **package, question, result.decision);
    if (!base::JsonDocument::Parse(json.Take())) std::abort();
    if (result.decision.outcome == terms::Outcome::kPermit && result.decision.clauses.empty()) std::abort();
    if ((result.decision.outcome == terms::Outcome::kHold) != result.decision.need.has_value()) std::abort();
  }
  return 0;
}
