// Signed notes (C2SP `signed-note`): a text that people can read, and lines of signatures under it.
//
//   example.com/log
//   15
//   ZXhhbXBsZQ==
//
//   — example.com/log AAAAAbase64…
//
// Checkpoints of the record, agreements and approvals are notes, so that any note tool reads them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keys/signing.h"

namespace proviso::keys {

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  base::Bytes bytes;  ///< After the four id bytes; 64 of them for Ed25519.
};

struct Note {
  std::string text;  ///< What is signed; ends with a newline.
  std::vector<NoteSignature> signatures;
};

/// Splits a note into text and signatures without verifying. Refuses control characters, bad
/// UTF-8, a missing blank line, malformed signature lines, and anything past the limits.
[[nodiscard]] base::Result<Note> ParseNote(std::string_view note);

/// The note of `text` (which must end with a newline) with one signature of each key, in order.
[[nodiscard]] base::Result<std::string> SignNote(std::string_view text,
                                                 std::span<const SigningKey* const> keys);

/// One signature line, "— name base64\n", for adding to a note that others have signed.
[[nodiscard]] std::string SignatureLine(std::string_view text, const SigningKey& key);

/// The keys among `known` whose signatures on `note` verify, in their order in `known`. A
/// signature by an unknown key is ignored; one by a known key that does not verify is kCorrupt.
[[nodiscard]] base::Result<std::vector<VerifyKey>> VerifiedSigners(const Note& note,
                                                                   std::span<const VerifyKey> known);

}  // namespace proviso::keys
