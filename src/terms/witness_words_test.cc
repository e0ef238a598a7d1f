#include "terms/witness_words.h"

#include <gmock/gmock.h>

#include "base/toml.h"
#include "terms/decide.h"
#include "terms/internal/package_for_tests.h"
#include "terms/worked_request.h"

namespace proviso::terms {
namespace {

using cedar::Value;
using internal::AgreementToml;
using internal::Engagement;
using internal::Generation;
using internal::LoadClauses;

constexpr std::string_view kMore = R"(
[[fact]]
name = "determination"
type = "Determination"
asserted_by = "customer"
[[fact]]
name = "share"
type = "decimal"
asserted_by = "ledger"
[[fact]]
name = "until"
type = "datetime"
asserted_by = "court"
[[fact]]
name = "regions"
type = "Set<Organization>"
asserted_by = "provider"
[[fact]]
name = "pause"
type = "duration"
asserted_by = "provider"
[[fact]]
name = "from"
type = "ipaddr"
asserted_by = "gateway"
)";
constexpr std::string_view kSchema =
    "type Determination = { necessary?: Bool };\ntype Findings = { faces?: Long, \"a b\"?: Long };\n"
    "type Input = { asset?: String, depth?: decimal };\n";
constexpr std::string_view kClauses = R"(
@id("1") permit (principal, action, resource) when { context has purpose || context has effect };
@id("2") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 }
unless { context has determination && context.determination has necessary && !context.determination.necessary };
@id("3") forbid (principal, action == Action::"generate", resource)
when { context has on_behalf_of } unless { context has authority && context.authority.signed };)";

class WitnessWords : public testing::Test {
 protected:
  static Value Members(std::vector<cedar::Attribute> members) {
    return Value::FromRecord(cedar::Record(std::move(members)));
  }
  /// What the TOML reads back to.
  [[nodiscard]] WorkedRequest ReadBack(const std::string& toml) const {
    const auto json = base::TomlToJson(toml, "witness.toml");
    EXPECT_TRUE(json.has_value()) << json.error().message << "\n" << toml;
    const auto document = base::JsonDocument::Parse(*json);
    EXPECT_TRUE(document.has_value()) << document.error().message << "\n" << *json;
    std::vector<std::string> errors;
    base::Fields table(document->root(), "", errors);
    WorkedRequest request = ReadWorkedRequest(table, package_->agreement(), package_->schema(), errors);
    table.RefuseOthers();
    EXPECT_THAT(errors, testing::IsEmpty()) << toml;
    return request;
  }
  std::shared_ptr<const Package> package_ =
      LoadClauses(std::string(kClauses), AgreementToml() + std::string(kMore),
                  {{"schema.cedarschema", std::string(kSchema)}})
          .value();
};

/// With a fact of every kind.
Question Everything() {
  Question question = Engagement();
  question.tool_server = "field";
  question.facts.effect = "modify";
  Facts& facts = question.facts;
  facts.on_behalf_of = "two words";
  facts.authority =
      AuthorityFact{"order", AuthorityFact::Standing::kSigned, "17-204", "court", 5, 1'767'225'600'000};
  facts.label = "line\nbreak\x7f\x1b[2J \xe2\x80\xae \"q\" \\";
  facts.enclave = "north";
  facts.network = "";
  facts.standing = "clear";
  facts.tools = OfferedToolsFact{2, 1, {"engage"}};
  facts.now_ms = 1'767'225'600'123;
  facts.input = Value::FromRecord(
      cedar::Record({{"asset", Value::String("a\x01")},
                     {"depth", Value::FromDecimal(cedar::Decimal::Parse("12.3457").value())}}));
  const auto members = [](std::vector<cedar::Attribute> all) {
    return Value::FromRecord(cedar::Record(std::move(all)));
  };
  facts.others = {{"findings", members({{"faces", Value::Long(-700)}, {"a b", Value::Long(1)}})},
                  {"determination", members({{"necessary", Value::Bool(true)}})},
                  {"share", Value::FromDecimal(cedar::Decimal::Parse("-0.5").value())},
                  {"until", Value::FromDatetime(cedar::Datetime{1'772'355'600'000})},
                  {"regions", Value::FromElements({Value::Entity({"Organization", "n"}),
                                                   Value::Entity({"Organization", "s"})})},
                  {"pause", Value::FromDuration(cedar::Duration{5'400'000})},
                  {"from", Value::FromIpAddress(cedar::IpAddress::Parse("10.0.0.0/8").value())}};
  return question;
}

