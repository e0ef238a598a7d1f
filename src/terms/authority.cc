#include "terms/authority.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/clock.h"
#include "base/fields.h"
#include "keys/signed_note.h"
#include "terms/internal/statement_lines.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using base::ErrorCode;
using base::Fail;
using internal::StatementLines;

constexpr std::string_view kHeader = "proviso.authority/v1\n";
/// Base64 of kHeader, which is a multiple of three bytes: how a statement is told from a claim.
constexpr std::string_view kStatementBegin = "cHJvdmlzby5hdXRob3JpdHkvdjEK";

std::optional<std::int64_t> WholeNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

std::unexpected<base::Error> NotTheFormat(std::string_view what) {
  return Fail(ErrorCode::kInvalid, "authority: " + std::string(what) +
                                       "; the lines are kind, case, issuer, subject_cap, expires, "
                                       "organization, in this order (docs/formats/authority.md)");
}

/// Reads the text, and writes it again to be sure that it is the one spelling of what was read.
base::Result<AuthorityStatement> ParseText(std::string_view text) {
  if (!text.starts_with(kHeader)) return NotTheFormat("does not begin with proviso.authority/v1");
  StatementLines lines(text.substr(kHeader.size()));
  AuthorityStatement statement;
  AuthorityFact& authority = statement.authority;
  authority.standing = AuthorityFact::Standing::kSigned;
  authority.kind = lines.Take("kind").value_or("");
  authority.reference = lines.Take("case").value_or("");
  authority.issuer = lines.Take("issuer").value_or("");
  if (const auto cap = lines.Take("subject_cap")) {
    authority.subject_cap = WholeNumber(*cap);
    if (!authority.subject_cap) return NotTheFormat("subject_cap is not a whole number");
  }
  if (const auto expires = lines.Take("expires")) {
    const auto time = base::ParseUtc(*expires);
    if (!time) return NotTheFormat("expires is not an instant such as 2026-12-31T00:00:00.000Z");
    authority.expires_ms = *time;
  }
  statement.organization = lines.Take("organization").value_or("");
  if (!lines.AtEnd()) return NotTheFormat("a line is unknown, repeated or out of order");
  const auto rewritten = AuthorityText(statement);
  if (!rewritten) return std::unexpected(rewritten.error());
  if (*rewritten != text) return NotTheFormat("a value is not in its one spelling");
  return statement;
}

base::Status CheckSignature(const Agreement& agreement, const keys::Note& note, const std::string& issuer) {
  std::vector<keys::VerifyKey> known;
  for (const AuthorityIssuer& each : agreement.authority_issuers) {
    if (each.id == issuer) known.push_back(each.key);
  }
  if (known.empty()) return Fail(ErrorCode::kDenied, "authority: the agreement names no issuer " + issuer);
  const auto signers = keys::VerifiedSigners(note, known);
  if (!signers) return base::Within("authority", signers.error());
  if (signers->empty())
    return Fail(ErrorCode::kCorrupt, "authority: not signed by the key of issuer " + issuer);
  return {};
}

base::Result<AuthorityFact> ReadStatement(const Agreement& agreement, std::string_view organization,
                                          std::int64_t now_ms, std::string_view value) {
  const auto bytes = base::FromBase64(value);
  if (!bytes) return base::Within("authority", bytes.error());
  const auto note = keys::ParseNote(base::AsText(*bytes));
  if (!note) return base::Within("authority", note.error());
  auto statement = ParseText(note->text);
  if (!statement) return std::unexpected(statement.error());
  AuthorityFact& authority = statement->authority;
  if (auto is_signed = CheckSignature(agreement, *note, authority.issuer); !is_signed)
    return std::unexpected(is_signed.error());
  if (statement->organization != organization) {
    return Fail(ErrorCode::kDenied,
                "authority: made out to another organization than the one that this key belongs to");
  }
  if (authority.expires_ms && now_ms >= *authority.expires_ms)
    return Fail(ErrorCode::kExpired, "authority: expired at " + base::FormatUtc(*authority.expires_ms));
  return std::move(authority);
}

