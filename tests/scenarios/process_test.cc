// The real binary: signals, TLS, and what it leaves on disk and in its log.
#include "process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "answers.h"
#include "base/file.h"
#include "http/testing/certificates.h"
#include "http/testing/scripted_upstream.h"

namespace proviso::scenarios {
namespace {

using http::testing::Bytes;
using http::testing::Certificates;
using http::testing::RawClient;
using http::testing::ScriptedUpstream;
using http::testing::WaitForGo;
using testing::HasSubstr;
using testing::Not;

/// A stream in two parts: the second waits for upstream.Go().
struct TwoParts {
  explicit TwoParts(Dialect dialect) : all(TextBody(dialect, Delivery::kStream, "slow")) {
    const auto middle = all.find("\n\n", all.find("slow")) + 2;
    const std::string http = AsHttp(Delivery::kStream, all);
    const auto body = http.find("\r\n\r\n") + 4;
    first = http.substr(0, body + middle);
    second = http.substr(body + middle);
  }
  std::string all, first, second;
};

bool Refused(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const bool refused = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
  ::close(socket);
  return refused;
}

TEST(Sigterm, LetsStreamsFinishAndTakesNoNewConnections) {
  for (const Dialect dialect : kDialects) {
    const TwoParts parts(dialect);
    ScriptedUpstream upstream({{.answer = {Bytes(parts.first), WaitForGo(), Bytes(parts.second)}}});
    const Home home({.upstream_url = upstream.url()});
    Process process(home);
    RawClient client(process.port());
    client.Send(BytesOf({dialect, Text({dialect, Delivery::kStream}), home.key_of("desk")}));
    std::string seen = client.ReadTo("\n\n\r\n");
    EXPECT_THAT(seen, HasSubstr("slow"));
    process.Signal(SIGTERM);
    EXPECT_TRUE(Eventually([&] { return Refused(process.port()); }));
    upstream.Go();
    seen += client.ReadToEnd();
    EXPECT_EQ(ParseReply(seen).body, parts.all);
    EXPECT_EQ(process.Wait(), 0) << process.Log();
    EXPECT_THAT(process.Log(), HasSubstr(R"("connections_cut":"0")"));
    const ReadRecord record = ReadRecordOf(home);
    EXPECT_EQ(record.broken, "");
    EXPECT_EQ(record.outcomes, std::vector<std::string>{"answered"});
  }
}

TEST(Sigterm, CutsWhatDoesNotFinishAndRecordsIt) {
  const TwoParts parts(kDialects[0]);
  ScriptedUpstream upstream({{.answer = {Bytes(parts.first), http::testing::WaitForClose()}}});
  const Home home({.upstream_url = upstream.url(), .gateway_more = "drain_ms = 200\n"});
  Process process(home);
  RawClient client(process.port());
  client.Send(BytesOf({kDialects[0], Text({kDialects[0], Delivery::kStream}), home.key_of("desk")}));
  (void)client.ReadTo("\n\n\r\n");
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 0) << process.Log();
  EXPECT_THAT(client.ReadToEnd(), Not(HasSubstr("[DONE]")));
  EXPECT_THAT(process.Log(), HasSubstr(R"("connections_cut":"1")"));
  EXPECT_EQ(ReadRecordOf(home).outcomes.size(), 1U);
}

TEST(Sigterm, CutsARequestThatWaitsForPeopleAndKeepsItsHold) {
  const std::string calls = CallsBody(kDialects[0], Delivery::kStream, {{"c", "assign_asset", R"({"a":1})"}});
  ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(Delivery::kStream, calls))}}});
  const Home home({.wait_ms = 60'000, .upstream_url = upstream.url(), .gateway_more = "drain_ms = 200\n"});
  const Ask ask{kDialects[0], Text({kDialects[0], Delivery::kStream}), home.key_of("desk")};
  std::string id;
  {
    Process process(home);
    RawClient client(process.port());
    client.Send(BytesOf(ask));
    id = Desk(home, process.port()).NextWaiting();
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(), 0) << process.Log();
  }
  EXPECT_EQ(ReadRecordOf(home).outcomes, (std::vector<std::string>{"held", "caller_left"}));
  Process process(home);
  const Desk desk(home, process.port());
  desk.Approve(id, "alice");
  desk.Approve(id, "bob");
  Ask again = ask;
  again.headers = "Proviso-Hold: " + id + "\r\n";
  EXPECT_EQ(Send(process.port(), again).status, 200);
}

