#include "daemon/home.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/file.h"
#include "base/json_writer.h"
#include "base/random.h"
#include "daemon/embedded_file.h"
#include "keys/digest.h"
#include "keys/sealed.h"
#include "keys/signing.h"
#include "terms/agreement.h"

namespace proviso::daemon {
namespace {

constexpr std::string_view kConfigurationHead =
    R"(# Proviso gateway. Paths are relative to this file. After a change: kill -HUP, or start again.
# What is wrong here is refused whole, with every error listed: check with `proviso serve --check`.

[gateway]
listen = [@LISTEN@]
# tls_certificate = "keys/tls.crt"      # PEM; both or none
# tls_key = "keys/tls.key"
# threads = 0                           # 0: one a core
# drain_ms = 30000                      # on SIGTERM, streams in flight get this long to finish

[record]                                # every decision, before its effect
directory = "record"
key = "keys/record.key"

[store]                                 # held calls, and what opens the record's fields; sealed
directory = "store"
sealing_key = "keys/seal.key"

[terms]                                 # the agreement in force: see `proviso terms show terms`
directory = "terms"

# Callers. The key itself is in keys/api-NAME.key; only its SHA-256 stands here.
)";

constexpr std::string_view kConfigurationTail = R"(
# Providers and their models. The credential is read from a file or from the environment.
# [[provider]]
# name = "example"
# url = "https://api.example.com/v1"
# dialects = ["openai-chat"]            # all that it speaks; others are translated to the first. See
#                                       # docs/operating/dialects.md, and `proviso protocol capabilities`
# profile = "vllm"                      # when it is a compatible server
# credential_file = "keys/example.credential"   # or credential_env = "EXAMPLE_API_KEY"
# credential_style = "bearer"           # or "x-api-key", "x-goog-api-key", "aws-sigv4"
#
# [[model]]
# name = "example-model"                # as callers name it
# provider = "example"
# upstream_model = "vendor-name-of-it"
# prices = { input = 3.0, cached_input = 0.3, output = 15.0 }   # for a million tokens; for budgets of money
#
# A name for several models: the first that is permitted and answers. See docs/operating/routing.md.
# [[alias]]
# name = "assistant"
# models = ["example-model", "another-model"]
# retries = { attempts = 2 }            # at each of them; without this, one
# timeouts = { first_byte_ms = 30000, total_ms = 120000 }
#
# What a key may use stands in its table above, after its sha256:
# limits = { requests_per_minute = 60, tokens_per_day = 1000000, money_per_month = 50.0 }
#
# MCP servers, reached at /mcp/NAME. In the agreement their tools stand with server = "NAME".
# [[mcp_server]]
# name = "example"
# url = "https://mcp.example.com/mcp"
# credential_file = "keys/mcp-example.credential"
)";

