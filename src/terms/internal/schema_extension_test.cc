#include "terms/internal/schema_extension.h"

#include <gmock/gmock.h>

namespace proviso::terms::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SchemaExtension, TakesTheFactsOutAndLeavesTheRestWhereItStands) {
  const SchemaExtension read = ReadExtension(
      "entity Zone; // type Facts = { no?: Bool };\n"
      "@doc(\"what we add\") @again\ntype Facts = {\n"
      "  @asserted_by(\"customer: }\") zone?: Zone,\n  \"at\"?: { inner: Set<{deep?: Long}>, },\n};\n"
      "type Input = { asset?: String };\n");
  EXPECT_EQ(read.facts,
            "\n  @asserted_by(\"customer: }\") zone?: Zone,\n  \"at\"?: { inner: Set<{deep?: Long}>, },\n\n");
  EXPECT_THAT(read.fact_names, ElementsAre("zone", "at"));
  EXPECT_THAT(read.types, ElementsAre("Facts", "Input"));
  EXPECT_FALSE(read.text.contains("what we add"));
  EXPECT_TRUE(read.text.ends_with("\ntype Input = { asset?: String };\n"));
  EXPECT_EQ(std::ranges::count(read.text, '\n'), 7);
}

TEST(SchemaExtension, EndsTheFactsInACommaBeforeOthersFollow) {
  EXPECT_EQ(ReadExtension("type Facts = { a?: Bool };").facts, " a?: Bool ,\n");
  EXPECT_EQ(ReadExtension("type Facts = { a?: Bool // last\n};").facts, " a?: Bool // last\n,\n");
  EXPECT_EQ(ReadExtension("type Facts = {};").facts, "");
}

TEST(SchemaExtension, LeavesWhatIsNotThisRecordToTheSchemasReader) {
  for (const std::string text :
       {"", "type Facts = Other;", "type Facts = {", "type Facts = { a?: Bool", "type Facts = { a?: Bool }",
        "namespace N { type Facts = { a?: Bool }; }", "// type Facts = { a?: Bool };",
        "entity E { type: Bool };", "type Facts", "@x(\"type Facts = { a?: Bool };\") entity E;"}) {
    const SchemaExtension read = ReadExtension(text);
    EXPECT_EQ(read.text, text);
    EXPECT_EQ(read.facts, "") << text;
    EXPECT_THAT(read.fact_names, IsEmpty()) << text;
  }
}

TEST(SchemaExtension, LeavesASecondRecordOfFactsToBeRefused) {
  const SchemaExtension read = ReadExtension("type Facts = { a?: Bool };type Facts = { b?: Bool };");
  EXPECT_THAT(read.fact_names, ElementsAre("a"));
  EXPECT_TRUE(read.text.contains("type Facts = { b?: Bool };"));
}

}  // namespace
}  // namespace proviso::terms::internal
