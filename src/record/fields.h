// The fields of one entry, committed without being shown.
//
// A tree of 32 fixed slots, one for each Field, hashed like the log itself (RFC 6962). A slot is
//
//   "pf1\0" ‖ u16 id ‖ salt[32] ‖ presence (00 or 01) ‖ value        salt = HMAC-SHA256(K, u16 id)
//
// K is random for each entry, so that equal values do not look equal and nothing can be guessed.
// Absent fields have slots too: how many are present is hidden, and absence can be proven. One field
// is opened with its salt, its value and five hashes (160 bytes); the others stay closed.
#pragma once

#include <array>
#include <memory>

#include "record/entry.h"

namespace proviso::record {

/// K_record: whoever has it and the values can open every field.
using RecordKey = base::Digest;
/// From getrandom(2).
[[nodiscard]] RecordKey NewRecordKey();

inline constexpr std::size_t kFieldPathHashes = 5;

/// One field laid open: what it takes to check it against the root in an entry.
struct OpenedField {
  Field field = Field::kDecisionId;
  base::Digest salt{};
  std::optional<std::string> value;  ///< nothing: proven absent
  std::array<Hash, kFieldPathHashes> path{};

  bool operator==(const OpenedField&) const = default;
};

/// The tree of one entry's fields. A value; reading it is safe from any thread.
class FieldTree {
 public:
  /// kLimit when a value is longer than kFieldValueBytesMax.
  [[nodiscard]] static base::Result<FieldTree> Make(const RecordKey& key, const FieldValues& values);

  [[nodiscard]] const Hash& root() const { return (*nodes_)[1]; }
  [[nodiscard]] OpenedField Open(Field field) const;

 private:
  FieldTree() = default;
  RecordKey key_{};
  FieldValues values_;
  /// A binary heap: node 1 is the root, node 32 + id the slot of a field.
  std::unique_ptr<std::array<Hash, 2 * kFields>> nodes_;
};

/// The root alone: what a log needs for each entry.
[[nodiscard]] base::Result<Hash> FieldsRoot(const RecordKey& key, const FieldValues& values);

/// kCorrupt when the field, its value or its absence is not what `root` committed to.
[[nodiscard]] base::Status VerifyField(const OpenedField& opened, const Hash& root);

}  // namespace proviso::record
