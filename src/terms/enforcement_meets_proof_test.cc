// What the analysis says of a request is what Decide says: for random small packages and random questions,
//   (a) a question's own values satisfy exactly the outcome that Decide gives, and
//   (b) every model of an outcome is a question that Decide gives this outcome.
// A few in every run; PROVISO_PROPERTY_ROUNDS sets how many.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "analysis/solver.h"
#include "cedar/print.h"
#include "terms/internal/inquiry.h"
#include "terms/internal/package_for_tests.h"
#include "terms/witness.h"

namespace proviso::terms {
namespace {

using analysis::Term;
using internal::AgreementToml;

/// Small random clauses over the facts of the tests' agreement: what is guarded, what is not, arithmetic at
/// the edge, sets, entities above entities, decisions.
class RandomClauses {
 public:
  explicit RandomClauses(unsigned seed) : random_(seed) {}

  std::string Clauses() {
    std::string text;
    const int count = Below(5) + 2;
    for (int i = 0; i < count; ++i) {
      text += "@id(\"" + std::to_string(i + 1) + "\") " + (Below(8) == 0 ? "@modality(\"should\") " : "") +
              (Below(2) == 0 ? "permit" : "forbid") + " (" + Scope() + ")" + Conditions() + ";\n";
    }
    return text;
  }

  Question AnyQuestion(const Package& package) {
    Question q;
    q.act = Pick<Act>({Act::kGenerate, Act::kCallTool, Act::kCallTool, Act::kEmbed});
    q.application = Pick<std::string>({"desk", "bare"});
    q.organization = "agency";
    q.model = Pick<std::string>({"model-a", "m"});
    q.provider = Pick<std::string>({"provider-a", "", "p"});
    q.facts.now_ms = Pick<std::int64_t>({1'790'000'000'000, 0, 253'402'300'799'998});
    if (q.application == "desk" && Below(2) == 0)
      q.facts.purpose = Pick<std::string>({"translation", "logistics"});
    if (Below(2) == 0) q.facts.label = Pick<std::string>({"secret", "open", ""});
    if (Below(2) == 0) q.facts.enclave = Pick<std::string>({"blue", "red"});
    if (Below(3) == 0) q.facts.standing = Pick<std::string>({"clear", "stayed"});
    if (Below(3) == 0)
      q.facts.authority = AuthorityFact{"order",      AuthorityFact::Standing::kClaimed,
                                        "17",         Pick<std::string>({"court", "", "x"}),
                                        std::nullopt, std::nullopt};
    if (Below(4) == 0)
      q.facts.authority =
          AuthorityFact{"order", AuthorityFact::Standing::kSigned, "", "court", Long(), std::nullopt};
    if (Below(3) == 0) AddLedger(q);
    if (Below(3) == 0)
      q.facts.decision =
          DecisionBy(package.agreement(),
                     Pick<std::vector<std::string>>({{"person-1"}, {"person-1", "person-2"}, {"person-3"}}));
    if (q.act == Act::kCallTool) AddCall(q);
    if (q.act == Act::kGenerate && Below(2) == 0)
      q.facts.tools = Pick<OfferedToolsFact>({{2, 1, {"observe"}}, {1, 0, {"engage"}}, {3, 3, {}}});
    return q;
  }

  int Below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

 private:
  template <typename T>
  T Pick(std::vector<T> from) {
    return from[static_cast<std::size_t>(Below(static_cast<int>(from.size())))];
  }

  std::int64_t Long() { return Pick<std::int64_t>({0, 1, 7, 100, INT64_MAX, INT64_MAX - 1}); }

  void AddLedger(Question& q) {
    std::vector<cedar::Attribute> ledger;
    if (Below(2) == 0) ledger.push_back({"persons_day", cedar::Value::Long(Long())});
    if (Below(2) == 0) ledger.push_back({"persons_week", cedar::Value::Long(Long())});
    q.facts.others.push_back({"ledger", cedar::Value::FromRecord(cedar::Record(std::move(ledger)))});
  }

  void AddCall(Question& q) {
    q.tool = Pick<std::string>({"look", "assign", "assign", "else"});
    if (q.tool == "assign" && Below(2) == 0) q.tool_server = "field";
    if (q.tool == "look") q.facts.effect = "observe";
    if (q.tool == "assign") q.facts.effect = q.tool_server.empty() ? "engage" : "modify";
    std::vector<cedar::Attribute> input;
    if (Below(2) == 0) input.push_back({"amount", cedar::Value::Long(Long())});
    if (Below(2) == 0) input.push_back({"to", cedar::Value::String(Pick<std::string>({"alpha", "a*b", ""}))});
    if (Below(2) == 0)
      input.push_back(
          {"tags", cedar::Value::FromElements({cedar::Value::String("x"), cedar::Value::String("y")})});
    q.facts.input = cedar::Value::FromRecord(cedar::Record(std::move(input)));
  }

