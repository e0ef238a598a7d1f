#include "terms/package.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "keys/digest.h"
#include "terms/internal/package_for_tests.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using internal::AgreementToml;
using internal::LoadClauses;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kPermitAll = R"(@id("1") permit (principal, action, resource);)";

std::string ErrorOf(const base::Result<std::shared_ptr<const Package>>& package) {
  return package ? "" : package.error().message;
}

TEST(Package, KeepsItsClausesInTheOrderOfItsFiles) {
  const auto package = LoadClauses(std::string(kPermitAll), AgreementToml(),
                                   {{"clauses/0.cedar", R"(@id("2") forbid (principal, action, resource);
                                      @id("3") @modality("should") forbid (principal, action, resource);)"}});
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_EQ(internal::Ids((*package)->clauses()), "2 3 1");
  EXPECT_THAT((*package)->deciding().policies(), SizeIs(2));
  EXPECT_THAT((*package)->advising().policies(), SizeIs(1));
}

struct Refusal {
  std::string fact;
  std::string clauses;
  std::vector<PackageFile> more;
  std::string error;
};

void CheckRefusals(const std::vector<Refusal>& rows) {
  for (const Refusal& row : rows) {
    const auto package = LoadClauses(row.clauses, AgreementToml(), row.more);
    EXPECT_THAT(ErrorOf(package), HasSubstr(row.error)) << row.fact;
  }
}

TEST(Package, RefusesEachThingThatIsWrongInItsClauses) {
  const std::string permit(kPermitAll);
  CheckRefusals(
      {{"no clause", "", {}, "clauses/: no clause"},
       {"broken syntax", permit + "permit (principal, action);", {}, "clauses/a.cedar:1:"},
       {"a number twice in one file",
        permit + "\n" + permit,
        {},
        "clauses/a.cedar:2: clause 1 stands already at clauses/a.cedar:1"},
       {"a number twice in two files",
        permit,
        {{"clauses/b.cedar", permit}},
        "clauses/b.cedar:1: clause 1 stands already at clauses/a.cedar:1"},
       {"a number that decides and advises",
        permit,
        {{"clauses/b.cedar", R"(@id("1") @modality("should") permit (principal, action, resource);)"}},
        "clauses/b.cedar:1: clause 1 stands already"},
       {"a slot",
        permit + R"(@id("2") permit (principal == ?principal, action, resource);)",
        {},
        "a clause with a slot decides nothing"},
       {"no number", "permit (principal, action, resource);", {}, "a clause needs a number"},
       {"another modality",
        R"(@id("1") @modality("may") permit (principal, action, resource);)",
        {},
        R"(@modality("may") must be)"},
       {"a fact without a source",
        permit + R"(@id("2") forbid (principal, action, resource)
              when { context has purpse };)",
        {},
        "clause 2 reads context.purpse, a fact that nobody declared "
        "a source for; did you mean purpose?"},
       {"a fact without a source in advice",
        permit + R"(@id("2") @modality("should") forbid (principal, action, resource)
              when { context has weather_in_the_zone };)",
        {},
        "add it to agreement.toml as [[fact]]"},
       {"context as a whole",
        permit + R"(@id("2") forbid (principal, action, resource)
              when { {c: context}.c.decision.count > 1 };)",
        {},
        "reads context as a whole"},
       {"a type that the schema does not have",
        permit + R"(@id("2") forbid (principal is Agnet, action, resource);)",
        {},
        "clauses/a.cedar:1:64: error: policy `2`: the schema has no entity type `Agnet`"},
       {"a comparison that is never true",
        permit + R"(@id("2") forbid (principal, action, resource)
              when { context has purpose && context.purpose == 7 };)",
        {},
        "both sides of `==` are of types that do not go together"},
       {"what a record does not have",
        permit + R"(@id("2") @modality("should") forbid (principal, action, resource)
              when { context.authority.knid == "warrant" };)",
        {},
        "`context.authority` has no attribute `knid`; did you mean `kind`?"}});
}