TEST_F(WitnessWords, SayWhoAsksForWhatAndWhoAssertsIt) {
  Question question = Engagement();
  question.model.clear();
  question.provider.clear();
  question.facts.purpose.reset();
  question.facts.others = {{"determination", Members({{"necessary", Value::Bool(false)}})}};
  EXPECT_EQ(SentenceOf(*package_, question),
            "desk of agency calls assign; effect engage (the gateway observes it), "
            "determination.necessary false (customer alone asserts it), no decision by people.");
}

TEST_F(WitnessWords, SayAbsenceOnlyWhereAClauseConcernedLooksForIt) {
  Question question = Generation();
  EXPECT_EQ(SentenceOf(*package_, question),
            "desk of agency asks model-a of provider-a to generate; purpose translation (customer alone "
            "asserts it).");
  question.facts.on_behalf_of = "office";
  EXPECT_EQ(SentenceOf(*package_, question),
            "desk of agency asks model-a of provider-a to generate; on_behalf_of office, purpose translation "
            "(customer alone asserts them), no authority.");
  question.facts = {};
  EXPECT_EQ(SentenceOf(*package_, question),
            "desk of agency asks model-a of provider-a to generate; no effect, no purpose.");
}

TEST_F(WitnessWords, SayEveryKindOfFactSafelyOnATerminal) {
  EXPECT_EQ(
      SentenceOf(*package_, Everything()),
      "desk of agency calls assign of server field as model-a of provider-a proposes; "
      "effect modify, enclave north, from 10.0.0.0/8, input.asset \"a\\u0001\", input.depth 12.3457, network "
      "\"\", standing clear, tools.effects [engage], tools.offered 2, tools.uncatalogued 1 (the gateway "
      "observes them), findings.\"a b\" 1, findings.faces -700 (detectors find them), share -0.5 (the ledger "
      "counts it), a signed authority order, case 17-204, of court, for at most 5 people, until 2026-01-01, "
      "until 2026-03-01T09:00:00.000Z (court alone asserts them), determination.necessary true, label "
      "\"line\\nbreak\\u007f\\u001b[2J \\u202e \\\"q\\\" \\\\\", on_behalf_of \"two words\", purpose "
      "translation "
      "(customer alone asserts them), pause 5400000ms, regions [n, s] (provider alone asserts them).");
}

TEST_F(WitnessWords, ReadBackAsTheSameQuestion) {
  Question decided = Engagement();
  decided.facts.decision = DecisionBy(package_->agreement(), {"person-1", "person-2"});
  decided.facts.decision->match = DecisionFact::Match::kAnotherCall;
  Question offered_otherwise = Engagement();
  offered_otherwise.facts.effect.reset();
  Question elsewhere = Generation();
  elsewhere.organization = "else\"where";
  Question person;
  person.act = Act::kAdminister;
  person.application = "person-1";
  for (const Question& question :
       {Generation(), Engagement(), Everything(), decided, offered_otherwise, elsewhere, person}) {
    const std::string toml = WorkedRequestToml(*package_, question);
    const WorkedRequest again = ReadBack(toml);
    EXPECT_EQ(again.refusal, std::nullopt);
    EXPECT_EQ(RequestOf(again.question, std::nullopt).context, RequestOf(question, std::nullopt).context)
        << toml;
    EXPECT_EQ(EntitiesOf(again.question), EntitiesOf(question)) << toml;
    EXPECT_EQ(again.question.act, question.act);
  }
}

TEST_F(WitnessWords, AreTomlForPeople) {
  Question question = Engagement();
  question.facts.others = {{"determination", Members({{"necessary", Value::Bool(false)}})}};
  question.facts.input = Members({{"asset", Value::String("asset-1")}});
  EXPECT_EQ(WorkedRequestToml(*package_, question),
            "act = \"call_tool\"\n"
            "application = \"desk\"\n"
            "tool = \"assign\"\n"
            "model = \"model-a\"\n"
            "provider = \"provider-a\"\n"
            "[facts]\n"
            "determination = {necessary = false}\n"
            "effect = \"engage\"\n"
            "input = {asset = \"asset-1\"}\n"
            "purpose = \"translation\"\n");
}

TEST_F(WitnessWords, AreJsonForPrograms) {
  Question question = Engagement();
  question.facts.others = {{"determination", Members({{"necessary", Value::Bool(false)}})}};
  base::JsonWriter json;
  WriteQuestion(json, *package_, question);
  EXPECT_EQ(
      json.Take(),
      R"({"act":"call_tool","application":"desk","tool":"assign","model":"model-a","provider":"provider-a",)"
      R"("facts":{"determination":{"necessary":false},"effect":"engage","purpose":"translation"},)"
      R"("asserted_by":{"determination":"customer","effect":"gateway","purpose":"customer"}})");
}

}  // namespace
}  // namespace proviso::terms
