// The statement: the one text that an approver is shown, signs the digest of, and that the call is
// later released from. Format: docs/formats/approval.md.
//
// It is JSON, compact, keys sorted, every key always there, with control, bidirectional and
// invisible characters escaped, so that the same held call always gives the same bytes, and the
// bytes are safe to print.
#pragma once

#include <string>
#include <string_view>

#include "oversight/held_call.h"

namespace proviso::oversight {

[[nodiscard]] std::string StatementOf(const HeldCall& held);

/// Reads a statement back. kInvalid unless `statement` is byte for byte what StatementOf gives for
/// the result: there is no second way to write one.
[[nodiscard]] base::Result<HeldCall> ParseStatement(std::string_view statement);

/// SHA-256 of the statement's bytes.
[[nodiscard]] base::Digest StatementDigest(std::string_view statement);

/// The statement for a terminal: one fact a line, the arguments indented as the tool will read them
/// (escapes undone, then made visible). Made of the statement alone, so that whoever renders it
/// signs what they render. Same errors as ParseStatement.
[[nodiscard]] base::Result<std::string> RenderStatement(std::string_view statement);

}  // namespace proviso::oversight
