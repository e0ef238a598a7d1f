// Agreements that their parties sign: started on, switched to, refused by name, rotated, and verified after.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdio>

#include "answers.h"
#include "base/clock.h"
#include "base/file.h"
#include "http/testing/scripted_upstream.h"
#include "process.h"
#include "terms/authority.h"
#include "terms/history.h"

namespace proviso::scenarios {
namespace {

using http::testing::Bytes;
using http::testing::ScriptedUpstream;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Said {
  int exit = 0;
  std::string text;  ///< Standard output and error.
};

/// Runs the binary as a person would.
Said Proviso(const std::string& words) {
  const std::string command = std::string(PROVISO_BINARY) + " " + words + " 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) Die("popen");
  Said said;
  char bytes[4096];
  while (const std::size_t count = std::fread(bytes, 1, sizeof bytes, pipe)) said.text.append(bytes, count);
  said.exit = WEXITSTATUS(::pclose(pipe));
  return said;
}

std::string Without(const std::string& purpose, const std::string& clause) {
  return "@id(\"" + clause + "\") forbid (principal, action == Action::\"generate\", resource)\n" +
         "when { context has purpose && context.purpose == UseCase::\"" + purpose + "\" };\n";
}

/// A home whose terms are the history in agreements/, and the two parties with their keys.
class Agreements : public testing::Test {
 protected:
  struct Version {
    std::string number = "1";
    std::string supersedes = {};
    std::string customer_key = "customer-1";
    std::string clauses = {};
    std::string more = {};
  };

  const keys::SigningKey& KeyOf(const std::string& name) {
    const auto known = keys_.find(name);
    if (known != keys_.end()) return known->second;
    const auto& made = keys_.emplace(name, Must(keys::SigningKey::Generate(name))).first->second;
    home_.Write("keys/" + name + ".key", made.SecretText() + "\n");
    return made;
  }

  /// Writes the package and bundles it; the digest is the package's.
  std::string Bundle(const Version& version, const std::string& file) {
    home_.WriteClauses(version.clauses);
    std::string text = agreement_;
    const auto put = [&text](const std::string& from, const std::string& to) {
      text.replace(text.find(from), from.size(), to);
    };
    put("version = \"1\"\n",
        "version = \"" + version.number + "\"\n" +
            (version.supersedes.empty() ? "" : "supersedes = \"" + version.supersedes + "\"\n"));
    put("id = \"customer\"\n",
        "id = \"customer\"\nkeys = [\"" + KeyOf(version.customer_key).verifier().Text() + "\"]\n");
    put("id = \"provider\"\n",
        "id = \"provider\"\nkeys = [\"" + KeyOf("provider-1").verifier().Text() + "\"]\n");
    home_.Write("terms/agreement.toml", text + version.more);
    std::filesystem::remove(Path(file));
    const Said said = Proviso("terms bundle " + Path("terms") + " -o " + Path(file));
    EXPECT_EQ(said.exit, 0) << said.text;
    return said.text.substr(said.text.find("sha256:"), 71);
  }
  void Sign(const std::string& file, const std::string& party, const std::string& key) {
    const Said said =
        Proviso("terms sign " + Path(file) + " --key " + Path("keys/" + key + ".key") + " --as " + party);
    EXPECT_EQ(said.exit, 0) << said.text;
  }
  [[nodiscard]] Said Activate(const std::string& file) const {
    return Proviso("terms activate " + Path(file) + " --home " + home_.path().string());
  }
  [[nodiscard]] std::string Path(const std::string& name) const { return (home_.path() / name).string(); }
  [[nodiscard]] int StatusFor(const Process& process, const std::string& headers) const {
    return Send(process.port(), {kDialects[0], Text({kDialects[0]}), home_.key_of("desk"), headers}).status;
  }

