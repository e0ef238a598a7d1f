// Entities from JSON, with and without a schema that has every implicit form. A value's text, read as
// an expression, is that value again.
#include <cstdlib>
#include <string_view>

#include "cedar/authorize.h"
#include "cedar/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso::cedar;
  static const Schema kSchema = *Schema::Parse(
      "entity T = {e?: T, i?: ipaddr, d?: decimal, t?: datetime, u?: duration, s?: Set<T>, r?: {t?: T}} tags "
      "ipaddr;"
      "action a, b in [c]; action c;",
      "schema");
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const Schema* schema : {static_cast<const Schema*>(nullptr), &kSchema}) {
    const auto entities = EntitiesFromJson(text, "fuzz", schema);
    if (!entities) continue;
    for (const Entity* entity : entities->Sorted()) {
      const Value attributes = Value::FromRecord(entity->attributes);
      const auto expression = ParseExpression(attributes.Text(), "text");
      if (!expression) std::abort();
      const Request request{entity->uid, entity->uid, entity->uid, attributes};
      const auto value = Evaluate(**expression, *entities, request);
      if (!value || !(*value == attributes)) std::abort();
    }
  }
  return 0;
}
