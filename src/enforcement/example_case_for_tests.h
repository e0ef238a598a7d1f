// A small agreement and a request under it, for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/clock.h"
#include "enforcement/case.h"
#include "keys/signing.h"
#include "protocol/answer.h"
#include "terms/package.h"

namespace proviso::enforcement::internal {

inline const keys::SigningKey& CourtKey() {
  static const keys::SigningKey key = std::move(*keys::SigningKey::Generate("court"));
  return key;
}

inline std::shared_ptr<const terms::Package> ExampleTerms() {
  const std::string approver_key = keys::SigningKey::Generate("alice")->verifier().Text();
  const std::string agreement = R"(
[agreement]
name = "example"
version = "1"
third_parties = ["court"]
[[party]]
id = "customer"
[[application]]
id = "desk"
organization = "agency"
party = "customer"
purposes = ["translation"]
[[tool]]
name = "lookup"
effect = "observe"
[[tool]]
name = "engage"
effect = "engage"
[[tool]]
server = "stock"
name = "count"
effect = "observe"
[[tool]]
server = "stock"
name = "order"
effect = "engage"
schema_digest = "sha256:a2c799262a3ce3c19ef5cdd983bf3d12b43ab3c426227091b909dcb7054738c0"
[[tool]]
server = "provider"
name = "web_search_1"
effect = "observe"
[[approver_profile]]
name = "one"
count = 1
[[approver]]
person = "alice"
roles = ["commander"]
key = ")" + approver_key + "\"\n[[authority_issuer]]\nid = \"court\"\nkey = \"" +
                                CourtKey().verifier().Text() + "\"\n";
  const std::string clauses = R"(
@id("1") @title("Permitted") permit (principal, action, resource);
@id("2") @title("A person decides") forbid (principal, action == Action::"call_tool", resource)
when { context has effect && context.effect == "engage" }
unless { context has decision && context.decision.count >= 1 && context.decision.call_digest_matches };
@id("3") @title("Catalogued") forbid (principal, action == Action::"call_tool", resource)
unless { context has effect };
)";
  auto package = terms::Package::FromFiles({{"agreement.toml", agreement}, {"clauses/main.cedar", clauses}});
  if (!package) ADD_FAILURE() << package.error().message;
  return package ? *package : nullptr;
}

/// A request to Chat Completions that offers these tools.
struct ExampleRequest {
  std::string tools = R"([{"type":"function","function":{"name":"lookup"}},)"
                      R"({"type":"function","function":{"name":"engage"}}])";
  Declarations declarations = {};
};

inline base::Result<Case> OpenExample(const ExampleRequest& example = {}) {
  static const base::FakeClock clock(1'790'000'000'000);
  const std::string body =
      R"({"model":"m","messages":[{"role":"user","content":"x"}],"tools":)" + example.tools + "}";
  auto request = protocol::ReadRequest(protocol::Dialect::kOpenAiChat, body);
  if (!request) return std::unexpected(request.error());
  const Caller caller{"key-1", "desk", "agency", ""};
  const Target target{"m", "maker", "vendor-m", "", ""};
  return OpenCase({ExampleTerms(), caller, example.declarations, target, *request, body, clock});
}

/// A case of the tool server "stock" about tools with these schemas.
inline base::Result<Case> OpenServerExample(const std::vector<protocol::OfferedTool>& tools,
                                            const Declarations& declarations = {}) {
  static const base::FakeClock clock(1'790'000'000'000);
  const Caller caller{"key-1", "desk", "agency", ""};
  return OpenToolCase({.terms = ExampleTerms(),
                       .caller = caller,
                       .declarations = declarations,
                       .dialect = "mcp",
                       .server = "stock",
                       .tools = tools,
                       .identity = "identity",
                       .request_bytes = 10,
                       .clock = clock});
}

inline protocol::ToolCall ExampleCall(const std::string& name, const std::string& arguments = R"({"a":1})") {
  return {.id = "call_1", .name = name, .arguments = arguments};
}

}  // namespace proviso::enforcement::internal
