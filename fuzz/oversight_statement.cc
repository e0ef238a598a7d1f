// A statement is read back from the store, and by approvers' tools from whoever sends it; arguments
// come from models. The input is tried as both.
// Properties: what parses is canonical; whatever arguments can be held read back unchanged from
// their statement; what is rendered keeps to printable text and line ends.
#include <algorithm>
#include <cstdlib>

#include "oversight/statement.h"

namespace {

using namespace proviso;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckRendering(std::string_view statement) {
  const auto rendered = oversight::RenderStatement(statement);
  Require(rendered.has_value());
  Require(std::ranges::all_of(
      *rendered, [](char c) { return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); }));
}

void TryAsArguments(std::string_view text) {
  oversight::HeldCall held;
  held.id = "hold_1";
  held.proposed = {.call = {.tool = "tool", .arguments = std::string(text), .call_id = {}},
                   .model = "model",
                   .provider = "provider",
                   .dialect = "dialect",
                   .application = "application",
                   .organization = "organization",
                   .on_behalf_of = {},
                   .purpose = {},
                   .authority = {},
                   .terms_digest = {},
                   .request_digest = {},
                   .clauses = {},
                   .need = {}};
  held.call_digest = oversight::CallDigest("tool", text);
  if (!oversight::CheckProposed(held.proposed)) return;
  const std::string statement = oversight::StatementOf(held);
  Require(oversight::ParseStatement(statement) == held);
  CheckRendering(statement);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = base::AsText({bytes, size});
  TryAsArguments(text);
  if (const auto held = oversight::ParseStatement(text)) {
    Require(oversight::StatementOf(*held) == text);
    CheckRendering(text);
  }
  return 0;
}
