// An entry of the record: what anybody may see of one decision.
//
//   {v: 1, seq: 41, kind: "OUTCOME", pair: 38, t_ms: 1772270000123, fields: <32 bytes>, schema: 1}
//
// in deterministic CBOR (RFC 8949 §4.2.1): kind, time and position are in clear; everything else is
// under `fields`, the root of a small tree of salted slots (fields.h), and discloses nothing by
// itself. `seq` is the entry's own index in the log. `pair` stands in an OUTCOME and names the
// index of the INTENT that it answers. docs/formats/record.md has every byte.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "record/merkle.h"

namespace proviso::record {

enum class Kind : std::uint8_t {
  kIntent,     ///< decided, about to act
  kOutcome,    ///< what became of the INTENT that `pair` names
  kPolicy,     ///< the terms in force changed
  kKey,        ///< a key of the log or of a party changed; the first entry of a log names its key
  kHeartbeat,  ///< nothing happened, and here is the proof that the log was alive
  kShred,      ///< a subject's key was destroyed; its openings cannot be read any more
};
inline constexpr std::size_t kKinds = 6;

/// "INTENT", "OUTCOME", "POLICY", "KEY", "HEARTBEAT", "SHRED".
[[nodiscard]] std::string_view KindName(Kind kind);
[[nodiscard]] std::optional<Kind> KindNamed(std::string_view name);

/// What a value is about; the number is the slot of the field tree. Values are UTF-8 text: digests
/// in hexadecimal, numbers in decimal, lists and structures as JSON.
enum class Field : std::uint16_t {
  kDecisionId = 0,
  kTenant = 1,
  kAgreementDigest = 2,
  kClauseIds = 3,
  kOutcome = 4,
  kPrincipal = 5,
  kOnBehalfOf = 6,
  kPurpose = 7,
  kAuthority = 8,
  kLabel = 9,
  kEnclave = 10,
  kDialect = 11,
  kProvider = 12,
  kModel = 13,  ///< model and version
  kTool = 14,
  kCallDigest = 15,
  kRequestDigest = 16,
  kRequestBytes = 17,
  kResponseDigest = 18,
  kResponseBytes = 19,
  kFindings = 20,
  kLedgerCounts = 21,
  kApprovals = 22,  ///< approvers and their signatures
  kTransitionId = 23,
  kUpstreamRequestId = 24,
  kTokens = 25,
  kLatencyMs = 26,
  kBuild = 27,
  kConfigurationDigest = 28,
  kSubjectTag = 29,  ///< SHRED: whose openings were destroyed, as a keyed tag
  kDetail = 30,      ///< KEY, POLICY, HEARTBEAT: what happened; INTENT, OUTCOME: what a translation left out
  kDeclared = 31,    ///< other facts that the caller's party asserted, as JSON
};
inline constexpr std::size_t kFields = 32;

/// "decision_id", "clause_ids", …
[[nodiscard]] std::string_view FieldName(Field field);
[[nodiscard]] std::optional<Field> FieldNamed(std::string_view name);

using FieldValues = std::map<Field, std::string>;

/// What a caller wants recorded; the log adds time and position.
struct EntryDraft {
  Kind kind = Kind::kIntent;
  /// The index of the INTENT, for an OUTCOME and only there.
  std::optional<std::uint64_t> pair;
  /// Whom the values are about: all openings of one subject can be shredded together. Empty: the
  /// gateway itself.
  std::string subject;
  FieldValues fields;
};

/// The public part, as it stands in the log.
struct Entry {
  Kind kind = Kind::kIntent;
  std::int64_t t_ms = 0;  ///< wall time, milliseconds since 1970, not negative
  std::uint64_t seq = 0;
  std::optional<std::uint64_t> pair;
  Hash fields{};

  bool operator==(const Entry&) const = default;
};

[[nodiscard]] std::string EncodeEntry(const Entry& entry);
/// Accepts only what EncodeEntry writes: kCorrupt with the byte for anything that is not
/// deterministic CBOR, for an unknown key, kind or version, and for a `pair` in the wrong kind.
[[nodiscard]] base::Result<Entry> DecodeEntry(std::string_view bytes);

}  // namespace proviso::record
