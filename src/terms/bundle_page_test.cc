// The worked example of docs/formats/bundle.md, recomputed. UPDATE_GOLDEN=1 rewrites it there, and the
// bundle.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/clock.h"
#include "base/file.h"
#include "terms/quorum.h"

namespace proviso::terms {
namespace {

constexpr std::string_view kPage = PROVISO_SOURCE_DIR "/docs/formats/bundle.md";
constexpr std::string_view kDirectory = PROVISO_SOURCE_DIR "/tests/bundle/founding";
constexpr std::string_view kFile = PROVISO_SOURCE_DIR "/tests/bundle/founding.bundle";
constexpr std::string_view kBegin = "<!-- example -->\n";
constexpr std::string_view kEnd = "<!-- /example -->\n";

/// The secret of this name on the page.
keys::SigningKey KeyOnPage(const std::string& page, const std::string& name) {
  const std::size_t begin = page.find("PRIVATE+KEY+" + name);
  return keys::SigningKey::Parse(page.substr(begin, page.find('\n', begin) - begin)).value();
}

TEST(BundlePage, HasAnExampleThatIsWhatTheCodeMakes) {
  const std::string page = base::ReadFile(kPage).value();
  Bundle bundle = Bundle::Make(ReadPackageFiles(kDirectory).value(), {}).value();
  bundle.Sign(KeyOnPage(page, "customer.example"), "customer", base::ParseUtc("2026-03-01T09:30:00Z").value())
      .value();
  bundle.Sign(KeyOnPage(page, "provider.example"), "provider", base::ParseUtc("2026-03-02T16:00:00Z").value())
      .value();
  EXPECT_EQ(JudgeQuorum(bundle, std::nullopt).Missing(), "");
  const std::size_t begin = page.find(kBegin) + kBegin.size();
  const std::size_t end = page.find(kEnd);
  ASSERT_LE(begin, end);
  const std::string text = "\n```\n" + bundle.Text() + "```\n\n";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(base::WriteFileAtomically(kPage, page.substr(0, begin) + text + page.substr(end)));
    ASSERT_TRUE(base::WriteFileAtomically(kFile, bundle.Text()));
    return;
  }
  EXPECT_EQ(page.substr(begin, end - begin), text);
  EXPECT_EQ(base::ReadFile(kFile).value(), bundle.Text());
}

}  // namespace
}  // namespace proviso::terms
