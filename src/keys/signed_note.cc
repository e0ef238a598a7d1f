#include "keys/signed_note.h"

#include <algorithm>

#include "keys/limits.h"

namespace proviso::keys {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // an em dash and a space
constexpr std::size_t kIdBytes = 4;

base::Status CheckText(std::string_view text) {
  if (!text.ends_with('\n')) return Fail(ErrorCode::kInvalid, "a note's text must end with a newline");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7F) {
      return Fail(ErrorCode::kInvalid, "a note has a control character at offset " + std::to_string(i));
    }
  }
  return {};
}

base::Result<NoteSignature> ParseSignatureLine(std::string_view line) {
  const std::string shown(line.substr(0, 80));
  if (!line.starts_with(kSignaturePrefix)) {
    return Fail(ErrorCode::kInvalid,
                "a note's signature line must begin with an em dash and a space: " + shown);
  }
  line.remove_prefix(kSignaturePrefix.size());
  const auto space = line.find(' ');
  const auto bytes = space == std::string_view::npos ? base::Result<base::Bytes>(base::Bytes())
                                                     : base::FromBase64(line.substr(space + 1));
  if (space == 0 || !bytes || bytes->size() <= kIdBytes) {
    return Fail(ErrorCode::kInvalid, "a note's signature line is malformed: " + shown);
  }
  NoteSignature signature;
  signature.name = line.substr(0, space);
  for (std::size_t i = 0; i < kIdBytes; ++i) signature.key_id = signature.key_id << 8U | (*bytes)[i];
  signature.bytes.assign(bytes->begin() + kIdBytes, bytes->end());
  return signature;
}

}  // namespace

base::Result<Note> ParseNote(std::string_view note) {
  if (note.size() > kNoteBytesMax) return Fail(ErrorCode::kLimit, "a note is larger than 1,000,000 bytes");
  if (auto checked = CheckText(note); !checked) return std::unexpected(checked.error());
  const auto blank = note.rfind("\n\n");
  if (blank == std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "a note needs a blank line between its text and its signatures");
  }
  Note parsed;
  parsed.text = note.substr(0, blank + 1);
  std::string_view rest = note.substr(blank + 2);
  while (!rest.empty()) {
    const auto newline = rest.find('\n');
    auto signature = ParseSignatureLine(rest.substr(0, newline));
    if (!signature) return std::unexpected(signature.error());
    parsed.signatures.push_back(std::move(*signature));
    if (parsed.signatures.size() > kNoteSignaturesMax) {
      return Fail(ErrorCode::kLimit, "a note has more than 100 signatures");
    }
    rest.remove_prefix(newline + 1);
  }
  if (parsed.signatures.empty()) return Fail(ErrorCode::kInvalid, "a note has no signature");
  return parsed;
}

std::string SignatureLine(std::string_view text, const SigningKey& key) {
  const std::uint32_t id = key.verifier().id();
  base::Bytes bytes{static_cast<std::uint8_t>(id >> 24U), static_cast<std::uint8_t>(id >> 16U),
                    static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id)};
  const Signature signature = key.Sign(text);
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return std::string(kSignaturePrefix) + key.verifier().name() + " " + base::ToBase64(bytes) + "\n";
}

base::Result<std::string> SignNote(std::string_view text, std::span<const SigningKey* const> keys) {
  if (auto checked = CheckText(text); !checked) return std::unexpected(checked.error());
  std::string note = std::string(text) + "\n";
  for (const SigningKey* key : keys) note += SignatureLine(text, *key);
  return note;
}

base::Result<std::vector<VerifyKey>> VerifiedSigners(const Note& note, std::span<const VerifyKey> known) {
  std::vector<VerifyKey> signers;
  for (const VerifyKey& key : known) {
    const auto found = std::ranges::find_if(note.signatures, [&key](const NoteSignature& signature) {
      return signature.name == key.name() && signature.key_id == key.id();
    });
    if (found == note.signatures.end()) continue;
    if (!key.Verify(note.text, found->bytes)) {
      return Fail(ErrorCode::kCorrupt, "the signature of " + key.name() + " does not fit the text");
    }
    signers.push_back(key);
  }
  return signers;
}

}  // namespace proviso::keys
