#include "record/disclosure.h"

#include <algorithm>

#include "base/json.h"
#include "base/json_writer.h"
#include "record/limits.h"

namespace proviso::record {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Result;

constexpr std::string_view kFormat = "proviso-disclosure@v1";

void WriteField(base::JsonWriter& json, const OpenedField& opened) {
  json.BeginObject().Key("id").Integer(static_cast<std::int64_t>(opened.field));
  json.Key("name").String(FieldName(opened.field)).Key("salt").String(base::ToBase64(opened.salt));
  json.Key("value");
  if (opened.value) {
    json.String(base::ToBase64(base::AsBytes(*opened.value)));
  } else {
    json.Null();
  }
  json.Key("path").BeginArray();
  for (const Hash& hash : opened.path) json.String(base::ToBase64(hash));
  json.EndArray().EndObject();
}

std::unexpected<base::Error> Bad(const base::Json& at, std::string_view what) {
  return Fail(ErrorCode::kInvalid, "disclosure: " + at.Where() + ": " + std::string(what));
}

Result<Hash> ReadHash(const base::Json& json, const base::Json& parent) {
  const auto bytes = base::FromBase64(json.text());
  Hash hash{};
  if (!json.is_string() || !bytes || bytes->size() != hash.size())
    return Bad(parent, "needs base64 of 32 bytes");
  std::ranges::copy(*bytes, hash.begin());
  return hash;
}

Result<OpenedField> ReadField(const base::Json& json) {
  OpenedField opened;
  const auto id = json.Find("id").integer();
  if (!id || *id < 0 || *id >= static_cast<std::int64_t>(kFields)) return Bad(json, "needs an id of 0 to 31");
  opened.field = static_cast<Field>(*id);
  if (!json.Find("name").equals(FieldName(opened.field))) return Bad(json, "the name is not that of the id");
  const auto salt = ReadHash(json.Find("salt"), json);
  if (!salt) return std::unexpected(salt.error());
  opened.salt = *salt;
  const base::Json value = json.Find("value");
  if (!value.is_null()) {
    const auto bytes = base::FromBase64(value.text());
    if (!value.is_string() || !bytes) return Bad(json, "needs a value: base64, or null for an absent field");
    opened.value = std::string(base::AsText(*bytes));
  }
  if (json.Find("path").size() != kFieldPathHashes) return Bad(json, "needs a path of five hashes");
  std::size_t i = 0;
  for (const base::Json element : json.Find("path").elements()) {
    const auto hash = ReadHash(element, json);
    if (!hash) return std::unexpected(hash.error());
    opened.path.at(i++) = *hash;
  }
  return opened;
}

}  // namespace

Result<std::string> Disclose(const Fetch& fetch, const keys::VerifyKey& key, std::uint64_t index,
                             const Opening& opening, std::span<const Field> fields) {
  const auto proof = ProveEntry(fetch, key, index);
  if (!proof) return std::unexpected(proof.error());
  const auto checkpoint = fetch("checkpoint");
  if (!checkpoint) return std::unexpected(checkpoint.error());
  const auto head = OpenCheckpoint(*checkpoint, key);
  if (!head) return std::unexpected(head.error());
  const auto bytes = FetchEntry(fetch, head->size, index);
  if (!bytes) return std::unexpected(bytes.error());
  const auto entry = DecodeEntry(*bytes);
  if (!entry) return std::unexpected(entry.error());
  const auto tree = FieldTree::Make(opening.key, opening.values);
  if (!tree) return std::unexpected(tree.error());
  if (tree->root() != entry->fields) {
    return Fail(ErrorCode::kCorrupt, "the opening is not of entry " + std::to_string(index));
  }
  base::JsonWriter json(base::JsonWriter::Layout::kPretty);
  json.BeginObject().Key("format").String(kFormat);
  json.Key("entry").String(base::ToBase64(base::AsBytes(*bytes))).Key("proof").String(*proof);
  json.Key("fields").BeginArray();
  for (const Field field : fields) WriteField(json, tree->Open(field));
  json.EndArray().EndObject();
  return json.Take() + "\n";
}

Result<Disclosed> VerifyDisclosure(std::string_view json, const keys::VerifyKey& key) {
  if (json.size() > kDisclosureBytesMax) return Fail(ErrorCode::kLimit, "disclosure: larger than 4 MiB");
  const auto document = base::JsonDocument::Parse(json);
  if (!document) return base::Within("disclosure", document.error());
  const base::Json root = document->root();
  if (!root.Find("format").equals(kFormat)) return Bad(root, "the format must be " + std::string(kFormat));
  const auto bytes = base::FromBase64(root.Find("entry").text());
  if (!bytes) return Bad(root, "needs an entry in base64");
  const auto entry = DecodeEntry(base::AsText(*bytes));
  if (!entry) return base::Within("disclosure: entry", entry.error());
  const auto proven = VerifyEntryProof(root.Find("proof").text(), *bytes, key);
  if (!proven) return base::Within("disclosure", proven.error());
  if (entry->seq != proven->index)
    return Fail(ErrorCode::kCorrupt, "disclosure: the entry is at another position");
  Disclosed disclosed{proven->checkpoint, proven->index, *entry, {}};
  for (const base::Json element : root.Find("fields").elements()) {
    auto opened = ReadField(element);
    if (!opened) return std::unexpected(opened.error());
    if (auto held = VerifyField(*opened, entry->fields); !held)
      return base::Within("disclosure", held.error());
    disclosed.fields.push_back(std::move(*opened));
  }
  return disclosed;
}

}  // namespace proviso::record
