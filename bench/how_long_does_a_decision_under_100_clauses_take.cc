// rooms: terms cedar keys base
//
// How long does a decision under 100 clauses take, and how much does it allocate? Permit, hold (found by
// trying a decision), forbid at once, and forbid after every decision was tried.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>

#include "terms/decide.h"
#include "terms/package.h"

namespace {

std::size_t allocated_bytes = 0;  // this program has one thread
std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  allocated_bytes += size;
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

using namespace proviso;

constexpr int kClauses = 100;

std::string Agreement() {
  std::string toml =
      "[agreement]\nname = \"bench\"\nversion = \"1\"\n[[party]]\nid = \"provider\"\n"
      "[[application]]\nid = \"desk\"\norganization = \"agency\"\nparty = \"provider\"\n"
      "[[approver_profile]]\nname = \"two\"\ncount = 2\n";
  for (int i = 0; i < 4; ++i) {
    const std::string person = "person-" + std::to_string(i);
    toml += "[[approver]]\nperson = \"" + person + "\"\nkey = \"" +
            keys::SigningKey::Generate(person)->verifier().Text() + "\"\n";
  }
  return toml;
}

/// One clause that needs people, one that no people satisfy, a permit, and forbids like those of a
/// contract: a purpose, a finding, a tool's effect.
std::string Clauses() {
  std::string text = R"(@id("p") permit (principal in Organization::"agency", action, resource);
@id("h") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 };
@id("n") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "never" } unless { context has decision && context.decision.count >= 9 };
)";
  for (int i = 3; i < kClauses; ++i) {
    text +=
        "@id(\"" + std::to_string(i) +
        "\") forbid (principal, action, resource) when { context has purpose && " +
        "context.purpose == UseCase::\"restricted-" + std::to_string(i) +
        "\" && context has ledger && context.ledger has persons_day && context.ledger.persons_day > 10 };\n";
  }
  return text;
}

const terms::Package& ThePackage() {
  static const auto package =
      terms::Package::FromFiles({{"agreement.toml", Agreement()}, {"clauses/a.cedar", Clauses()}}).value();
  return *package;
}

terms::Question QuestionWith(const char* purpose, const char* effect) {
  terms::Question question;
  question.act = terms::Act::kCallTool;
  question.application = "desk";
  question.organization = "agency";
  question.provider = "provider-a";
  question.model = "model-a";
  question.tool = "tool-a";
  question.facts.purpose = purpose;
  question.facts.effect = effect;
  question.facts.now_ms = 0;
  question.facts.input = terms::InputFromJson(R"({"asset": "asset-1", "zone": "north", "count": 3})").value();
  const auto persons = cedar::Value::Long(100);
  question.facts.others = {{"ledger", cedar::Value::FromRecord(cedar::Record({{"persons_day", persons}}))}};
  return question;
}

void Measure(benchmark::State& state, const char* purpose, const char* effect, terms::Outcome expected) {
  const terms::Package& package = ThePackage();
  const terms::Question question = QuestionWith(purpose, effect);
  if (terms::Decide(package, question).outcome != expected) {
    state.SkipWithError("the outcome is another");
    return;
  }
  const std::size_t bytes_before = allocated_bytes;
  const std::size_t allocations_before = allocations;
  for (auto _ : state) benchmark::DoNotOptimize(terms::Decide(package, question));
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["bytes"] = static_cast<double>(allocated_bytes - bytes_before) / iterations;
  state.counters["allocations"] = static_cast<double>(allocations - allocations_before) / iterations;
}

BENCHMARK_CAPTURE(Measure, permit, "translation", "observe", terms::Outcome::kPermit);
BENCHMARK_CAPTURE(Measure, hold, "translation", "engage", terms::Outcome::kHold);
BENCHMARK_CAPTURE(Measure, forbid, "restricted-50", "observe", terms::Outcome::kForbid);
BENCHMARK_CAPTURE(Measure, forbid_though_people_were_tried, "translation", "never", terms::Outcome::kForbid);

}  // namespace

BENCHMARK_MAIN();
