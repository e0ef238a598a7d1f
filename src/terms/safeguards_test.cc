// What must hold whatever the clauses say, and the facts that an agreement's schema adds.
#include <gmock/gmock.h>

#include "terms/internal/package_for_tests.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using internal::Generation;
using internal::LoadClauses;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kPermitAll = "@id(\"1\") permit (principal, action, resource);\n";

base::Result<std::shared_ptr<const Package>> LoadSafeguards(const std::string& safeguards) {
  return LoadClauses(std::string(kPermitAll), AgreementToml(), {{"safeguards/a.cedar", safeguards}});
}

base::Result<std::shared_ptr<const Package>> LoadSchema(const std::string& schema,
                                                        const std::string& clauses = std::string(kPermitAll),
                                                        const std::string& toml = AgreementToml()) {
  return LoadClauses(clauses, toml, {{"schema.cedarschema", schema}});
}

std::string ErrorOf(const base::Result<std::shared_ptr<const Package>>& loaded) {
  return loaded ? "" : loaded.error().message;
}

TEST(Safeguards, AreNamedScopesThatDecideNothing) {
  const auto package = LoadSafeguards(R"(
@safeguard("no unattended engagement") @source("Section 4") @note("kind 17")
permit (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" && !(context has decision) };
@safeguard("nothing") @title("Nothing at all") permit (principal, action, resource);)");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  const Safeguard first{"no unattended engagement", "Section 4", "safeguards/a.cedar:2",
                        "no unattended engagement"};
  EXPECT_THAT(
      (*package)->safeguards(),
      testing::ElementsAre(first, Safeguard{"nothing", "", "safeguards/a.cedar:5", "Nothing at all"}));
  EXPECT_THAT((*package)->safeguard_policies().policies(), SizeIs(2));
  EXPECT_EQ((*package)->safeguard_policies().policies().front().id(), first.name);
  EXPECT_EQ(Decide(**package, Generation()).outcome, Outcome::kPermit);
}

TEST(Safeguards, AreRefusedForEachThingThatIsWrong) {
  const std::string all = "permit (principal, action, resource);";
  const std::string named = "@safeguard(\"a\") ";
  for (const auto& [text, error] : std::vector<std::pair<std::string, std::string>>{
           {all, "safeguards/a.cedar:1: a safeguard needs a name"},
           {"@safeguard " + all, "a safeguard needs a name"},
           {"@safeguard(\"a\\nb\") " + all, "must be one line"},
           {"@safeguard(\" a\") " + all, "without spaces around it"},
           {named + all + named + all, "safeguard a stands already at safeguards/a.cedar:1"},
           {"@safeguard(\"1\") " + all, "a clause has this as its number"},
           {named + "forbid (principal, action, resource);", "a safeguard is written as a permit"},
           {named + "@id(\"4\") " + all, "unknown annotation @id"},
           {named + "@modality(\"should\") " + all, "unknown annotation @modality"},
           {named + "permit (principal == ?principal, action, resource);", "a clause with a slot"},
           {named + "permit (principal, action, resource) when { context has wheather };",
            "safeguard a reads context.wheather, a fact that nobody declared a source for"},
           {named + "permit (principal, action, resource) when { context == {} };",
            "reads context as a whole"},
           {named +
                "permit (principal, action, resource) when { context has effect && context.effect == 1 };",
            "of types that do not go together"},
           {named + "permit (principal is Agnet, action, resource);", "no entity type `Agnet`"},
           {named + "permit (", "safeguards/a.cedar:1"}}) {
    EXPECT_THAT(ErrorOf(LoadSafeguards(text)), HasSubstr(error)) << text;
  }
}

