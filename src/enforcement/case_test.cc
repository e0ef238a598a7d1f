#include "enforcement/case.h"

#include <gmock/gmock.h>

#include "enforcement/example_case_for_tests.h"
#include "enforcement/ruling.h"
#include "terms/authority.h"
#include "terms/limits.h"

namespace proviso::enforcement {
namespace {

using base::ErrorCode;
using internal::ExampleCall;
using internal::OpenExample;
using internal::OpenServerExample;

std::string Function(std::string_view name) {
  return R"({"type":"function","function":{"name":")" + std::string(name) + R"("}})";
}

TEST(Case, KnowsTheToolsOfTheCatalogueAndCountsTheOthers) {
  struct Row {
    const char* what;
    std::string tools;
    std::vector<std::string> known;
    std::int64_t uncatalogued;
  };
  const Row rows[] = {
      {"catalogued", "[" + Function("lookup") + "," + Function("engage") + "]", {"lookup", "engage"}, 0},
      {"unknown", "[" + Function("lookup") + "," + Function("Lookup") + "]", {"lookup"}, 1},
      {"offered twice", "[" + Function("engage") + "," + Function("engage") + "]", {}, 2},
      {"the provider's own", R"([{"type":"web_search_1"}])", {"web_search_1"}, 0},
      {"a function under the name of a provider's tool", "[" + Function("web_search_1") + "]", {}, 1},
      {"both", R"([{"type":"web_search_1"},)" + Function("web_search_1") + "]", {}, 2},
      {"a provider's kind that only the caller's catalogue has", R"([{"type":"lookup"}])", {}, 1},
  };
  for (const Row& row : rows) {
    const auto opened = OpenExample({.tools = row.tools});
    ASSERT_TRUE(opened) << opened.error().message;
    std::vector<std::string> known;
    for (const KnownTool& tool : opened->tools) known.push_back(tool.name);
    EXPECT_EQ(known, row.known) << row.what;
    ASSERT_TRUE(opened->facts.tools) << row.what;
    EXPECT_EQ(opened->facts.tools->uncatalogued, row.uncatalogued) << row.what;
  }
}

TEST(Case, HasNoToolFactWithoutTools) {
  EXPECT_FALSE(OpenExample({.tools = "[]"})->facts.tools);
}

TEST(Case, TakesWhatTheCallerMayDeclare) {
  const auto opened =
      OpenExample({.declarations = {"translation", "kind=warrant; case=1; issuer=court", "someone"}});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.purpose, "translation");
  EXPECT_EQ(opened->facts.on_behalf_of, "someone");
  EXPECT_EQ(opened->facts.authority->standing, terms::AuthorityFact::Standing::kClaimed);
}

TEST(Case, RefusesWhatTheCallerMayNotDeclare) {
  terms::AuthorityStatement statement;
  statement.authority.kind = "warrant";
  statement.authority.reference = "1";
  statement.authority.issuer = "court";
  statement.organization = "agency";
  const std::string forged = *terms::SignAuthority(statement, *keys::SigningKey::Generate("court"));
  statement.organization = "elsewhere";
  const std::string others = *terms::SignAuthority(statement, internal::CourtKey());
  const struct {
    const char* what;
    Declarations declarations;
  } refused[] = {
      {"a purpose not granted", {"other", {}, {}}},
      {"an authority for another organization", {{}, others, {}}},
      {"an authority that the issuer did not sign", {{}, forged, {}}},
  };
  for (const auto& row : refused) {
    const auto opened = OpenExample({.declarations = row.declarations});
    ASSERT_TRUE(opened) << row.what << ": " << opened.error().message;
    ASSERT_TRUE(opened->refused_declaration) << row.what;
    const terms::Decision decision = RuleRequest(*opened, std::nullopt);
    EXPECT_EQ(decision.outcome, terms::Outcome::kForbid) << row.what;
    EXPECT_EQ(decision.detail, *opened->refused_declaration) << row.what;
  }
}

TEST(Case, RefusesADeclarationThatCannotBeRead) {
  const struct {
    const char* what;
    Declarations declarations;
    ErrorCode code;
  } rows[] = {
      {"an authority of no form", {{}, "x", {}}, ErrorCode::kInvalid},
      {"a name beyond the limit",
       {{}, {}, std::string(terms::kDeclaredBytesMax + 1, 'x')},
       ErrorCode::kLimit},
  };
  for (const auto& row : rows) {
    const auto opened = OpenExample({.declarations = row.declarations});
    ASSERT_FALSE(opened) << row.what;
    EXPECT_EQ(opened.error().code, row.code) << row.what << ": " << opened.error().message;
  }
  EXPECT_TRUE(OpenExample({.declarations = {{}, {}, std::string(terms::kDeclaredBytesMax, 'x')}}));
}

TEST(Case, TakesFactsThatTheApplicationsPartyAsserts) {
  const auto opened = OpenExample({.declarations = {{}, {}, {}, R"({"label":"open"})"}});
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_EQ(opened->facts.others.size(), 1);
  EXPECT_EQ(opened->facts.others[0].name, "label");
  EXPECT_EQ(opened->facts.others[0].value, cedar::Value::String("open"));
}

TEST(Case, RefusesFactsThatAreNotTheCallersToAssert) {
  const auto opened = OpenExample({.declarations = {{}, {}, {}, R"({"ledger":{"persons_day":0}})"}});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->refused_declaration,
            "Proviso-Facts: ledger is asserted by ledger, and not by this application's party");
}

