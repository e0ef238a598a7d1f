#include "terms/witness.h"

#include <gmock/gmock.h>

#include <random>

#include "terms/decide.h"
#include "terms/gateway_facts.h"
#include "terms/internal/package_for_tests.h"

namespace proviso::terms {
namespace {

using cedar::Value;
using internal::AgreementToml;
using internal::Engagement;
using internal::Generation;
using internal::LoadClauses;
using testing::ElementsAre;

constexpr std::string_view kFacts = R"(
[[fact]]
name = "determination"
type = "Determination"
asserted_by = "customer"
[[fact]]
name = "regions"
type = "Set<String>"
asserted_by = "provider"
[[fact]]
name = "share"
type = "decimal"
asserted_by = "ledger"
)";
constexpr std::string_view kSchema =
    "type Determination = { necessary?: Bool, by?: String };\n"
    "type Findings = { faces?: Long, weapons?: Long };\n"
    "type Input = { asset?: String, count?: Long };\n";

std::shared_ptr<const Package> Load(const std::string& clauses) {
  auto package = LoadClauses(clauses, AgreementToml() + std::string(kFacts),
                             {{"schema.cedarschema", std::string(kSchema)}});
  EXPECT_TRUE(package.has_value()) << package.error().message;
  return *package;
}

/// The case that a solver's model would be.
analysis::ConcreteCase CaseOf(const Question& question) {
  return {RequestOf(question, std::nullopt), EntitiesOf(question)};
}

Value RecordOf(std::vector<cedar::Attribute> members) {
  return Value::FromRecord(cedar::Record(std::move(members)));
}

/// A question with any facts of any act, by a seed.
class AnyQuestion {
 public:
  explicit AnyQuestion(std::uint32_t seed) : random_(seed) {}

  Question Make() {
    Question question;
    const Act acts[] = {Act::kGenerate, Act::kEmbed, Act::kCallTool, Act::kRelease, Act::kAdminister};
    question.act = acts[random_() % 5];
    question.application = question.act == Act::kAdminister ? "person-1" : Coin() ? "desk" : "bare";
    question.organization = question.act == Act::kAdminister ? "" : "agency";
    const bool is_call = question.act == Act::kCallTool;
    if (question.act != Act::kAdminister && (!is_call || Coin())) {
      question.model = Text();
      if (Coin()) question.provider = Text();
    }
    if (is_call) {
      question.tool = Text();
      if (Coin()) question.tool_server = Text();
    }
    AddFacts(question.facts, is_call);
    return question;
  }

 private:
  bool Coin() { return random_() % 2 == 0; }
  std::string Text() {
    const char* const texts[] = {"a", "look", "se/rver", "50%", "%2F", "%25/", "x y", "Ω"};
    return texts[random_() % 8];
  }
  void AddFacts(Facts& facts, bool is_call) {
    if (Coin()) facts.purpose = Coin() ? "translation" : "logistics";
    if (Coin()) facts.on_behalf_of = Text();
    if (Coin()) {
      facts.authority.emplace();
      facts.authority->kind = Text();
      if (Coin()) facts.authority->standing = AuthorityFact::Standing::kSigned;
      if (Coin()) facts.authority->issuer = "court";
      if (Coin()) facts.authority->reference = Text();
      if (Coin()) facts.authority->subject_cap = -3;
      if (Coin()) facts.authority->expires_ms = 1'767'225'600'001;
    }
    if (Coin()) facts.label = Text();
    if (Coin()) facts.enclave = Text();
    if (Coin()) facts.network = "";
    if (Coin()) facts.standing = "clear";
    if (is_call && Coin()) facts.effect = Text();
    if (Coin()) facts.tools = OfferedToolsFact{3, 1, {"engage", "observe"}};
    if (Coin())
      facts.decision = DecisionBy(
          internal::LoadClauses("@id(\"1\") permit (principal, action, resource);").value()->agreement(), {});
    if (is_call && Coin()) facts.input = RecordOf({{"asset", Value::String(Text())}});
    if (Coin()) facts.now_ms = 1'767'225'600'123;
    if (Coin()) facts.others.push_back({"regions", Value::FromElements({Value::String(Text())})});
    if (Coin()) facts.others.push_back({"determination", RecordOf({{"necessary", Value::Bool(Coin())}})});
  }