TEST(Safeguards, HoldTheirLimitsToTheEdge) {
  const auto named = [](const std::string& name) {
    return "@safeguard(\"" + name + "\") permit (principal, action, resource);\n";
  };
  EXPECT_EQ(ErrorOf(LoadSafeguards(named(std::string(kSafeguardNameBytesMax, 'n')))), "");
  EXPECT_THAT(ErrorOf(LoadSafeguards(named(std::string(kSafeguardNameBytesMax + 1, 'n')))),
              HasSubstr("at most 128 bytes"));
  std::string many;
  for (std::size_t i = 0; i < kSafeguardsMax; ++i) many += named("s" + std::to_string(i));
  EXPECT_EQ(ErrorOf(LoadSafeguards(many)), "");
  EXPECT_THAT(ErrorOf(LoadSafeguards(many + named("x"))), HasSubstr("more than 1000 safeguards"));
}

constexpr std::string_view kExtension = R"(
entity Zone;
type Facts = {
  @asserted_by("customer") necessity?: { necessary: Bool, basis?: String },
  @asserted_by("court") zone?: Zone,
};)";

TEST(SchemaFacts, AreAddedWithTheirSource) {
  const auto package = LoadSchema(std::string(kExtension), R"(@id("1") permit (principal, action, resource)
    when { context has necessity.basis && context.necessity.basis == "x" && context has zone };)");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  for (const auto& [fact, source] :
       std::vector<std::pair<std::string, std::string>>{{"necessity", "customer"},
                                                        {"zone", "court"},
                                                        {"purpose", "party"},
                                                        {"findings", "detector"},
                                                        {"input", "gateway"},
                                                        {"decision", "person"},
                                                        {"determination", "party"},
                                                        {"nothing", ""}}) {
    EXPECT_EQ((*package)->AsserterOf(fact), source) << fact;
  }
}

TEST(SchemaFacts, MayHaveTheirSourceInTheAgreement) {
  const std::string source = "[[fact]]\nname = \"zone\"\nasserted_by = \"provider\"\n";
  const auto package =
      LoadSchema("type Facts = { zone?: Long };", std::string(kPermitAll), AgreementToml() + source);
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_EQ((*package)->AsserterOf("zone"), "provider");
}

TEST(SchemaFacts, MayGiveAWordOfTheVocabularyATypeOfItsOwn) {
  const auto by_schema = LoadSchema("type Facts = { @asserted_by(\"customer\") target?: String };");
  ASSERT_TRUE(by_schema.has_value()) << by_schema.error().message;
  EXPECT_EQ((*by_schema)->AsserterOf("target"), "customer");
  const auto by_fact = LoadClauses(
      std::string(kPermitAll),
      AgreementToml() +
          "[[fact]]\nname = \"target\"\ntype = \"{a: Bool, b?: Set<{c: Long}>}\"\nasserted_by = \"court\"\n");
  ASSERT_TRUE(by_fact.has_value()) << by_fact.error().message;
  EXPECT_EQ((*by_fact)->AsserterOf("target"), "court");
}

TEST(SchemaFacts, AreRefusedWithoutASourceOrWhereTheyWouldBeRequired) {
  const std::string zone = "[[fact]]\nname = \"zone\"\n";
  struct Row {
    std::string schema;
    std::string toml;
    std::string error;
  };
  for (const Row& row : std::vector<Row>{
           {"type Facts = { zone?: Long };", "", "fact zone: nobody declared who asserts it"},
           {"type Facts = { @asserted_by zone?: Long };", "", "fact zone: nobody declared who asserts it"},
           {"type Facts = { @asserted_by(\"custmer\") zone?: Long };", "", "did you mean customer?"},
           {"type Facts = { @asserted_by(\"court\") zone: Long };", "",
            "fact zone: must be optional (\"zone?\")"},
           {"type Facts = { @asserted_by(\"court\") zone?: Long };", zone + "asserted_by = \"customer\"",
            "name its source once"},
           {"type Facts = { @asserted_by(\"court\") zone?: Long };",
            zone + "type = \"Long\"\nasserted_by = \"court\"", "zone"},
           {"type Facts = { @asserted_by(\"party\") label?: Long };", "", "label"},
           {"type Facts = Other;", "", "Facts"}}) {
    EXPECT_THAT(ErrorOf(LoadSchema(row.schema, std::string(kPermitAll), AgreementToml() + row.toml)),
                HasSubstr(row.error))
        << row.schema << row.toml;
  }
}

}  // namespace
}  // namespace proviso::terms
