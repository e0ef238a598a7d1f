#include "terms/bundle_signature.h"

#include <array>
#include <utility>

#include "base/clock.h"
#include "terms/internal/statement_lines.h"
#include "terms/limits.h"

namespace proviso::terms {
namespace {

using base::ErrorCode;
using base::Fail;
using internal::StatementLines;

constexpr std::string_view kFormat = "proviso.signature/v1\n";

std::string WithId(std::string_view name, std::uint32_t id) {
  const std::array<std::uint8_t, 4> bytes{static_cast<std::uint8_t>(id >> 24U),
                                          static_cast<std::uint8_t>(id >> 16U),
                                          static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id)};
  return std::string(name) + "+" + base::ToHex(bytes);
}

std::unexpected<base::Error> NotTheFormat(std::string_view what) {
  return Fail(ErrorCode::kInvalid, "signature: " + std::string(what) +
                                       "; the lines are agreement, version, package, manifest, party, time, "
                                       "in this order (docs/formats/bundle.md)");
}

base::Result<SignatureStatement> ParseStatement(std::string_view text) {
  if (!text.starts_with(kFormat)) return NotTheFormat("does not begin with proviso.signature/v1");
  StatementLines lines(text.substr(kFormat.size()));
  SignatureStatement statement;
  statement.agreement = lines.Take("agreement").value_or("");
  statement.version = lines.Take("version").value_or("");
  statement.package = lines.Take("package").value_or("");
  statement.manifest = lines.Take("manifest").value_or("");
  statement.party = lines.Take("party").value_or("");
  const auto time = base::ParseUtc(lines.Take("time").value_or(""));
  if (!time) return NotTheFormat("time is not an instant such as 2026-12-31T00:00:00.000Z");
  statement.time_ms = *time;
  if (!lines.AtEnd()) return NotTheFormat("a line is unknown, repeated or out of order");
  const auto rewritten = StatementText(statement);
  if (!rewritten) return std::unexpected(rewritten.error());
  if (*rewritten != text) return NotTheFormat("a value is not in its one spelling");
  return statement;
}

/// The note's bytes: its text, a blank line, its one signature line.
std::string WriteNote(const keys::Note& note) {
  const keys::NoteSignature& signature = note.signatures.front();
  base::Bytes bytes{
      static_cast<std::uint8_t>(signature.key_id >> 24U), static_cast<std::uint8_t>(signature.key_id >> 16U),
      static_cast<std::uint8_t>(signature.key_id >> 8U), static_cast<std::uint8_t>(signature.key_id)};
  bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
  return note.text + "\n\xE2\x80\x94 " + signature.name + " " + base::ToBase64(bytes) + "\n";
}

}  // namespace

std::string BundleSignature::KeyText() const {
  return WithId(key_name(), key_id());
}

std::string BundleSignature::Text() const {
  return WriteNote(note);
}

bool BundleSignature::IsBy(const keys::VerifyKey& key) const {
  return key.name() == key_name() && key.id() == key_id();
}

bool BundleSignature::Verifies(const keys::VerifyKey& key) const {
  return IsBy(key) && key.Verify(note.text, note.signatures.front().bytes);
}

std::string ShortText(const keys::VerifyKey& key) {
  return WithId(key.name(), key.id());
}

base::Result<std::string> StatementText(const SignatureStatement& statement) {
  const std::string time = base::FormatUtc(statement.time_ms);
  const std::array<std::pair<std::string_view, std::string_view>, 6> lines{
      {{"agreement", statement.agreement},
       {"version", statement.version},
       {"package", statement.package},
       {"manifest", statement.manifest},
       {"party", statement.party},
       {"time", time}}};
  std::string text(kFormat);
  for (const auto& [word, value] : lines) {
    if (auto added = internal::AppendLine(text, "signature", word, value); !added)
      return std::unexpected(added.error());
  }
  return text;
}

base::Result<BundleSignature> SignStatement(const SignatureStatement& statement,
                                            const keys::SigningKey& key) {
  const auto text = StatementText(statement);
  if (!text) return std::unexpected(text.error());
  const keys::SigningKey* const signers[] = {&key};
  const auto note = keys::SignNote(*text, signers);
  if (!note) return base::Within("signature", note.error());
  return ParseBundleSignature(*note);
}

base::Result<BundleSignature> ParseBundleSignature(std::string_view note) {
  if (note.size() > kBundleSignatureBytesMax) {
    return Fail(ErrorCode::kLimit,
                "signature: longer than " + std::to_string(kBundleSignatureBytesMax) + " bytes");
  }
  auto parsed = keys::ParseNote(note);
  if (!parsed) return base::Within("signature", parsed.error());
  if (parsed->signatures.size() != 1) return NotTheFormat("has more than one signature line");
  auto statement = ParseStatement(parsed->text);
  if (!statement) return std::unexpected(statement.error());
  BundleSignature signature{std::move(*statement), std::move(*parsed)};
  if (signature.Text() != note) return NotTheFormat("the signature line is not in its one spelling");
  return signature;
}

}  // namespace proviso::terms