  ScriptedUpstream upstream_{
      {{.answer = {Bytes(AsHttp(Delivery::kWhole, TextBody(kDialects[0], Delivery::kWhole, "hi")))}}}};
  const Home home_{{.upstream_url = upstream_.url(), .more = "[terms]\ndirectory = \"agreements\"\n"}};
  std::string agreement_ = Must(base::ReadFile(home_.path() / "terms/agreement.toml"));
  std::map<std::string, keys::SigningKey> keys_;
};

TEST_F(Agreements, AreSwitchedUnderAGatewayThatServes) {
  const std::string first = Bundle({}, "1.bundle");
  Sign("1.bundle", "provider", "provider-1");
  const Said half_first = Activate("1.bundle");
  EXPECT_EQ(half_first.exit, 1);
  EXPECT_THAT(half_first.text, HasSubstr("customer has not signed: one of its keys customer-1+"));
  Sign("1.bundle", "customer", "customer-1");
  const Said started = Activate("1.bundle");
  EXPECT_EQ(started.exit, 0) << started.text;
  EXPECT_THAT(started.text, HasSubstr("no gateway runs"));
  std::string second;
  {
    Process process(home_);
    EXPECT_EQ(StatusFor(process, "Proviso-Purpose: translation\r\n"), 200);

    // Half signed: refused by name, and nothing changes.
    second = Bundle({.number = "2",
                     .supersedes = first,
                     .customer_key = "customer-2",
                     .clauses = Without("translation", "9.1")},
                    "2.bundle");
    Sign("2.bundle", "customer", "customer-1");
    const Said half = Activate("2.bundle");
    EXPECT_EQ(half.exit, 1);
    EXPECT_THAT(half.text, HasSubstr("provider has not signed: one of its keys provider-1+"));
    EXPECT_EQ(StatusFor(process, "Proviso-Purpose: translation\r\n"), 200);

    // Signed by both: the next request is decided under it. It rotates the customer's key.
    Sign("2.bundle", "provider", "provider-1");
    const Said switched = Activate("2.bundle");
    EXPECT_EQ(switched.exit, 0) << switched.text;
    EXPECT_THAT(switched.text, HasSubstr("has switched"));
    EXPECT_EQ(StatusFor(process, "Proviso-Purpose: translation\r\n"), 403);

    // The old key no longer signs; the new one does.
    const std::string third =
        Bundle({.number = "3", .supersedes = second, .customer_key = "customer-2"}, "3.bundle");
    Sign("3.bundle", "provider", "provider-1");
    Sign("3.bundle", "customer", "customer-1");
    EXPECT_THAT(Activate("3.bundle").text,
                AllOf(HasSubstr("customer has not signed: one of its keys customer-2+"),
                      HasSubstr("scenarios version 2 does not give this key to customer")));
    Sign("3.bundle", "customer", "customer-2");
    EXPECT_EQ(Activate("3.bundle").exit, 0);
    EXPECT_EQ(StatusFor(process, "Proviso-Purpose: translation\r\n"), 200);
    EXPECT_THAT(Activate("3.bundle").text, HasSubstr(third + " is in force already"));
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(), 0) << process.Log();
  }
  const Said history = Proviso("terms history --home " + home_.path().string());
  EXPECT_EQ(history.exit, 0) << history.text;
  EXPECT_THAT(history.text,
              AllOf(HasSubstr("signed  customer by customer-1+"), HasSubstr("customer by customer-2+"),
                    HasSubstr("3 agreements, each with the quorum of the one before.")));
  const ReadRecord record = ReadRecordOf(home_);
  EXPECT_EQ(record.broken, "");
  EXPECT_THAT(
      record.policies,
      ElementsAre(
          AllOf(HasSubstr("in force: scenarios 1; supersedes nothing; signed: customer by customer-1+"),
                HasSubstr(", provider by provider-1+")),
          HasSubstr("in force: scenarios 2; supersedes " + first + "; signed: customer by customer-1+"),
          HasSubstr("in force: scenarios 3; supersedes " + second + "; signed: customer by customer-2+")));
}

TEST_F(Agreements, AreNotServedUnsignedNorTakenBack) {
  const std::string first = Bundle({}, "1.bundle");
  // Nothing is activated, and then a bundle that somebody put there by hand.
  const std::string check = "serve --check --home " + home_.path().string();
  EXPECT_THAT(Proviso(check).text, HasSubstr("proviso terms activate"));
  Sign("1.bundle", "customer", "customer-1");
  std::filesystem::create_directories(Path("agreements"));
  std::filesystem::copy(Path("1.bundle"), Path("agreements/1-" + first.substr(7) + ".bundle"));
  const Said by_hand = Proviso(check);
  EXPECT_EQ(by_hand.exit, 1);
  EXPECT_THAT(by_hand.text, HasSubstr("provider has not signed"));
  std::filesystem::remove_all(Path("agreements"));
  Sign("1.bundle", "provider", "provider-1");
  ASSERT_EQ(Activate("1.bundle").exit, 0);
  const std::string second =
      Bundle({.number = "2", .supersedes = first, .clauses = Without("translation", "9.1")}, "2.bundle");
  Sign("2.bundle", "customer", "customer-1");
  Sign("2.bundle", "provider", "provider-1");
  ASSERT_EQ(Activate("2.bundle").exit, 0);
  const Process process(home_);
  std::filesystem::remove(Path("agreements/2-" + second.substr(7) + ".bundle"));
  process.Signal(SIGHUP);
  EXPECT_TRUE(Eventually([&] { return process.Log().contains("reload_refused"); }));
  EXPECT_THAT(process.Log(), HasSubstr("never taken back"));
  EXPECT_EQ(StatusFor(process, "Proviso-Purpose: translation\r\n"), 403);
}

TEST_F(Agreements, StayInForceWhenTheGatewayCouldNotServeTheNext) {
  const std::string first = Bundle({}, "1.bundle");
  Sign("1.bundle", "customer", "customer-1");
  Sign("1.bundle", "provider", "provider-1");
  ASSERT_EQ(Activate("1.bundle").exit, 0);
  const Process process(home_);
  // The agreement no longer names an application that has a key here.
  agreement_.replace(agreement_.find("id = \"other\""), 12, "id = \"third\"");
  Bundle({.number = "2", .supersedes = first}, "2.bundle");
  Sign("2.bundle", "customer", "customer-1");
  Sign("2.bundle", "provider", "provider-1");
  const Said refused = Activate("2.bundle");
  EXPECT_EQ(refused.exit, 3);
  EXPECT_THAT(refused.text, HasSubstr("the agreement names no application \"other\""));
  EXPECT_THAT(Proviso("terms history --home " + home_.path().string()).text, HasSubstr("1 agreements"));
  EXPECT_THAT(process.Log(), Not(HasSubstr("reload")));
}

TEST_F(Agreements, LetAGlassBeBrokenByWhomTheyNameAndShowIt) {
  const std::string first = Bundle(
      {.clauses = "@id(\"6.1\") @title(\"Break-glass\")\n"
                  "forbid (principal, action == Action::\"generate\", resource)\n"
                  "when { context has purpose && context.purpose == UseCase::\"translation\" }\n"
                  "unless { context has authority && context.authority.signed\n"
                  "  && context.authority.kind == \"break-glass\" && context.authority.issuer == \"court\"\n"
                  "  && context.authority has expires };\n"},
      "1.bundle");
  Sign("1.bundle", "customer", "customer-1");
  Sign("1.bundle", "provider", "provider-1");
  ASSERT_EQ(Activate("1.bundle").exit, 0);
  {
    Process process(home_);
    const std::string translation = "Proviso-Purpose: translation\r\n";
    terms::AuthorityStatement statement;
    statement.organization = "agency";
    statement.authority.kind = "break-glass";
    statement.authority.reference = "flood of the north bank";
    statement.authority.issuer = "court";
    statement.authority.expires_ms = base::ParseUtc("2099-01-01").value();
    const auto by = [&](const keys::SigningKey& key) {
      return "Proviso-Authority: " + Must(terms::SignAuthority(statement, key)) + "\r\n";
    };
    EXPECT_EQ(StatusFor(process, translation), 403);
    EXPECT_EQ(StatusFor(process, translation + "Proviso-Authority: kind=break-glass; issuer=court\r\n"), 403)
        << "who asks cannot break it";
    EXPECT_EQ(StatusFor(process, translation + by(KeyOf("stranger"))), 403);
    EXPECT_EQ(StatusFor(process, translation + by(home_.issuer())), 200);
    statement.authority.expires_ms = base::ParseUtc("2020-01-01").value();
    EXPECT_EQ(StatusFor(process, translation + by(home_.issuer())), 403) << "it is limited in time";
    process.Signal(SIGTERM);
    EXPECT_EQ(process.Wait(), 0) << process.Log();
  }
  const ReadRecord record = ReadRecordOf(home_);
  EXPECT_EQ(record.broken, "");
  EXPECT_THAT(record.authorities, testing::Contains(AllOf(HasSubstr("break-glass"), HasSubstr("court"),
                                                          HasSubstr("flood of the north bank"))));
}

}  // namespace
}  // namespace proviso::scenarios
