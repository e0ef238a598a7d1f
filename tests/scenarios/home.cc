#include "home.h"

#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "daemon/home.h"
#include "keys/digest.h"
#include "keys/sealed.h"

namespace proviso::scenarios {
namespace {

constexpr std::string_view kClauses = R"(
@id("1.1") @title("Anything that nothing forbids")
permit (principal, action, resource);
@id("2.1") @title("Restricted purpose")
forbid (principal, action == Action::"generate", resource)
when { context has purpose && context.purpose == UseCase::"restricted" };
@id("2.2") @title("A person decides sensitive use")
forbid (principal, action == Action::"generate", resource)
when { context has purpose && context.purpose == UseCase::"sensitive" }
unless { context has decision && context.decision.count >= 1 };
@id("4.2") @title("A person decides every engagement")
forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 2 && context.decision.call_digest_matches };
@id("4.3") @title("Only catalogued tools")
forbid (principal, action == Action::"call_tool", resource)
unless { context has effect };
@id("4.4") @title("Nothing is destroyed")
forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "destroy" };
)";

constexpr std::string_view kAgreementHead = R"(
[agreement]
name = "scenarios"
version = "1"
third_parties = ["court"]
[[party]]
id = "provider"
[[party]]
id = "customer"
[[application]]
id = "desk"
organization = "agency"
party = "customer"
purposes = ["translation", "restricted", "sensitive"]
[[application]]
id = "other"
organization = "agency"
party = "customer"
purposes = ["translation"]
[[tool]]
name = "assign_asset"
effect = "engage"
[[tool]]
name = "wipe_disk"
effect = "destroy"
[[tool]]
name = "lookup_stock"
effect = "observe"
[[tool]]
server = "provider"
name = "web_search_20250305"
effect = "observe"
[[approver_profile]]
name = "one commander"
count = 1
roles = ["commander"]
[[approver_profile]]
name = "two commanders"
count = 2
roles = ["commander"]
)";

std::string Quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::filesystem::path NewFolder() {
  // In memory where that can be had: what a disk takes for each sync is not what is tested.
  const bool memory = std::filesystem::is_directory("/dev/shm");
  const std::filesystem::path below = memory ? "/dev/shm" : std::filesystem::temp_directory_path();
  std::string pattern = (below / "proviso-scenario-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) Die("mkdtemp");
  return pattern;
}

}  // namespace

void Die(std::string_view why) {
  std::fprintf(stderr, "scenario: %.*s\n", static_cast<int>(why.size()), why.data());
  std::abort();
}

Home::Home(HomeSetup setup) : setup_(std::move(setup)), path_(NewFolder()) {
  for (const char* name : {"desk", "other", "operator"}) keys_[name] = daemon::MakeApiKey().key;
  for (const char* person : {"alice", "bob", "carol", "dave", "court"}) {
    approvers_.emplace(person, Must(keys::SigningKey::Generate(person)));
  }
  const keys::SigningKey record = Must(keys::SigningKey::Generate("scenarios.example/record"));
  record_key_ = record.verifier();
  std::filesystem::create_directories(path_ / "keys");
  std::filesystem::create_directories(path_ / "terms/clauses");
  Write("keys/record.key", record.SecretText() + "\n");
  Write("keys/maker.credential", std::string(kProviderSecret) + "\n");
  Must(keys::SealingKey::Generate().Save(path_ / "keys/seal.key"));
  WriteAgreement();
  WriteClauses();
  WriteConfiguration();
}

Home::~Home() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void Home::Write(const std::filesystem::path& relative, std::string_view content) const {
  Must(base::WriteFileAtomically(path_ / relative, content));
}

void Home::WriteClauses(std::string_view more) const {
  Write("terms/clauses/main.cedar", std::string(kClauses) + std::string(more));
}

void Home::WriteAgreement() const {
  std::string text(kAgreementHead);
  text += "[hold]\nwait_ms = " + std::to_string(setup_.wait_ms) +
          "\nexpires_ms = " + std::to_string(setup_.expires_ms) + "\n";
  for (const char* person : {"alice", "bob", "carol", "dave"}) {
    const std::string_view role = std::string_view(person) == "dave" ? "clerk" : "commander";
    text += "[[approver]]\nperson = " + Quoted(person) + "\nroles = [" + Quoted(role) +
            "]\nkey = " + Quoted(approver(person).verifier().Text()) + "\n";
  }
  text += "[[authority_issuer]]\nid = \"court\"\nkey = " + Quoted(issuer().verifier().Text()) + "\n";
  Write("terms/agreement.toml", text);
}

void Home::WriteConfiguration() const {
  std::string text = "[gateway]\nlisten = [\"127.0.0.1:0\"]\nthreads = 2\n" + setup_.gateway_more;
  for (const char* name : {"desk", "other"}) {
    text += "[[key]]\nid = " + Quoted(name) + "\napplication = " + Quoted(name) +
            "\nsha256 = " + Quoted(base::ToHex(keys::Sha256(key_of(name)))) + "\n";
    if (std::string_view(name) == "desk") text += setup_.key_more;
  }
  text +=
      "[[operator]]\nid = \"watch\"\nsha256 = " + Quoted(base::ToHex(keys::Sha256(operator_key()))) + "\n";
  text += "[[provider]]\nname = \"maker\"\nurl = " + Quoted(setup_.upstream_url + "/v1") +
          "\ndialects = [\"openai-chat\", \"anthropic-messages\"]\ncredential_file = "
          "\"keys/maker.credential\"\ncredential_style = \"x-api-key\"\n" +
          setup_.provider_more;
  text += "[[provider]]\nname = \"narrow\"\nurl = " + Quoted(setup_.upstream_url + "/v1") +
          "\ndialects = [\"openai-chat\"]\n" + setup_.provider_more;
  const std::string prices = setup_.key_more.empty() ? "" : "prices = { input = 3, output = 15 }\n";
  text += "[[model]]\nname = \"same-name\"\nprovider = \"maker\"\n" + prices;
  text += "[[model]]\nname = \"alias\"\nprovider = \"maker\"\nupstream_model = \"vendor-name\"\n" + prices;
  text += "[[model]]\nname = \"openai-only\"\nprovider = \"narrow\"\n" + prices;
  Write("config.toml", text + setup_.more);
}

}  // namespace proviso::scenarios
