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

TEST(Configuration, ReadsMcpServers) {
  const auto read = Read(R"(
[[mcp_server]]
name = "stock-1"
url = "https://stock.example.com/mcp/"
credential_env = "STOCK_KEY"
credential_style = "x-api-key"
headers = { X-Team = "stock" }
origins = ["https://desk.example.com"]
)");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->mcp_servers.size(), 1U);
  const McpServerSetup& server = read->mcp_servers[0];
  EXPECT_EQ(server.name, "stock-1");
  EXPECT_EQ(server.url, "https://stock.example.com/mcp/");
  EXPECT_EQ(server.credential_environment, "STOCK_KEY");
  EXPECT_EQ(server.credential_style, "x-api-key");
  EXPECT_THAT(server.headers, testing::ElementsAre(std::pair<std::string, std::string>("X-Team", "stock")));
  EXPECT_THAT(server.origins, testing::ElementsAre("https://desk.example.com"));
}

TEST(Configuration, RefusesAnMcpServerThatNoPathOrClauseCouldName) {
  const auto named = [](const std::string& name) {
    return ErrorOf("[[mcp_server]]\nname = \"" + name + "\"\nurl = \"http://127.0.0.1:1/mcp\"\n");
  };
  EXPECT_EQ(named(std::string(64, 'a')), "");
  for (const std::string& name : {std::string(65, 'a'), std::string("a/b"), std::string("a b"),
                                  std::string("ü"), std::string("provider")}) {
    EXPECT_THAT(named(name), HasSubstr("mcp_server[0].name")) << name;
  }
  EXPECT_THAT(ErrorOf("[[mcp_server]]\nname = \"a\"\nurl = \"http://h/\"\nheaders = { X = 1 }\n"),
              HasSubstr("values must be texts"));
  EXPECT_THAT(
      ErrorOf("[[mcp_server]]\nname = \"a\"\nurl = \"u\"\n[[mcp_server]]\nname = \"a\"\nurl = \"u\"\n"),
      HasSubstr("stands twice"));
}

}  // namespace
}  // namespace proviso::daemon
