// An approval (or a denial): a signed note by one person's key on one statement.
//
//   proviso.approval/v1
//   hold hold_01kh3v8m2xqz…
//   statement 5f0c…                      SHA-256 of the statement, 64 hexadecimal digits
//   decision approve                     or: deny
//   approver alice.example               the name of the signing key
//   time 2026-02-28T09:30:00.000Z
//   reason seen on the second channel    this line may be missing
//
//   — alice.example nC8aQ…
//
// Format: docs/formats/approval.md. Any tool for C2SP signed notes verifies one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "keys/signed_note.h"

namespace proviso::oversight {

enum class Verdict : std::uint8_t { kApprove, kDeny };

/// "approve" or "deny".
[[nodiscard]] std::string_view Name(Verdict verdict);

/// What the note says. Who really signed it is Desk's question.
struct Approval {
  std::string hold_id;
  base::Digest statement_digest{};
  Verdict verdict = Verdict::kDeny;
  std::string key_name;
  std::int64_t time_ms = 0;
  std::string reason;  ///< One line of UTF-8 without control characters; may be empty.

  bool operator==(const Approval&) const = default;
};

struct SignedApproval {
  Approval approval;
  keys::Note note;  ///< Exactly one signature, under approval.key_name.
};

/// The text that is signed. kInvalid or kLimit for a reason or a name that does not fit one line.
[[nodiscard]] base::Result<std::string> ApprovalText(const Approval& approval);

/// The complete note; `approval.key_name` is set to the key's name.
[[nodiscard]] base::Result<std::string> SignApproval(Approval approval, const keys::SigningKey& key);

/// Reads a note without verifying its signature. There is one way to write each approval: whatever
/// ApprovalText would write differently is kInvalid.
[[nodiscard]] base::Result<SignedApproval> ParseApproval(std::string_view note);

}  // namespace proviso::oversight