Reply AskFor(const Process& process, const Home& home, const std::string& model,
             const std::string& purpose = "") {
  return Send(process.port(),
              {kDialects[0], Text({kDialects[0], Delivery::kWhole, model}), home.key_of("desk"),
               purpose.empty() ? "" : "Proviso-Purpose: " + purpose + "\r\n"});
}

void Hup(const Process& process, const std::string& until) {
  process.Signal(SIGHUP);
  EXPECT_TRUE(Eventually([&] { return process.Log().contains(until); })) << process.Log();
}

constexpr const char* kNoTranslation =
    "@id(\"9.9\") forbid (principal, action == Action::\"generate\", resource)\n"
    "when { context has purpose && context.purpose == UseCase::\"translation\" };\n";

TEST(Sighup, PutsNewTermsInForceForTheNextRequestWholeOrNotAtAll) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(kDialects[0], Delivery::kWhole, "hi")))}}});
  const Home home({.upstream_url = upstream.url()});
  const Process process(home);
  EXPECT_EQ(AskFor(process, home, "same-name", "translation").status, 200);
  home.WriteClauses("forbid (principal, action, resource) when { this is no clause };\n");
  Hup(process, "reload_refused");
  EXPECT_THAT(process.Log(), HasSubstr("main.cedar"));
  EXPECT_EQ(AskFor(process, home, "same-name", "translation").status, 200);
  home.WriteClauses(kNoTranslation);
  home.Write("config.toml", "[gateway]\nlisten = 7\n");
  Hup(process, "config.toml");
  EXPECT_EQ(AskFor(process, home, "same-name", "translation").status, 200);
  home.WriteConfiguration();
  Hup(process, "\"reloaded\"");
  const Reply refused = AskFor(process, home, "same-name", "translation");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("9.9"));
}

TEST(Sighup, LeavesRequestsInFlightWithWhatTheyBeganUnder) {
  ScriptedUpstream old_one(
      {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(kDialects[0], Delivery::kWhole, "old")))}}});
  ScriptedUpstream new_one(
      {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(kDialects[0], Delivery::kWhole, "new")))}}});
  Home home({.upstream_url = old_one.url()});
  const Process process(home);
  const std::string bytes =
      BytesOf({kDialects[0], Text({}), home.key_of("desk"), "Proviso-Purpose: translation\r\n"});
  RawClient begun(process.port());
  begun.Send(bytes.substr(0, bytes.size() - 10));
  Nap(std::chrono::milliseconds(50));
  home.WriteClauses(kNoTranslation);
  home.setup().upstream_url = new_one.url();
  home.WriteConfiguration();
  Hup(process, "\"reloaded\"");
  begun.Send(bytes.substr(bytes.size() - 10));
  EXPECT_THAT(ParseReply(begun.ReadToEnd()).body, HasSubstr("old"));
  EXPECT_EQ(AskFor(process, home, "same-name", "translation").status, 403);
  EXPECT_THAT(AskFor(process, home, "same-name").body, HasSubstr("new"));
}

TEST(Sighup, MayTakeAwayTheProviderOfARequestInFlight) {
  ScriptedUpstream upstream(
      {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(kDialects[0], Delivery::kWhole, "old")))}}});
  const Home home({.upstream_url = upstream.url()});
  const Process process(home);
  const std::string bytes = BytesOf({kDialects[0], Text({}), home.key_of("desk")});
  RawClient begun(process.port());
  begun.Send(bytes.substr(0, bytes.size() - 10));
  Nap(std::chrono::milliseconds(50));
  std::string without = Must(base::ReadFile(home.path() / "config.toml"));
  without.erase(without.find("[[provider]]"));
  home.Write("config.toml", without);
  Hup(process, "\"reloaded\"");
  begun.Send(bytes.substr(bytes.size() - 10));
  EXPECT_THAT(ParseReply(begun.ReadToEnd()).body, HasSubstr("old"));
  EXPECT_EQ(AskFor(process, home, "same-name").status, 404);
}