TEST(Case, RefusesFactsThatCannotBeRead) {
  const struct {
    const char* facts;
    const char* why;
  } rows[] = {
      {R"({"labl":"open"})", "Proviso-Facts: the agreement has no fact labl; did you mean label?"},
      {R"({"label":7})", "Proviso-Facts: label: must be a text in quotes"},
      {R"(["label"])", "Proviso-Facts: must be a JSON object of facts"},
      {R"({"purpose":"translation"})", "Proviso-Facts: purpose has a header of its own"},
  };
  for (const auto& row : rows) {
    const auto opened = OpenExample({.declarations = {{}, {}, {}, row.facts}});
    ASSERT_FALSE(opened) << row.facts;
    EXPECT_EQ(opened.error().message, row.why);
  }
  EXPECT_FALSE(OpenExample({.declarations = {{}, {}, {}, R"({"label":"a","label":"b"})"}}));
}

TEST(ToolCase, KnowsTheServersToolsByNameAndByThePinnedSchema) {
  const std::string pinned = R"({"type":"object"})";
  struct Row {
    const char* what;
    std::vector<protocol::OfferedTool> tools;
    std::vector<std::string> known;
  };
  const Row rows[] = {
      {"without a digest, by name", {{"count", "function", ""}}, {"count"}},
      {"without a digest, whatever its schema", {{"count", "function", "{}"}}, {"count"}},
      {"with a digest, by its schema", {{"order", "function", pinned}}, {"order"}},
      {"with another schema", {{"order", "function", R"({"type":"string"})"}}, {}},
      {"with no schema that is known", {{"order", "function", ""}}, {}},
      {"listed twice", {{"count", "function", ""}, {"count", "function", ""}}, {}},
      {"of the caller, not of this server", {{"lookup", "function", ""}}, {}},
      {"not catalogued", {{"other", "function", ""}}, {}},
  };
  for (const Row& row : rows) {
    const auto opened = OpenServerExample(row.tools);
    ASSERT_TRUE(opened) << opened.error().message;
    std::vector<std::string> known;
    for (const KnownTool& tool : opened->tools) known.push_back(tool.name);
    EXPECT_EQ(known, row.known) << row.what;
  }
}

TEST(ToolCase, StandsOnItsServerEvenWhenTheToolIsNotCatalogued) {
  const auto opened = OpenServerExample({});
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->tool_server, "stock");
  EXPECT_EQ(opened->dialect, "mcp");
  EXPECT_EQ(opened->target.provider, "stock");
  EXPECT_FALSE(opened->facts.tools);
  // "lookup" is catalogued for the application itself, and that says nothing of this server's tool.
  EXPECT_EQ(RuleCall(*opened, ExampleCall("lookup"), std::nullopt).outcome, terms::Outcome::kForbid);
}

}  // namespace
}  // namespace proviso::enforcement