  std::string Scope() {
    const std::string principal =
        Pick<std::string>({"principal", "principal", "principal == Application::\"desk\"",
                           "principal in Organization::\"agency\"", "principal is Application"});
    switch (Below(4)) {
      case 0:
        return principal + ", action == Action::\"call_tool\", " +
               Pick<std::string>(
                   {"resource", "resource == Tool::\"assign\"", "resource in ToolServer::\"field\""});
      case 1:
        return principal + ", action in [Action::\"generate\", Action::\"embed\"], " +
               Pick<std::string>({"resource", "resource == Model::\"m\"",
                                  "resource in Provider::\"provider-a\"", "resource in Enclave::\"blue\""});
      default:
        return principal + ", action, resource";
    }
  }

  std::string Conditions() {
    std::string text;
    const int count = Below(3);
    for (int i = 0; i < count; ++i)
      text += std::string(Below(3) == 0 ? " unless { " : " when { ") + Condition(2) + " }";
    return text;
  }

  std::string Condition(int depth) {
    if (depth > 0) {
      switch (Below(6)) {
        case 0:
          return "(" + Condition(depth - 1) + " && " + Condition(depth - 1) + ")";
        case 1:
          return "(" + Condition(depth - 1) + " || " + Condition(depth - 1) + ")";
        case 2:
          return "!(" + Condition(depth - 1) + ")";
        case 3:
          return "(if " + Condition(depth - 1) + " then " + Condition(depth - 1) + " else " +
                 Condition(depth - 1) + ")";
        default:
          break;
      }
    }
    return Atom();
  }

  std::string Number() {
    return Pick<std::string>(
        {"0", "1", "100", "9223372036854775807", "context.ledger.persons_day", "context.ledger.persons_week",
         "context.input.amount", "context.authority.subject_cap", "(context.ledger.persons_day + 1)",
         "(context.input.amount * 2)", "(context.ledger.persons_day - context.ledger.persons_week)",
         "context.tools.offered", "context.decision.count", "-(context.input.amount)"});
  }

  std::string Atom() {
    switch (Below(5)) {
      case 0:
        return Number() + Pick<std::string>({" < ", " <= ", " == ", " > "}) + Number();
      case 1:
        return "context has " +
               Pick<std::string>({"purpose", "label", "enclave", "authority", "ledger", "decision", "effect",
                                  "input", "tools", "standing", "model", "now"});
      case 2:
        return Pick<std::string>({"context.purpose == UseCase::\"logistics\"",
                                  "context.purpose in UseCase::\"work\"", "context.effect == \"engage\"",
                                  "context.label == \"secret\"", "context.standing == \"clear\"",
                                  "context.authority.signed", "context.authority.issuer == \"court\"",
                                  "context.decision.roles.contains(\"lawyer\")"});
      case 3:
        return Pick<std::string>(
            {"context.label like \"s*t\"", "context.input.to like \"a\\**\"",
             "context.input.tags.contains(\"x\")", "context.input.tags.containsAll([\"x\", \"z\"])",
             "context.tools.effects.containsAny([\"engage\", \"modify\"])", "context.tools.effects.isEmpty()",
             "context.model in Provider::\"provider-a\"", "context.enclave == Enclave::\"blue\"",
             "context.model in Enclave::\"red\""});
      default:
        return Pick<std::string>({"context.now < datetime(\"2026-06-01\")",
                                  "context.now.offset(duration(\"1d\")) > datetime(\"2026-06-01\")",
                                  "context.decision.approvers.contains(Person::\"person-1\")",
                                  "context.input has amount", "context.ledger has persons_day",
                                  "context.authority has case", "principal == Application::\"bare\"",
                                  "true"});
    }
  }

