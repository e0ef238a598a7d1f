// Round trips through every format, over every policy, schema and entity of the project's shared cases.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "cedar/entities.h"
#include "cedar/format.h"
#include "cedar/internal/shared_cases_for_tests.h"
#include "cedar/parse.h"
#include "cedar/policy_json.h"
#include "cedar/print.h"
#include "cedar/schema_translate.h"

namespace proviso::cedar {
namespace {

namespace fs = std::filesystem;

/// The shared cases, unpacked for the tests of this file; empty where the archive is not.
class FormatsCorpus : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("proviso_formats_" + std::to_string(getpid()));
    fs::create_directories(folder_);
    if (!internal::UnpackSharedCases(folder_)) TearDownTestSuite();
  }
  static void TearDownTestSuite() {
    if (!folder_.empty()) fs::remove_all(folder_);
    folder_.clear();
  }
  void SetUp() override {
    if (folder_.empty()) GTEST_SKIP() << "the shared data is not here; set PROVISO_SHARED_DATA to its folder";
  }

  /// Calls `check(text, path)` for each file whose name ends so. Returns how many there were.
  template <typename Check>
  static std::size_t ForEach(std::string_view ending, Check check) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (!entry.path().string().ends_with(ending)) continue;
      const auto text = base::ReadFile(entry.path());
      EXPECT_TRUE(text);
      ++count;
      check(text.value_or(std::string()), entry.path().filename().string());
    }
    return count;
  }

  static fs::path folder_;
};
fs::path FormatsCorpus::folder_;

TEST_F(FormatsCorpus, PoliciesComeBackFromJson) {
  const auto count = ForEach(".cedar", [](const std::string& text, const std::string& name) {
    const auto policies = ParsePolicies(text, name);
    if (!policies) return;
    const auto json = ToJson(*policies);
    ASSERT_TRUE(json) << name << json.error().message;
    const auto again = PoliciesFromJson(*json, name);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*ToJson(*again), *json) << name;
    EXPECT_EQ(again->policies().size(), policies->policies().size()) << name;
  });
  EXPECT_GT(count, 1'000U);
}

TEST_F(FormatsCorpus, PoliciesAreFormattedOnce) {
  ForEach(".cedar", [](const std::string& text, const std::string& name) {
    if (!ParsePolicies(text, name)) return;
    const auto formatted = FormatPolicies(text, name, {});
    ASSERT_TRUE(formatted) << formatted.error().message;
    EXPECT_EQ(*FormatPolicies(*formatted, name, {}), *formatted) << name;
  });
}

TEST_F(FormatsCorpus, SchemasComeBackFromJson) {
  const auto count = ForEach(".cedarschema", [](const std::string& text, const std::string& name) {
    const auto json = SchemaTextToJson(text, name);
    if (!json) return;
    const auto again = SchemaJsonToText(*json, name);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*SchemaTextToJson(*again, name), *json);
  });
  EXPECT_GT(count, 1'000U);
}

TEST_F(FormatsCorpus, EntitiesComeBackFromJson) {
  const auto count = ForEach(".entities.json", [](const std::string& text, const std::string& name) {
    const auto entities = EntitiesFromJson(text, name, nullptr);
    ASSERT_TRUE(entities) << entities.error().message;
    const auto json = EntitiesToJson(*entities);
    ASSERT_TRUE(json) << name << json.error().message;
    const auto again = EntitiesFromJson(*json, name, nullptr);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(std::ranges::equal(entities->Sorted(), again->Sorted(), [](const Entity* a, const Entity* b) {
      return *a == *b;
    })) << name;
  });
  EXPECT_GT(count, 1'000U);
}

}  // namespace
}  // namespace proviso::cedar
