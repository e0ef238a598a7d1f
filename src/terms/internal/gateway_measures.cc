// What the gateway measures: the time, what its ledger counts, and what its detectors find. No code gives
// the last two yet: whoever writes it keeps to these bounds.
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "cedar/print.h"
#include "terms/internal/gateway_conditions.h"

namespace proviso::terms::internal {
namespace {

std::string Instant(std::int64_t ms) {
  return "datetime(" + cedar::QuoteString(base::FormatUtc(ms)) + ")";
}

/// Begin of enforcement/case.cc asks the clock; Decide forbids what is outside the agreement's dates.
void AddNow(const ConditionScope& scope, Conditions& out) {
  if (!scope.Has("now")) return;
  const Agreement& agreement = scope.agreement();
  out.push_back(
      {"context has now && context.now >= " + Instant(agreement.effective_ms.value_or(0)) +
           " && context.now < " +
           (agreement.expires_ms ? Instant(*agreement.expires_ms) : "datetime(\"9999-12-31T23:59:59.999Z\")"),
       agreement.effective_ms || agreement.expires_ms
           ? "the gateway says what time it is, and the agreement is in force"
           : "the gateway says what time it is"});
}

/// `context has ledger && context.ledger has persons_day && …`, or nothing where it is always there.
std::string Absent(const std::string& fact, const cedar::AttributeType& member) {
  std::string absent = "!(context has " + fact + ")";
  if (member.presence == cedar::Presence::kOptional)
    absent += " || !(context." + fact + " has " + cedar::NameOrQuoted(member.name) + ")";
  return absent;
}

/// Every Long of the record that is this fact is at least 0, and at most `most` where that is given.
void AddBounds(const ConditionScope& scope, const std::string& fact, std::optional<std::int64_t> most,
               const std::string& why, Conditions& out) {
  if (!scope.Has(fact)) return;
  const cedar::ActionDeclaration* action =
      scope.package.schema().FindAction(cedar::EntityUid("Action", std::string(NameOf(scope.act))));
  const cedar::AttributeType* attribute = action->context->FindAttribute(fact);
  if (attribute == nullptr) return;
  for (const cedar::AttributeType& member : attribute->type->attributes) {
    if (member.type->kind != cedar::Type::Kind::kLong) continue;
    const std::string name = cedar::NameOrQuoted(member.name);
    const std::string value = "context." + fact + (name == member.name ? "." + name : "[" + name + "]");
    std::string bounds = value + " >= 0";
    if (most) bounds += " && " + value + " <= " + std::to_string(*most);
    out.push_back({Absent(fact, member) + " || (" + bounds + ")", why});
  }
}

}  // namespace

void AddMeasures(const ConditionScope& scope, Conditions& out) {
  constexpr std::int64_t kPermilleMax = 1'000;
  AddNow(scope, out);
  AddBounds(scope, "ledger", std::nullopt, "the ledger counts from zero", out);
  AddBounds(scope, "act", kPermilleMax, "a detector says permille", out);
  AddBounds(scope, "findings", kPermilleMax, "a detector says permille", out);
}

}  // namespace proviso::terms::internal