base::Result<AuthorityFact> ReadClaim(std::string_view value) {
  AuthorityFact claim;
  const std::vector<std::string> known{"kind", "case", "issuer"};
  const std::array<std::string*, 3> members{&claim.kind, &claim.reference, &claim.issuer};
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(';'), value.size());
    const std::string_view field = value.substr(0, end);
    const std::size_t equals = field.find('=');
    const std::string key(field.substr(0, equals));
    const auto found = std::ranges::find(known, key);
    if (equals == std::string_view::npos || found == known.end()) {
      const std::string meant = base::DidYouMean(key, known);
      return Fail(ErrorCode::kInvalid,
                  "authority: neither a signed statement nor a claim such as \"kind=K; case=C; issuer=I\"" +
                      (meant.empty() ? "" : "; did you mean " + meant + "=…?"));
    }
    std::string& member = *members[static_cast<std::size_t>(found - known.begin())];
    if (!member.empty()) return Fail(ErrorCode::kInvalid, "authority: " + key + " stands twice");
    member = field.substr(equals + 1);
    if (!internal::IsPlainLine(member))
      return Fail(ErrorCode::kInvalid, "authority: " + key + " must be one line of UTF-8");
    value.remove_prefix(end);
    if (value.empty()) break;
    value.remove_prefix(1);
    if (!value.starts_with(' ')) return Fail(ErrorCode::kInvalid, "authority: after `;` stands one space");
    value.remove_prefix(1);
    if (value.empty()) return Fail(ErrorCode::kInvalid, "authority: ends after `;`");
  }
  if (claim.kind.empty()) return Fail(ErrorCode::kInvalid, "authority: a claim names its kind, kind=…");
  return claim;
}

}  // namespace

base::Result<std::string> AuthorityText(const AuthorityStatement& statement) {
  const AuthorityFact& authority = statement.authority;
  std::string text(kHeader);
  base::Status status = internal::AppendLine(text, "authority", "kind", authority.kind);
  if (status && !authority.reference.empty())
    status = internal::AppendLine(text, "authority", "case", authority.reference);
  if (status) status = internal::AppendLine(text, "authority", "issuer", authority.issuer);
  if (status && authority.subject_cap)
    status = internal::AppendLine(text, "authority", "subject_cap", std::to_string(*authority.subject_cap));
  if (status && authority.expires_ms)
    status = internal::AppendLine(text, "authority", "expires", base::FormatUtc(*authority.expires_ms));
  if (status) status = internal::AppendLine(text, "authority", "organization", statement.organization);
  if (!status) return std::unexpected(status.error());
  return text;
}

base::Result<std::string> SignAuthority(const AuthorityStatement& statement, const keys::SigningKey& key) {
  const auto text = AuthorityText(statement);
  if (!text) return text;
  const keys::SigningKey* const signers[] = {&key};
  const auto note = keys::SignNote(*text, signers);
  if (!note) return base::Within("authority", note.error());
  std::string value = base::ToBase64(base::AsBytes(*note));
  if (value.size() > kDeclaredBytesMax) {
    return Fail(ErrorCode::kLimit,
                "authority: longer than " + std::to_string(kDeclaredBytesMax) + " bytes; shorten the case");
  }
  return value;
}

base::Result<AuthorityFact> ReadAuthority(const Agreement& agreement, std::string_view organization,
                                          std::int64_t now_ms, std::string_view value) {
  if (value.size() > kDeclaredBytesMax) {
    return Fail(ErrorCode::kLimit, "authority: longer than " + std::to_string(kDeclaredBytesMax) + " bytes");
  }
  if (value.starts_with(kStatementBegin)) return ReadStatement(agreement, organization, now_ms, value);
  return ReadClaim(value);
}

}  // namespace proviso::terms
