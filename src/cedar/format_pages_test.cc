// The examples of docs/formats/cedar-*.md, recomputed.
#include <gtest/gtest.h>

#include "base/canonical_json.h"
#include "base/file.h"
#include "cedar/entities.h"
#include "cedar/format.h"
#include "cedar/parse.h"
#include "cedar/policy_json.h"
#include "cedar/schema_translate.h"

namespace proviso::cedar {
namespace {

/// The fenced blocks of a page in one language, in order.
std::vector<std::string> Blocks(const std::string& page, const std::string& language) {
  const auto text = base::ReadFile(std::string(PROVISO_SOURCE_DIR) + "/docs/formats/" + page);
  EXPECT_TRUE(text) << page;
  std::vector<std::string> blocks;
  const std::string fence = "\n```" + language + "\n";
  for (std::size_t at = text->find(fence); at != std::string::npos; at = text->find(fence, at)) {
    at += fence.size();
    blocks.push_back(text->substr(at, text->find("\n```\n", at) + 1 - at));
  }
  return blocks;
}

/// JSON without its layout and with its keys in order, so that a page may show it as it likes.
std::string Canonical(const std::string& json) {
  const auto document = base::JsonDocument::Parse(json);
  EXPECT_TRUE(document) << document.error().message;
  return document ? base::CanonicalJson(document->root()) : "";
}

TEST(FormatPages, ShowPoliciesAsTheyAreFormattedAndInJson) {
  const auto texts = Blocks("cedar-policies.md", "cedar");
  const auto jsons = Blocks("cedar-policies.md", "json");
  ASSERT_EQ(texts.size(), 1U);
  ASSERT_EQ(jsons.size(), 1U);
  EXPECT_EQ(FormatPolicies(texts[0], "page", {}).value_or(""), texts[0]);
  const auto policies = ParsePolicies(texts[0], "page");
  ASSERT_TRUE(policies) << policies.error().message;
  EXPECT_EQ(Canonical(*ToJson(*policies)), Canonical(jsons[0]));
}

TEST(FormatPages, ShowASchemaInTextAndInJson) {
  const auto texts = Blocks("cedar-schemas.md", "cedarschema");
  const auto jsons = Blocks("cedar-schemas.md", "json");
  ASSERT_EQ(texts.size(), 1U);
  ASSERT_EQ(jsons.size(), 1U);
  const auto json = SchemaTextToJson(texts[0], "page");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(Canonical(*json), Canonical(jsons[0]));
}

TEST(FormatPages, ShowEntitiesAsTheyAreReadAndWritten) {
  const auto schemas = Blocks("cedar-entities.md", "cedarschema");
  const auto jsons = Blocks("cedar-entities.md", "json");
  ASSERT_EQ(schemas.size(), 1U);
  ASSERT_EQ(jsons.size(), 2U);
  const auto schema = Schema::Parse(schemas[0], "page");
  ASSERT_TRUE(schema) << schema.error().message;
  const auto entities = EntitiesFromJson(jsons[0], "page", &*schema);
  ASSERT_TRUE(entities) << entities.error().message;
  EXPECT_EQ(Canonical(*EntitiesToJson(*entities)), Canonical(jsons[1]));
}

}  // namespace
}  // namespace proviso::cedar
