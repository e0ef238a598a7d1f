#include "upstreams/credential.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <sstream>
#include <type_traits>

#include "base/file.h"
#include "upstreams/limits.h"

namespace proviso::upstreams {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!Printable<Credential>, "a credential must not be printable");
static_assert(!std::is_copy_constructible_v<Credential>);
static_assert(!std::is_convertible_v<Credential, std::string>);

class CredentialFile : public ::testing::Test {
 protected:
  base::Result<Credential> Load(std::string_view content, CredentialStyle style = CredentialStyle::kBearer) {
    path_ = std::filesystem::temp_directory_path() / ("proviso-credential-" + std::to_string(::getpid()));
    EXPECT_TRUE(base::WriteFileAtomically(path_, content, base::FileMode::kSecret));
    auto loaded = Credential::FromFile(path_, style);
    std::filesystem::remove(path_);
    return loaded;
  }
  std::filesystem::path path_;
};

TEST_F(CredentialFile, BecomesTheHeaderLineOfItsStyle) {
  struct Row {
    CredentialStyle style;
    std::string line;
  };
  for (const Row& row : {Row{CredentialStyle::kBearer, "Authorization: Bearer sk-1\r\n"},
                         Row{CredentialStyle::kXApiKey, "x-api-key: sk-1\r\n"},
                         Row{CredentialStyle::kXGoogApiKey, "x-goog-api-key: sk-1\r\n"}}) {
    auto credential = Load("sk-1\n", row.style);
    ASSERT_TRUE(credential);
    std::string request;
    credential->AppendHeaderLines(request);
    EXPECT_EQ(request, row.line);
    WipeText(request);
    EXPECT_EQ(request, "");
  }
}

TEST_F(CredentialFile, IsRefusedWithoutBeingQuoted) {
  for (const std::string& content :
       {std::string(), std::string("\n"), std::string("secret key"), std::string("secret\r\nX: y"),
        std::string("secr\xc3\xa9t"), std::string("secret\n\n")}) {
    const auto credential = Load(content);
    ASSERT_FALSE(credential);
    EXPECT_EQ(credential.error().message.find("secr"), std::string::npos) << credential.error().message;
  }
}

TEST_F(CredentialFile, IsBoundedAtItsEdge) {
  EXPECT_TRUE(Load(std::string(kCredentialBytesMax, 'k') + "\n"));
  EXPECT_FALSE(Load(std::string(kCredentialBytesMax + 1, 'k')));
  EXPECT_FALSE(Load(std::string(kCredentialBytesMax + 100, 'k')));
}

TEST(CredentialVariable, IsReadFromTheEnvironment) {
  ::setenv("PROVISO_TEST_KEY", "sk-2", 1);
  auto credential = Credential::FromEnvironment("PROVISO_TEST_KEY", CredentialStyle::kBearer);
  ASSERT_TRUE(credential);
  const Credential moved = std::move(*credential);
  std::string request;
  moved.AppendHeaderLines(request);
  EXPECT_EQ(request, "Authorization: Bearer sk-2\r\n");
  ::unsetenv("PROVISO_TEST_KEY");
  EXPECT_EQ(Credential::FromEnvironment("PROVISO_TEST_KEY", CredentialStyle::kBearer).error().code,
            base::ErrorCode::kNotFound);
}

TEST(WithoutCallerCredentials, TakesAwayWhateverSaysWhoTheCallerIs) {
  const std::vector<http::Header> headers = {{"AUTHORIZATION", "Bearer x"},
                                             {"X-Api-Key", "x"},
                                             {"api-key", "x"},
                                             {"x-goog-api-key", "x"},
                                             {"Cookie", "x"},
                                             {"Proviso-Principal", "x"},
                                             {"proviso-", "x"},
                                             {"anthropic-version", "v"},
                                             {"proviso", "kept"}};
  EXPECT_EQ(WithoutCallerCredentials(headers),
            (std::vector<http::Header>{{"anthropic-version", "v"}, {"proviso", "kept"}}));
}

}  // namespace
}  // namespace proviso::upstreams