std::string Base64Url(base::ByteView bytes) {
  std::string text = base::ToBase64(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Writes files below one directory and remembers them; the first failure stays.
class Writer {
 public:
  explicit Writer(std::filesystem::path home) : home_(std::move(home)) {}

  void Write(const std::filesystem::path& relative, std::string_view content, base::FileMode mode) {
    if (!status_) return;
    const std::filesystem::path path = home_ / relative;
    std::error_code failure;
    std::filesystem::create_directories(path.parent_path(), failure);
    if (failure) {
      status_ = base::Fail(base::ErrorCode::kIo, path.parent_path().string() + ": " + failure.message());
      return;
    }
    status_ = base::WriteFileAtomically(path, content, mode);
    report_.files.push_back(path);
  }
  [[nodiscard]] base::Result<HomeReport> Take() {
    if (!status_) return std::unexpected(status_.error());
    return std::move(report_);
  }

 private:
  std::filesystem::path home_;
  base::Status status_;
  HomeReport report_;
};

/// New signing keys for the approvers of the starter terms, and the agreement with their public halves.
base::Result<std::string> WithOwnApprovers(std::string agreement_toml, const terms::Agreement& agreement,
                                           Writer& writer) {
  for (const terms::NamedApprover& approver : agreement.approvers) {
    auto key = keys::SigningKey::Generate(approver.person);
    if (!key) return std::unexpected(key.error());
    agreement_toml = Replaced(std::move(agreement_toml), approver.key.Text(), key->verifier().Text());
    writer.Write("keys/" + approver.person + ".key", key->SecretText() + "\n", base::FileMode::kSecret);
  }
  return agreement_toml;
}

std::string KeyTable(std::string_view table, std::string_view id, const ApiKey& key) {
  return "\n[[" + std::string(table) + "]]\nid = " + base::JsonString(id) + "\nsha256 = \"" + key.sha256 +
         "\"\n";
}

}  // namespace

ApiKey MakeApiKey() {
  std::array<std::uint8_t, 32> bits{};
  base::FillRandom(bits);
  ApiKey key;
  key.key = "pv_" + Base64Url(bits);
  key.sha256 = base::ToHex(keys::Sha256(key.key));
  return key;
}

AwsAccessKey MakeAwsAccessKey() {
  std::array<std::uint8_t, 9> name{};
  std::array<std::uint8_t, 20> secret{};
  base::FillRandom(name);
  base::FillRandom(secret);
  AwsAccessKey key{.id = "PV" + base::ToHex(name), .secret = base::ToHex(secret)};
  for (char& c : key.id) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return key;
}

base::Result<HomeReport> MakeHome(const std::filesystem::path& home, const HomeOptions& options) {
  if (std::filesystem::exists(home / "config.toml")) {
    return base::Fail(
        base::ErrorCode::kConflict,
        (home / "config.toml").string() + " is there already; nothing was changed. Choose another --home.");
  }
  auto record_key = keys::SigningKey::Generate(options.gateway_name + "/record");
  if (!record_key) return std::unexpected(record_key.error());
  Writer writer(home);
  writer.Write("keys/record.key", record_key->SecretText() + "\n", base::FileMode::kSecret);
  writer.Write("keys/record.vkey", record_key->verifier().Text() + "\n", base::FileMode::kPublic);
  if (auto saved = keys::SealingKey::Generate().Save(home / "keys/seal.key"); !saved) {
    return std::unexpected(saved.error());
  }
  std::string configuration =
      Replaced(std::string(kConfigurationHead), "@LISTEN@", base::JsonString(options.listen));
  for (const EmbeddedFile& file : kStarterTerms) {
    std::string content(file.content);
    if (file.path == "agreement.toml") {
      std::vector<std::string> errors;
      const terms::Agreement agreement = terms::ReadAgreement(content, errors);
      auto own = WithOwnApprovers(std::move(content), agreement, writer);
      if (!own) return std::unexpected(own.error());
      content = std::move(*own);
      for (const terms::ApplicationTerms& application : agreement.applications) {
        const ApiKey key = MakeApiKey();
        writer.Write("keys/api-" + application.id + ".key", key.key + "\n", base::FileMode::kSecret);
        configuration +=
            KeyTable("key", application.id, key) + "application = " + base::JsonString(application.id) + "\n";
        if (!application.purposes.empty()) {
          configuration += "purpose = " + base::JsonString(application.purposes.front()) +
                           "    # when a request declares none; Proviso-Purpose says another\n";
        }
      }
    }
    writer.Write(std::filesystem::path("terms") / file.path, content, base::FileMode::kPublic);
  }
  const ApiKey operator_key = MakeApiKey();
  writer.Write("keys/operator.key", operator_key.key + "\n", base::FileMode::kSecret);
  configuration +=
      "\n# Who may look at held calls over HTTP. Deciding needs an approver's own signature besides.";
  configuration += KeyTable("operator", "operator", operator_key);
  configuration += kConfigurationTail;
  configuration += options.configuration_more;
  writer.Write("config.toml", configuration, base::FileMode::kSecret);
  return writer.Take();
}

}  // namespace proviso::daemon
