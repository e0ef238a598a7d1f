#include "record/entry.h"

#include <array>

#include "record/internal/cbor.h"
#include "record/limits.h"

namespace proviso::record {
namespace {

using internal::CborReader;
using internal::CborWriter;

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kSchema = 1;

constexpr std::array<std::string_view, kKinds> kKindNames{"INTENT", "OUTCOME",   "POLICY",
                                                          "KEY",    "HEARTBEAT", "SHRED"};

constexpr std::array<std::string_view, kFields> kFieldNames{"decision_id",
                                                            "tenant",
                                                            "agreement_digest",
                                                            "clause_ids",
                                                            "outcome",
                                                            "principal",
                                                            "on_behalf_of",
                                                            "purpose",
                                                            "authority",
                                                            "label",
                                                            "enclave",
                                                            "dialect",
                                                            "provider",
                                                            "model",
                                                            "tool",
                                                            "call_digest",
                                                            "request_digest",
                                                            "request_bytes",
                                                            "response_digest",
                                                            "response_bytes",
                                                            "findings",
                                                            "ledger_counts",
                                                            "approvals",
                                                            "transition_id",
                                                            "upstream_request_id",
                                                            "tokens",
                                                            "latency_ms",
                                                            "build",
                                                            "configuration_digest",
                                                            "subject_tag",
                                                            "detail",
                                                            "declared"};

/// What a reader has gathered from the map; each key must have come.
struct Gathered {
  std::optional<std::uint64_t> version;
  std::optional<std::uint64_t> seq;
  std::optional<std::uint64_t> pair;
  std::optional<std::uint64_t> t_ms;
  std::optional<std::uint64_t> schema;
  std::optional<Kind> kind;
  std::optional<std::string_view> fields;
};

base::Status TakeNumber(CborReader& reader, std::optional<std::uint64_t>& into) {
  const auto number = reader.Unsigned();
  if (!number) return std::unexpected(number.error());
  into = *number;
  return {};
}

base::Status TakeKind(CborReader& reader, std::optional<Kind>& into) {
  const auto name = reader.Text();
  if (!name) return std::unexpected(name.error());
  into = KindNamed(*name);
  if (!into) return reader.Refuse("an unknown kind");
  return {};
}

base::Status TakeFields(CborReader& reader, std::optional<std::string_view>& into) {
  const auto bytes = reader.Bytes();
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() != sizeof(Hash)) return reader.Refuse("fields must have 32 bytes");
  into = *bytes;
  return {};
}

base::Status TakeValue(CborReader& reader, std::string_view key, Gathered& gathered) {
  if (key == "v") return TakeNumber(reader, gathered.version);
  if (key == "seq") return TakeNumber(reader, gathered.seq);
  if (key == "pair") return TakeNumber(reader, gathered.pair);
  if (key == "t_ms") return TakeNumber(reader, gathered.t_ms);
  if (key == "schema") return TakeNumber(reader, gathered.schema);
  if (key == "kind") return TakeKind(reader, gathered.kind);
  if (key == "fields") return TakeFields(reader, gathered.fields);
  return reader.Refuse("an unknown key");
}

base::Result<Entry> Check(const CborReader& reader, const Gathered& got) {
  if (!got.version || !got.seq || !got.t_ms || !got.schema || !got.kind || !got.fields) {
    return reader.Refuse("an entry needs v, seq, kind, t_ms, fields and schema");
  }
  if (*got.version != kVersion) return reader.Refuse("an entry of another version than 1");
  if (*got.schema != kSchema) return reader.Refuse("an entry of another schema than 1");
  if (*got.t_ms > INT64_MAX) return reader.Refuse("a time beyond 63 bits");
  if (got.pair.has_value() != (*got.kind == Kind::kOutcome)) {
    return reader.Refuse("pair belongs in an OUTCOME, and only there");
  }
  if (got.pair && *got.pair >= *got.seq) return reader.Refuse("pair must name an earlier entry");
  Entry entry{*got.kind, static_cast<std::int64_t>(*got.t_ms), *got.seq, got.pair, {}};
  const base::ByteView fields = base::AsBytes(*got.fields);
  std::copy(fields.begin(), fields.end(), entry.fields.begin());
  return entry;
}

}  // namespace

std::string_view KindName(Kind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}

std::optional<Kind> KindNamed(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames.at(i) == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

std::string_view FieldName(Field field) {
  return kFieldNames.at(static_cast<std::size_t>(field));
}

std::optional<Field> FieldNamed(std::string_view name) {
  for (std::size_t i = 0; i < kFieldNames.size(); ++i) {
    if (kFieldNames.at(i) == name) return static_cast<Field>(i);
  }
  return std::nullopt;
}

std::string EncodeEntry(const Entry& entry) {
  // Keys by the bytes of their encoding: shorter ones first.
  CborWriter cbor;
  cbor.Map(entry.pair ? 7 : 6);
  cbor.Text("v").Unsigned(kVersion);
  cbor.Text("seq").Unsigned(entry.seq);
  cbor.Text("kind").Text(KindName(entry.kind));
  if (entry.pair) cbor.Text("pair").Unsigned(*entry.pair);
  cbor.Text("t_ms").Unsigned(static_cast<std::uint64_t>(entry.t_ms));
  cbor.Text("fields").Bytes(entry.fields);
  cbor.Text("schema").Unsigned(kSchema);
  return cbor.Take();
}

base::Result<Entry> DecodeEntry(std::string_view bytes) {
  if (bytes.size() > kEntryBytesMax) {
    return base::Fail(base::ErrorCode::kCorrupt, "an entry is longer than 65,535 bytes");
  }
  CborReader reader(bytes);
  const auto pairs = reader.Map();
  if (!pairs) return std::unexpected(pairs.error());
  internal::CborKeyOrder order;
  Gathered gathered;
  for (std::uint64_t i = 0; i < *pairs; ++i) {
    const std::size_t begin = reader.at();
    const auto key = reader.Text();
    if (!key) return std::unexpected(key.error());
    if (auto ordered = order.Next(reader, begin); !ordered) return std::unexpected(ordered.error());
    if (auto taken = TakeValue(reader, *key, gathered); !taken) return std::unexpected(taken.error());
  }
  if (auto end = reader.End(); !end) return std::unexpected(end.error());
  return Check(reader, gathered);
}

}  // namespace proviso::record
