// Recomputes the worked example of docs/formats/approval.md, byte for byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "oversight/approval.h"
#include "oversight/statement.h"

namespace proviso::oversight {
namespace {

using testing::HasSubstr;

// Made for the page and published there; signs nothing else.
constexpr std::string_view kSecret =
    "PRIVATE+KEY+alice.example+98913546+AZm0cNlt6d4tERtyTrVOkdHpJVDFSjqcVcf5YscZaFNw";

base::Digest Repeated(std::uint8_t byte) {
  base::Digest digest;
  digest.fill(byte);
  return digest;
}

HeldCall Example() {
  HeldCall held = {.id = "hold_01kjhswzj0v6r2m8c4x9t3b7dq",
                   .proposed = {.call = {.tool = "set_valve",
                                         .arguments = R"({"valve": "V-17", "open": true})",
                                         .call_id = "call_1"},
                                .model = "model-2026-01",
                                .provider = "provider-a",
                                .dialect = "openai.chat",
                                .application = "plant-operations",
                                .organization = "example-works",
                                .on_behalf_of = "shift 2",
                                .purpose = "maintenance",
                                .authority = "",
                                .terms_digest = Repeated(0x11),
                                .request_digest = Repeated(0x22),
                                .clauses = {{.id = "3.1", .title = "A person decides every actuation"}},
                                .need = {.people = 1, .roles = {"shift lead"}}},
                   .call_digest = {},
                   .created_ms = 1'772'271'000'000,
                   .expires_ms = 1'772'271'600'000};
  held.call_digest = CallDigest(held.proposed.call.tool, held.proposed.call.arguments);
  return held;
}

TEST(FormatPage, ShowsWhatThisCodeComputes) {
  const auto page = base::ReadFile(std::string(PROVISO_SOURCE_DIR) + "/docs/formats/approval.md");
  ASSERT_TRUE(page) << page.error().message;
  const HeldCall held = Example();
  const std::string statement = StatementOf(held);
  const auto key = keys::SigningKey::Parse(kSecret).value();
  const auto note = SignApproval({.hold_id = held.id,
                                  .statement_digest = StatementDigest(statement),
                                  .verdict = Verdict::kApprove,
                                  .key_name = {},
                                  .time_ms = 1'772'271'042'500,
                                  .reason = "checked the valve on site"},
                                 key)
                        .value();
  for (const std::string& part :
       {"```json\n" + statement + "\n```", base::ToHex(held.call_digest), "```text\n" + note + "```",
        "```text\n" + RenderStatement(statement).value() + "```", key.verifier().Text(),
        std::string(kSecret)}) {
    EXPECT_THAT(*page, HasSubstr(part));
  }
}

}  // namespace
}  // namespace proviso::oversight
