#include "daemon/configuration.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/file.h"

namespace proviso::daemon {
namespace {

using testing::HasSubstr;

base::Result<Configuration> Read(const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) /
                                     ("configuration_test_" + std::to_string(getpid()) + ".toml");
  EXPECT_TRUE(base::WriteFileAtomically(file, text));
  auto read = ReadConfiguration(file);
  std::filesystem::remove(file);
  return read;
}

std::string ErrorOf(const std::string& text) {
  const auto read = Read(text);
  return read ? "" : read.error().message;
}

const std::string kDigest(64, 'a');

TEST(Configuration, HasDefaultsForEverythingButCallersAndProviders) {
  const auto read = Read("");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->listen.size(), 1U);
  EXPECT_EQ(read->listen[0].address, "127.0.0.1");
  EXPECT_EQ(read->listen[0].port, 8484);
  EXPECT_EQ(read->threads, 0U);
  EXPECT_EQ(read->drain, std::chrono::milliseconds(30'000));
  EXPECT_EQ(read->terms_directory, read->home / "terms");
  EXPECT_EQ(read->record_key, read->home / "keys/record.key");
}

TEST(Configuration, ReadsAddresses) {
  struct Row {
    const char* text;
    const char* address;  ///< nullptr: refused
    std::uint16_t port;
  };
  for (const Row& row : {Row{"[::1]:80", "::1", 80}, Row{"0.0.0.0:65535", "0.0.0.0", 65535},
                         Row{"localhost", nullptr, 0}, Row{":80", nullptr, 0}, Row{"a:65536", nullptr, 0},
                         Row{"a:-1", nullptr, 0}, Row{"a:8x", nullptr, 0}, Row{"a:", nullptr, 0}}) {
    const auto read = Read("[gateway]\nlisten = [\"" + std::string(row.text) + "\"]\n");
    ASSERT_EQ(read.has_value(), row.address != nullptr) << row.text;
    if (!read) continue;
    EXPECT_EQ(read->listen[0].address, row.address);
    EXPECT_EQ(read->listen[0].port, row.port);
  }
}

TEST(Configuration, ListsEverythingThatIsWrongInOneMessage) {
  const std::string message = ErrorOf(
      "[gateway]\nlistn = []\nthreads = 1000\ntls_key = \"x\"\n"
      "[[key]]\nid = \"a\"\nsha256 = \"12\"\napplicaton = \"desk\"\n"
      "[[provider]]\nname = \"p\"\nurl = \"http://x\"\ncredential_style = \"basic\"\n"
      "[[child]]\nname = \"c\"\n[surprise]\n");
  for (const char* part :
       {"gateway.listn", "did you mean listen?", "gateway.threads", "tls_certificate and tls_key",
        "key[0].sha256", "key[0].application", "did you mean application?", "provider[0].dialects",
        "provider[0].credential_style", "child[0].command", "surprise"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST(Configuration, RefusesTheSameNameTwice) {
  const std::string key = "[[key]]\nid = \"a\"\napplication = \"b\"\nsha256 = \"" + kDigest + "\"\n";
  EXPECT_THAT(ErrorOf(key + key), HasSubstr("stands twice"));
  const std::string model = "[[model]]\nname = \"m\"\nprovider = \"p\"\n";
  EXPECT_THAT(ErrorOf(model + model), HasSubstr("model: \"m\" stands twice"));
  const std::string provider =
      "[[provider]]\nname = \"p\"\nurl = \"http://x\"\ndialects = [\"openai-chat\"]\n";
  EXPECT_THAT(ErrorOf(provider + provider), HasSubstr("provider: \"p\" stands twice"));
  const std::string child = "[[child]]\nname = \"c\"\ncommand = [\"true\"]\n";
  EXPECT_THAT(ErrorOf(child + child), HasSubstr("child: \"c\" stands twice"));
  const std::string one = "[[operator]]\nid = \"o\"\nsha256 = \"" + kDigest + "\"\n";
  EXPECT_THAT(ErrorOf(one + one), HasSubstr("operator: "));
}

TEST(Configuration, TakesADigestInEitherCaseAndKeepsItInOne) {
  const auto read =
      Read("[[key]]\nid = \"a\"\napplication = \"b\"\nsha256 = \"" + std::string(64, 'A') + "\"\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->keys[0].sha256, kDigest);
}

TEST(Configuration, SaysHowToMakeOneWhenThereIsNone) {
  const auto read = ReadConfiguration("/nowhere/config.toml");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("proviso init"));
}

}  // namespace
}  // namespace proviso::daemon