  std::mt19937 random_;
};

constexpr std::string_view kSchema = "type Input = { amount?: Long, to?: String, tags?: Set<String> };\n";
constexpr std::string_view kEntities =
    R"([{"uid":{"type":"UseCase","id":"logistics"},"attrs":{},"parents":[{"type":"UseCase","id":"work"}]}])";

std::shared_ptr<const Package> RandomPackage(RandomClauses& random) {
  auto package = internal::LoadClauses(
      random.Clauses(), AgreementToml(),
      {{"schema.cedarschema", std::string(kSchema)}, {"entities.json", std::string(kEntities)}});
  return package ? *package : nullptr;  // a random clause may not validate
}

/// The question's facts that matter, and its names, as the only ones that there are.
std::vector<Term> IsExactly(analysis::Terms& terms, const analysis::SymbolicRequest& symbolic,
                            const Question& question) {
  std::vector<Term> all;
  const cedar::Request request = RequestOf(question, std::nullopt);
  all.push_back(terms.Equal(symbolic.principal.term, analysis::EntityTerm(terms, request.principal)));
  all.push_back(terms.Equal(symbolic.resource.term, analysis::EntityTerm(terms, request.resource)));
  for (const analysis::SymbolicField& field : symbolic.context.fields) {
    const cedar::Value* value = request.context.AsRecord()->Find(field.name);
    all.push_back(terms.Equal(field.present, terms.Bool(value != nullptr)));
    if (value == nullptr) continue;
    all.push_back(
        analysis::EqualValues(terms, field.value, analysis::ConstantOf(terms, *value, field.value.type)));
  }
  const std::vector<cedar::Entity> entities = EntitiesOf(question);
  for (const analysis::LocalEntity& local : symbolic.locals) {
    for (const cedar::Entity& entity : entities) {
      if (entity.uid.type() != local.entity.type->entity_type) continue;
      for (const auto& parent : local.parents) {
        const auto held =
            std::ranges::find(entity.parents, parent.entity.type->entity_type, &cedar::EntityUid::type);
        all.push_back(terms.Equal(parent.present, terms.Bool(held != entity.parents.end())));
        if (held != entity.parents.end())
          all.push_back(terms.Equal(parent.entity.term, analysis::EntityTerm(terms, *held)));
      }
    }
  }
  return all;
}

class Agreeing : public ::testing::Test {
 protected:
  /// (a)
  void ExpectDecideAgrees(internal::Inquiry& inquiry, const Question& question) {
    ASSERT_EQ(inquiry.gateway().FirstNotMet(question), nullptr)
        << inquiry.gateway().FirstNotMet(question)->why << "\n"
        << RequestOf(question, std::nullopt).context.Text();
    const Decision decision = Decide(inquiry.package(), question);
    std::vector<Term> exactly = IsExactly(inquiry.terms(), inquiry.question()->request, question);
    for (const Outcome outcome : {Outcome::kPermit, Outcome::kHold, Outcome::kForbid}) {
      analysis::Query query{inquiry.question()->assumptions, {}};
      for (const Term term : inquiry.symbolic().Assumptions()) query.assertions.push_back(term);
      query.assertions.insert(query.assertions.end(), exactly.begin(), exactly.end());
      query.assertions.push_back(inquiry.outcomes()->Of(outcome));
      const auto answer = solver_.Ask(query);
      ASSERT_TRUE(answer) << answer.error().message;
      const auto expected =
          outcome == decision.outcome ? analysis::Answer::Kind::kSat : analysis::Answer::Kind::kUnsat;
      ASSERT_EQ(answer->kind, expected)
          << NameOf(outcome) << " where Decide says " << NameOf(decision.outcome) << "\n"
          << RequestOf(question, std::nullopt).context.Text() << "\n"
          << cedar::Print(inquiry.package().deciding());
    }
  }

  /// (b)
  void ExpectModelsAgree(internal::Inquiry& inquiry) {
    for (const Outcome outcome : {Outcome::kPermit, Outcome::kHold, Outcome::kForbid}) {
      const internal::Sought sought =
          inquiry.Seek(inquiry.outcomes()->Of(outcome),
                       [outcome](const internal::Evaluated& e) { return e.outcome() == outcome; });
      ASSERT_NE(sought.kind, internal::Sought::Kind::kUnknown) << sought.reason << "\n"
                                                               << cedar::Print(inquiry.package().deciding());
    }
  }

  analysis::Solver solver_{{.time_ms_max = 60'000}};
};

TEST_F(Agreeing, DecideAndTheAnalysisOnRandomPackages) {
  const char* const wished = std::getenv("PROVISO_PROPERTY_ROUNDS");
  const char* const seeded = std::getenv("PROVISO_PROPERTY_SEED");
  const int rounds = wished == nullptr ? 40 : std::atoi(wished);
  const unsigned first = seeded == nullptr ? 1 : static_cast<unsigned>(std::atoi(seeded));
  int packages = 0;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("seed " + std::to_string(first + static_cast<unsigned>(round)));
    RandomClauses random(first + static_cast<unsigned>(round));
    const auto package = RandomPackage(random);
    if (package == nullptr) continue;
    ++packages;
    internal::Common common{*package, solver_};
    for (const Act act : {Act::kGenerate, Act::kEmbed, Act::kCallTool}) static_cast<void>(common.known[act]);
    std::map<Act, std::unique_ptr<internal::Inquiry>> inquiries;
    for (int i = 0; i < 3; ++i) {
      const Question question = random.AnyQuestion(*package);
      auto& inquiry = inquiries[question.act];
      if (inquiry == nullptr) {
        inquiry = std::make_unique<internal::Inquiry>(common, question.act);
        ASSERT_TRUE(inquiry->outcomes()) << inquiry->outcomes().error().message;
        ExpectModelsAgree(*inquiry);
      }
      ExpectDecideAgrees(*inquiry, question);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(packages * 2, rounds) << "too few random packages validate";
}

}  // namespace
}  // namespace proviso::terms
