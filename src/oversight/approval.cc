#include "oversight/approval.h"

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "keys/limits.h"
#include "oversight/limits.h"
#include "oversight/visible_text.h"

namespace proviso::oversight {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::string_view kFormat = "proviso.approval/v1";

// A field of the note is the rest of a line: it must be visible and stay on its line.
bool FitsOneLine(std::string_view value) {
  return std::ranges::none_of(value,
                              [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

base::Status CheckFields(const Approval& approval) {
  if (approval.hold_id.empty() || approval.hold_id.size() > kFieldBytesMax ||
      !FitsOneLine(approval.hold_id) || approval.hold_id.contains(' ')) {
    return Fail(ErrorCode::kInvalid, "approval: the id of the held call is missing or malformed");
  }
  if (approval.key_name.empty() || approval.key_name.size() > keys::kKeyNameBytesMax ||
      !FitsOneLine(approval.key_name)) {
    return Fail(ErrorCode::kInvalid, "approval: the approver's key name is missing or malformed");
  }
  if (approval.reason.size() > kReasonBytesMax) {
    return Fail(ErrorCode::kLimit, "approval: the reason has " + std::to_string(approval.reason.size()) +
                                       " bytes; at most " + std::to_string(kReasonBytesMax));
  }
  // Also refuses bytes that are not UTF-8: they would change.
  if (MakeVisible(approval.reason, Backslashes::kKeep) != approval.reason) {
    return Fail(ErrorCode::kInvalid,
                "approval: the reason must be one line of text without control or invisible characters");
  }
  return {};
}

// Takes "<key> <value>\n" off the front of `rest`, or nothing if the line has another key.
std::optional<std::string_view> TakeLine(std::string_view& rest, std::string_view key) {
  const auto newline = rest.find('\n');
  if (newline == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, newline);
  if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') return std::nullopt;
  rest.remove_prefix(newline + 1);
  return line.substr(key.size() + 1);
}

// The value of the line that must come next, as `parse` reads it.
template <typename Parse>
auto NeedLine(std::string_view& rest, std::string_view key, Parse parse) -> decltype(parse(rest)) {
  const auto value = TakeLine(rest, key);
  if (!value) return Fail(ErrorCode::kInvalid, "approval: expected a line \"" + std::string(key) + " …\"");
  return parse(*value);
}

base::Result<std::string> ParseWord(std::string_view text) {
  return std::string(text);
}

base::Result<base::Digest> ParseDigest(std::string_view text) {
  const auto bytes = base::FromHex(text);
  if (!bytes || bytes->size() != base::Digest().size()) {
    return Fail(ErrorCode::kInvalid, "approval: \"statement\" needs 64 hexadecimal digits");
  }
  base::Digest digest;
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

base::Result<Verdict> ParseVerdict(std::string_view word) {
  if (word == Name(Verdict::kApprove)) return Verdict::kApprove;
  if (word == Name(Verdict::kDeny)) return Verdict::kDeny;
  return Fail(ErrorCode::kInvalid, "approval: \"decision\" must be \"approve\" or \"deny\"");
}

base::Result<Approval> ParseText(std::string_view text) {
  std::string_view rest = text;
  if (!rest.starts_with(std::string(kFormat) + "\n")) {
    return Fail(ErrorCode::kInvalid, "approval: the first line must be \"" + std::string(kFormat) + "\"");
  }
  rest.remove_prefix(kFormat.size() + 1);
  Approval approval;
  const auto hold = NeedLine(rest, "hold", ParseWord);
  if (!hold) return std::unexpected(hold.error());
  approval.hold_id = *hold;
  const auto statement = NeedLine(rest, "statement", ParseDigest);
  if (!statement) return std::unexpected(statement.error());
  approval.statement_digest = *statement;
  const auto verdict = NeedLine(rest, "decision", ParseVerdict);
  if (!verdict) return std::unexpected(verdict.error());
  approval.verdict = *verdict;
  const auto approver = NeedLine(rest, "approver", ParseWord);
  if (!approver) return std::unexpected(approver.error());
  approval.key_name = *approver;
  const auto time = NeedLine(rest, "time", base::ParseUtc);
  if (!time) return base::Within("approval: time", time.error());
  approval.time_ms = *time;
  if (const auto reason = TakeLine(rest, "reason")) approval.reason = *reason;
  if (!rest.empty()) return Fail(ErrorCode::kInvalid, "approval: lines after its last field");
  return approval;
}

}  // namespace

std::string_view Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kApprove:
      return "approve";
    case Verdict::kDeny:
      return "deny";
  }
  return "";
}

base::Result<std::string> ApprovalText(const Approval& approval) {
  if (auto checked = CheckFields(approval); !checked) return std::unexpected(checked.error());
  std::string text(kFormat);
  text += "\nhold " + approval.hold_id;
  text += "\nstatement " + base::ToHex(approval.statement_digest);
  text += "\ndecision " + std::string(Name(approval.verdict));
  text += "\napprover " + approval.key_name;
  text += "\ntime " + base::FormatUtc(approval.time_ms);
  if (!approval.reason.empty()) text += "\nreason " + approval.reason;
  text += "\n";
  return text;
}

base::Result<std::string> SignApproval(Approval approval, const keys::SigningKey& key) {
  approval.key_name = key.verifier().name();
  const auto text = ApprovalText(approval);
  if (!text) return std::unexpected(text.error());
  const keys::SigningKey* const signers[] = {&key};
  return keys::SignNote(*text, signers);
}

base::Result<SignedApproval> ParseApproval(std::string_view note) {
  if (note.size() > kApprovalBytesMax) {
    return Fail(ErrorCode::kLimit, "approval: larger than " + std::to_string(kApprovalBytesMax) +
                                       " bytes; not an approval note");
  }
  auto parsed = keys::ParseNote(note);
  if (!parsed) return base::Within("approval", parsed.error());
  auto approval = ParseText(parsed->text);
  if (!approval) return std::unexpected(approval.error());
  const auto canonical = ApprovalText(*approval);
  if (!canonical) return std::unexpected(canonical.error());
  if (*canonical != parsed->text) {
    return Fail(ErrorCode::kInvalid,
                "approval: not in its canonical form; sign the text that proviso writes");
  }
  if (parsed->signatures.size() != 1 || parsed->signatures.front().name != approval->key_name) {
    return Fail(ErrorCode::kInvalid, "approval: needs exactly one signature, by " + approval->key_name);
  }
  return SignedApproval{.approval = *std::move(approval), .note = *std::move(parsed)};
}

}  // namespace proviso::oversight