TEST(Package, TakesAClauseThatReadsWhatNeedNotBeThere) {
  // Where the label is absent the first clause forbids, and the second does not permit.
  const auto package =
      LoadClauses(R"(@id("1") forbid (principal, action, resource) when { context.label == "secret" };
    @id("2") permit (principal, action, resource) when { context.authority.kind == "warrant" };)");
  EXPECT_TRUE(package.has_value()) << ErrorOf(package);
}

TEST(Package, RefusesEachThingThatIsWrongInItsOtherFiles) {
  const std::string permit(kPermitAll);
  CheckRefusals(
      {{"a broken schema", permit, {{"schema.cedarschema", "entity;"}}, "schema"},
       {"a schema that names nothing", permit, {{"schema.cedarschema", "entity Zone in [Area];"}}, "Area"},
       {"broken entities", permit, {{"entities.json", "[{}]"}}, "entities.json"},
       {"entities in a circle",
        permit,
        {{"entities.json",
          R"([{"uid": {"type": "UseCase", "id": "a"}, "attrs": {}, "parents": [{"type": "UseCase", "id": "b"}]},
                  {"uid": {"type": "UseCase", "id": "b"}, "attrs": {}, "parents": [{"type": "UseCase", "id": "a"}]}])"}},
        "its own ancestor"},
       {"a misspelt directory", permit, {{"clause/b.cedar", permit}}, "clause/b.cedar: not a part"},
       {"a clause at the top", permit, {{"b.cedar", permit}}, "b.cedar: not a part"},
       {"a file given twice",
        permit,
        {{"clauses/a.cedar", permit}},
        "clauses/a.cedar: the file is given twice"},
       {"a broken example", permit, {{"examples/a.toml", "[[example"}}, "examples/a.toml:1"},
       {"an example that cannot be read",
        permit,
        {{"examples/a.toml", "[[example]]\nname = \"x\""}},
        "examples/a.toml: example[0].application: is missing"}});
}

TEST(Package, ReportsEverythingThatIsWrongAtOnce) {
  const auto package = LoadClauses("permit (principal, action, resource);", "[agreement]\nname = \"x\"\n",
                                   {{"entities.json", "{"}, {"other.cedar", ""}});
  EXPECT_THAT(ErrorOf(package),
              AllOf(HasSubstr("agreement.version: is missing"), HasSubstr("names its parties"),
                    HasSubstr("needs a number"), HasSubstr("entities.json"), HasSubstr("other.cedar")));
}

TEST(Package, RefusesAFactThatIsBuiltInWithAType) {
  const auto with_fact = [](const std::string& fact) {
    return ErrorOf(LoadClauses(std::string(kPermitAll), AgreementToml() + "[[fact]]\n" + fact));
  };
  EXPECT_EQ(with_fact("name = \"label\"\nasserted_by = \"provider\""), "");
  EXPECT_EQ(with_fact("name = \"consent\"\ntype = \"Bool\"\nasserted_by = \"court\""), "");
  EXPECT_THAT(with_fact("name = \"label\"\ntype = \"String\"\nasserted_by = \"provider\""),
              HasSubstr("fact label is built in"));
  EXPECT_THAT(with_fact("name = \"consent\"\nasserted_by = \"provider\""), HasSubstr("needs a type"));
  EXPECT_THAT(with_fact("name = \"consent\"\ntype = \"Boll\"\nasserted_by = \"court\""), HasSubstr("Boll"));
}