TEST(Tls, IsSpokenOnBothSides) {
  const Certificates theirs("127.0.0.1");
  const Certificates ours("gateway.example");
  for (const Dialect dialect : kDialects) {
    const std::string body = TextBody(dialect, Delivery::kStream, "sealed");
    ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(Delivery::kStream, body))}}}, theirs.server_files());
    const Home home({.upstream_url = upstream.url(),
                     .gateway_more = "tls_certificate = \"" + ours.server_files().certificate_file +
                                     "\"\ntls_key = \"" + ours.server_files().key_file + "\"\n",
                     .provider_more = "ca_file = \"" + theirs.ca_file() + "\"\n"});
    const Process process(home);
    RawClient client(process.port());
    const auto trust = Must(http::TlsClientContext::Load({ours.ca_file()}));
    ASSERT_EQ(client.StartTls(trust, "gateway.example"), "");
    client.Send(BytesOf({dialect, Text({dialect, Delivery::kStream}), home.key_of("desk")}));
    EXPECT_EQ(ParseReply(client.ReadToEnd()).body, body);
  }
}

TEST(Tls, RefusesAProviderThatAnotherAuthorityVouchesFor) {
  const Certificates theirs("127.0.0.1");
  const Certificates trusted("127.0.0.1");
  ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(Delivery::kWhole, "{}"))}}}, theirs.server_files());
  const Home home(
      {.upstream_url = upstream.url(), .provider_more = "ca_file = \"" + trusted.ca_file() + "\"\n"});
  const Process process(home);
  EXPECT_EQ(AskFor(process, home, "same-name").status, 502);
  EXPECT_EQ(upstream.requests().size(), 0U);
}

TEST(Secrets, StandInNoLogAndNoFileThatTheGatewayWrites) {
  const std::string secret_args = R"({"target":"SECRET-ARGUMENT"})";
  const std::string text = TextBody(kDialects[0], Delivery::kWhole, "SECRET-ANSWER");
  const std::string calls = CallsBody(kDialects[0], Delivery::kWhole, {{"c", "assign_asset", secret_args}});
  ScriptedUpstream upstream({{.answer = {Bytes(AsHttp(Delivery::kWhole, text))}},
                             {.answer = {Bytes(AsHttp(Delivery::kWhole, calls))}},
                             {.answer = {Bytes(http::testing::OkWith("SECRET-GARBAGE"))}},
                             {.answer = {http::testing::Close()}}});
  const Home home({.upstream_url = upstream.url()});
  {
    Process process(home);
    Ask ask{kDialects[0], Text({kDialects[0], Delivery::kWhole, "same-name", "SECRET-PROMPT"}),
            home.key_of("desk"), "Proviso-On-Behalf-Of: SECRET-PERSON\r\n"};
    for (int i = 0; i < 4; ++i) (void)Send(process.port(), ask);
    ask.key = "SECRET-WRONG-KEY";
    (void)Send(process.port(), ask);
    ask.body = "{SECRET-BODY";
    ask.key = home.key_of("desk");
    (void)Send(process.port(), ask);
    const Desk desk(home, process.port());
    desk.Approve(desk.NextWaiting(), "alice");
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(), 0);
  }
  const std::string secrets[] = {"SECRET-", home.key_of("desk"), home.operator_key(),
                                 std::string(Home::kProviderSecret), home.approver("alice").SecretText()};
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home.path())) {
    const std::string path = entry.path().lexically_relative(home.path()).string();
    if (!entry.is_regular_file() || path.starts_with("keys/")) continue;
    ++files;
    const std::string content = Must(base::ReadFile(entry.path(), 64U << 20U));
    for (const std::string& secret : secrets)
      EXPECT_FALSE(content.contains(secret)) << path << ": " << secret;
  }
  EXPECT_GT(files, 8U);
}

}  // namespace
}  // namespace proviso::scenarios