  std::mt19937 random_;
};

TEST(QuestionOf, IsTheInverseOfWhatClausesRead) {
  const auto package = Load("@id(\"1\") permit (principal, action, resource);");
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const analysis::ConcreteCase from = CaseOf(AnyQuestion(seed).Make());
    const auto question = QuestionOf(from, *package);
    ASSERT_TRUE(question.has_value()) << question.error().message;
    const cedar::Request again = RequestOf(*question, std::nullopt);
    EXPECT_EQ(again.principal, from.request.principal) << seed;
    EXPECT_EQ(again.action, from.request.action) << seed;
    EXPECT_EQ(again.resource, from.request.resource) << seed;
    EXPECT_EQ(again.context, from.request.context) << seed;
    EXPECT_EQ(EntitiesOf(*question), from.entities) << seed;
  }
}

TEST(QuestionOf, RefusesAToolThatNoServerCanName) {
  const auto package = Load("@id(\"1\") permit (principal, action, resource);");
  analysis::ConcreteCase from = CaseOf(Engagement());
  from.request.resource = {"Tool", "50%"};
  const auto question = QuestionOf(from, *package);
  ASSERT_FALSE(question.has_value());
  EXPECT_EQ(question.error().message, "no tool is Tool::\"50%\": its name is not escaped");
}

TEST(QuestionOf, KeepsAFactThatNoMemberSaysExactly) {
  const auto package = Load("@id(\"1\") permit (principal, action, resource);");
  analysis::ConcreteCase from = CaseOf(Engagement());
  const Value odd =
      RecordOf({{"kind", Value::String("k")}, {"signed", Value::Bool(true)}, {"case", Value::String("")}});
  from.request.context = RecordOf({{"authority", odd}});
  const auto question = QuestionOf(from, *package);
  EXPECT_FALSE(question->facts.authority.has_value());
  EXPECT_EQ(RequestOf(*question, std::nullopt).context, from.request.context);
}

constexpr std::string_view kClauses = R"(
@id("1") permit (principal in Organization::"agency", action, resource) when { context has purpose || context has effect };
@id("2") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has determination && context.determination has necessary && !context.determination.necessary };
@id("3") forbid (principal, action == Action::"generate", resource)
when { context has findings && context.findings has faces && context.findings.faces > 700 };
@id("4") forbid (principal, action == Action::"embed", resource)
when { context has label && context.label like "secret*" && context has regions && context.regions.contains("north") };
@id("5") forbid (principal, action == Action::"release", resource)
when { context has now && context.now >= datetime("2026-03-01T09:00:00Z") };
@id("6") forbid (principal, action == Action::"embed", resource)
when { context has share && context.share.greaterThan(decimal("12.5")) };)";

/// With every fact there is, in ugly values.
Question Cluttered(Act act) {
  Question question = Engagement();
  question.act = act;
  question.application = "bare";
  question.provider = "xqz";
  question.model = "xq!\x7f";
  if (act != Act::kCallTool) {
    question.tool.clear();
    question.facts.effect.reset();
  }
  Facts& facts = question.facts;
  facts.purpose.reset();
  facts.label = "secretzzqqq";
  facts.network = "zz";
  facts.on_behalf_of = "q";
  facts.now_ms = 1'779'012'345'678;
  facts.others = {
      {"findings", RecordOf({{"faces", Value::Long(918)}, {"weapons", Value::Long(3)}})},
      {"determination", RecordOf({{"by", Value::String("zq")}, {"necessary", Value::Bool(false)}})},
      {"regions", Value::FromElements({Value::String("north"), Value::String("q")})},
      {"share", Value::FromDecimal(cedar::Decimal{9'876'543})}};
  if (act != Act::kCallTool) facts.purpose = std::nullopt;
  return question;
}

/// All but a time that does not matter.
std::string Shown(Question question) {
  if (question.facts.now_ms == 1'767'225'600'000) question.facts.now_ms.reset();
  return question.application + "|" + question.model + "|" + question.provider + "|" + question.tool + "|" +
         ContextOf(question).Text();
}

