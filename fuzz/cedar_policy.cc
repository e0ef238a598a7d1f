// Policy text: whatever parses prints to a text that parses to the same print, and is decided alike by
// both evaluators.
#include <cstdlib>
#include <string_view>

#include "cedar/compiled.h"
#include "cedar/parse.h"
#include "cedar/print.h"

namespace {

const proviso::cedar::Entities& FewEntities() {
  using namespace proviso::cedar;
  static const Entities entities = *Entities::Build(
      {{EntityUid("User", "alice"),
        {EntityUid("Team", "t")},
        Record({{"n", Value::Long(7)}, {"team", Value::Entity(EntityUid("Team", "t"))}}),
        Record({{"tag", Value::String("x")}})},
       {EntityUid("Photo", "p"), {}, Record({{"owner", Value::Entity(EntityUid("User", "alice"))}}), {}}});
  return entities;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso::cedar;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  auto policies = ParsePolicies(text, "fuzz");
  if (!policies) return 0;
  const std::string printed = Print(*policies);
  const auto again = ParsePolicies(printed, "printed");
  if (!again || Print(*again) != printed) std::abort();
  const Request request{EntityUid("User", "alice"), EntityUid("Action", "view"), EntityUid("Photo", "p"),
                        Value::FromRecord(Record({{"a", Value::Long(1)}}))};
  const Entities& entities = FewEntities();
  const Response plain = Authorize(*policies, entities, request);
  const CompiledPolicies compiled(std::make_shared<const PolicySet>(std::move(*policies)));
  CompiledPolicies::Scratch scratch;
  const Verdict& verdict = compiled.Decide(request, entities, scratch);
  if (verdict.outcome != plain.outcome || verdict.reasons() != plain.reasons ||
      verdict.errors.size() != plain.errors.size()) {
    std::abort();
  }
  for (std::size_t i = 0; i < plain.errors.size(); ++i) {
    if (plain.errors[i].message.empty() || verdict.errors[i] != plain.errors[i].policy) std::abort();
  }
  return 0;
}
