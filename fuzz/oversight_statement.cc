// A statement is read back from the store, and by approvers' tools from whoever sends it.
// Properties: what parses is canonical; what is rendered keeps to printable text and line ends.
#include <cstdlib>

#include "oversight/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;
  const auto statement = base::AsText({bytes, size});
  const auto held = oversight::ParseStatement(statement);
  if (!held) return 0;
  if (oversight::StatementOf(*held) != statement) std::abort();
  const auto rendered = oversight::RenderStatement(statement);
  if (!rendered) std::abort();
  for (const char c : *rendered) {
    if (c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)) std::abort();
  }
  return 0;
}