TEST(Minimise, LeavesWhatMattersAndMakesItPlain) {
  const auto package = Load(std::string(kClauses));
  const auto same_clauses = [&](const std::string& ids) {
    return [&package, ids](const Question& q) { return internal::Ids(Decide(*package, q).clauses) == ids; };
  };
  struct Row {
    Act act;
    std::string clauses;
    std::string shown;
  };
  const Package* const packages[] = {package.get()};
  const Row rows[] = {
      {Act::kCallTool, "1", "desk|||look|{\"effect\": \"observe\"}"},
      {Act::kGenerate, "3", "desk|model-a|||{\"findings\": {\"faces\": 701}, \"model\": Model::\"model-a\"}"},
      {Act::kEmbed, "4 6",
       "desk|model-a|||{\"label\": \"secret\", \"model\": Model::\"model-a\", \"regions\": [\"north\"], "
       "\"share\": decimal(\"12.5001\")}"},
      {Act::kRelease, "5",
       "desk|model-a|||{\"model\": Model::\"model-a\", \"now\": datetime(\"2026-03-02T00:00:00.000Z\")}"},
  };
  for (const Row& row : rows) {
    const Question from = Cluttered(row.act);
    ASSERT_TRUE(same_clauses(row.clauses)(from)) << internal::Ids(Decide(*package, from).clauses);
    const GatewayFacts gateway(*package, row.act, FactsThatMatter(packages));
    ASSERT_EQ(gateway.FirstNotMet(from), nullptr) << gateway.FirstNotMet(from)->why;
    const Question small = Minimise(from, *package, same_clauses(row.clauses));
    EXPECT_EQ(Shown(small), row.shown);
    EXPECT_EQ(Shown(Minimise(small, *package, same_clauses(row.clauses))), row.shown) << "not stable";
  }
}

TEST(Minimise, KeepsWhatTheOutcomeNeeds) {
  const auto package = Load(std::string(kClauses));
  Question from = Cluttered(Act::kCallTool);
  const auto engages = [&](const Question& q) {
    return q.facts.effect == "engage" && Decide(*package, q).outcome == Outcome::kPermit;
  };
  ASSERT_TRUE(engages(from));
  EXPECT_EQ(Shown(Minimise(from, *package, engages)),
            "desk|||assign|{\"determination\": {\"necessary\": false}, \"effect\": \"engage\"}");
}

TEST(Minimise, ShortensATextThatNoClauseHas) {
  const auto package = Load("@id(\"1\") permit (principal, action, resource);");
  Question from = Generation();
  from.facts.label = "zzzzzzzzzQzzzzzzΩzz";
  const auto has_omega = [](const Question& q) {
    return q.facts.label && q.facts.label->contains("Ω") && q.facts.label->size() > 3;
  };
  EXPECT_EQ(Minimise(from, *package, has_omega).facts.label, "Ωaa");
}

TEST(Minimise, NeverMakesAQuestionThatNoGatewayPuts) {
  const auto package = Load("@id(\"1\") permit (principal, action, resource);");
  Question from = Generation();
  from.facts.tools = OfferedToolsFact{9, 4, {"engage", "observe"}};
  const auto offers = [](const Question& q) { return q.facts.tools && q.facts.tools->uncatalogued > 0; };
  const Question small = Minimise(from, *package, offers);
  EXPECT_EQ(small.facts.tools->offered, 1);
  EXPECT_EQ(small.facts.tools->uncatalogued, 1);
  EXPECT_TRUE(small.facts.tools->effects.empty());
}

TEST(MinimisePair, DiffersOnlyInWhatThePartyMustChange) {
  const auto package = Load(std::string(kClauses));
  const Question after = Cluttered(Act::kCallTool);
  Question before = after;
  before.facts.others[1].value = RecordOf({{"by", Value::String("w")}, {"necessary", Value::Bool(true)}});
  before.facts.others[2].value = Value::FromElements({});
  const std::vector<std::string> free{"determination", "regions"};
  const Package* const packages[] = {package.get()};
  const auto sets_aside = [&](const Question& a, const Question& b) {
    return Decide(*package, a).outcome != Outcome::kPermit && Decide(*package, b).outcome == Outcome::kPermit;
  };
  ASSERT_TRUE(sets_aside(before, after));
  const QuestionPair pair = MinimisePair({before, after}, free, packages, sets_aside);
  EXPECT_EQ(Shown(pair.first), "desk|||assign|{\"effect\": \"engage\"}");
  EXPECT_EQ(Shown(pair.second),
            "desk|||assign|{\"determination\": {\"necessary\": false}, \"effect\": \"engage\"}");
  EXPECT_THAT(FactsThatDiffer(pair.first, pair.second), ElementsAre("determination.necessary"));
}

TEST(FactsThatDiffer, NamesMembersOfRecords) {
  Question a = Generation();
  Question b = a;
  a.facts.authority = AuthorityFact{"k", AuthorityFact::Standing::kClaimed, "", "court", {}, {}};
  b.facts.authority = AuthorityFact{"k", AuthorityFact::Standing::kClaimed, "1", "", {}, {}};
  b.facts.label = "x";
  EXPECT_THAT(FactsThatDiffer(a, b), ElementsAre("authority.case", "authority.issuer", "label"));
  EXPECT_THAT(FactsThatDiffer(a, a), ElementsAre());
}

}  // namespace
}  // namespace proviso::terms