TEST(Package, WritesEachFactsSourceIntoItsSchema) {
  const auto package =
      LoadClauses(std::string(kPermitAll),
                  AgreementToml() +
                      "[[fact]]\nname = \"label\"\nasserted_by = \"court\"\n"
                      "[[fact]]\nname = \"consent\"\ntype = \"Bool\"\nasserted_by = \"customer\"\n");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  const cedar::ActionDeclaration* generate =
      (*package)->schema().FindAction(cedar::EntityUid("Action", "generate"));
  ASSERT_NE(generate, nullptr);
  for (const auto& [fact, source] : std::vector<std::pair<std::string, std::string>>{
           {"label", "court"}, {"consent", "customer"}, {"purpose", "party"}, {"decision", "person"}}) {
    EXPECT_EQ(generate->context->FindAttribute(fact)->FindAnnotation("asserted_by"), source) << fact;
  }
}

TEST(Package, HasTheDigestThatSha256sumMakes) {
  const auto package = LoadClauses("@id(\"1\") permit (principal, action, resource);");
  ASSERT_TRUE(package.has_value()) << package.error().message;
  const auto line = [](std::string_view content, std::string_view path) {
    return base::ToHex(keys::Sha256(content)) + "  " + std::string(path) + "\n";
  };
  const std::string lines = line(AgreementToml(), "agreement.toml") +
                            line("@id(\"1\") permit (principal, action, resource);", "clauses/a.cedar");
  EXPECT_EQ((*package)->DigestText(), "sha256:" + base::ToHex(keys::Sha256(lines)));
}

TEST(Package, HoldsItsLimitsToTheEdge) {
  std::string clauses;
  for (std::size_t i = 0; i < kClausesMax; ++i)
    clauses += "@id(\"" + std::to_string(i) + "\") permit (principal, action, resource);\n";
  EXPECT_EQ(ErrorOf(LoadClauses(clauses)), "");
  EXPECT_THAT(ErrorOf(LoadClauses(clauses + "@id(\"x\") permit (principal, action, resource);")),
              HasSubstr("more than 5000 clauses"));
  std::vector<PackageFile> files(kPackageFilesMax - 2, PackageFile{"", ""});
  for (std::size_t i = 0; i < files.size(); ++i) files[i].path = "examples/" + std::to_string(i) + ".toml";
  EXPECT_EQ(ErrorOf(LoadClauses(std::string(kPermitAll), AgreementToml(), files)), "");
  files.push_back({"examples/one-more.toml", ""});
  EXPECT_THAT(ErrorOf(LoadClauses(std::string(kPermitAll), AgreementToml(), files)), HasSubstr("1000 files"));
  const PackageFile large{"examples/large.toml", std::string(kPackageBytesMax, '\n')};
  EXPECT_THAT(ErrorOf(LoadClauses(std::string(kPermitAll), AgreementToml(), {large})),
              HasSubstr("bytes in all"));
}

class PackageDirectory : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory_);
    Write("agreement.toml", AgreementToml());
    Write("clauses/a.cedar", std::string(kPermitAll));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void Write(const std::string& path, const std::string& content) const {
    std::filesystem::create_directories((directory_ / path).parent_path());
    std::ofstream(directory_ / path) << content;
  }

  std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) / (std::to_string(getpid()) + "-proviso-terms-package");
};

TEST_F(PackageDirectory, LoadsAsItsFilesDo) {
  Write("README.md", "not a part");
  const auto loaded = Package::Load(directory_);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ((*loaded)->DigestText(), (*LoadClauses(std::string(kPermitAll)))->DigestText());
}

TEST_F(PackageDirectory, IsRefusedWholeAndByName) {
  Write("clauses/b.cedar", "permit");
  EXPECT_THAT(ErrorOf(Package::Load(directory_)),
              AllOf(HasSubstr("proviso-terms-package is refused:\n"), HasSubstr("clauses/b.cedar:1")));
  Write("clauses/b.cedar", std::string(kPackageFileBytesMax + 1, '\n'));
  EXPECT_EQ(Package::Load(directory_).error().code, base::ErrorCode::kLimit);
  EXPECT_EQ(Package::Load(directory_ / "absent").error().code, base::ErrorCode::kIo);
}

}  // namespace
}  // namespace proviso::terms
