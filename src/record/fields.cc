#include "record/fields.h"

#include <string>

#include "base/random.h"
#include "keys/digest.h"
#include "record/limits.h"

namespace proviso::record {
namespace {

constexpr std::string_view kSlotTag{"pf1\0", 4};
using Nodes = std::array<Hash, 2 * kFields>;

std::array<std::uint8_t, 2> IdBytes(Field field) {
  const auto id = static_cast<std::uint16_t>(field);
  return {static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id & 0xFFU)};
}

base::Digest SaltOf(const RecordKey& key, Field field) {
  return keys::HmacSha256(key, IdBytes(field));
}

/// The RFC 6962 leaf of one slot; `value` null for an absent field.
Hash SlotHash(Field field, const base::Digest& salt, const std::string* value) {
  const std::array<std::uint8_t, 1> leaf_prefix{0x00};
  const std::array<std::uint8_t, 1> presence{static_cast<std::uint8_t>(value != nullptr ? 1 : 0)};
  const auto id = IdBytes(field);
  const base::ByteView text = value != nullptr ? base::AsBytes(*value) : base::ByteView();
  const std::array<base::ByteView, 6> parts{leaf_prefix, base::AsBytes(kSlotTag), id, salt, presence, text};
  return keys::Sha256Of(parts);
}

base::Status CheckValues(const FieldValues& values) {
  for (const auto& [field, value] : values) {
    if (static_cast<std::size_t>(field) >= kFields) {
      return base::Fail(base::ErrorCode::kInvalid,
                        "there is no field " + std::to_string(static_cast<int>(field)));
    }
    if (value.size() > kFieldValueBytesMax) {
      return base::Fail(base::ErrorCode::kLimit, "field " + std::string(FieldName(field)) + ": longer than " +
                                                     std::to_string(kFieldValueBytesMax) + " bytes");
    }
  }
  return {};
}

void FillNodes(Nodes& nodes, const RecordKey& key, const FieldValues& values) {
  for (std::size_t id = 0; id < kFields; ++id) {
    const auto field = static_cast<Field>(id);
    const auto found = values.find(field);
    nodes.at(kFields + id) =
        SlotHash(field, SaltOf(key, field), found == values.end() ? nullptr : &found->second);
  }
  for (std::size_t i = kFields - 1; i >= 1; --i) nodes.at(i) = NodeHash(nodes.at(2 * i), nodes.at(2 * i + 1));
}

}  // namespace

RecordKey NewRecordKey() {
  RecordKey key;
  base::FillRandom(key);
  return key;
}

base::Result<FieldTree> FieldTree::Make(const RecordKey& key, const FieldValues& values) {
  if (auto checked = CheckValues(values); !checked) return std::unexpected(checked.error());
  FieldTree tree;
  tree.key_ = key;
  tree.values_ = values;
  tree.nodes_ = std::make_unique<Nodes>();
  FillNodes(*tree.nodes_, key, values);
  return tree;
}

OpenedField FieldTree::Open(Field field) const {
  OpenedField opened{field, SaltOf(key_, field), std::nullopt, {}};
  if (const auto found = values_.find(field); found != values_.end()) opened.value = found->second;
  std::size_t node = kFields + static_cast<std::size_t>(field);
  for (Hash& sibling : opened.path) {
    sibling = nodes_->at(node ^ 1U);
    node /= 2;
  }
  return opened;
}

base::Result<Hash> FieldsRoot(const RecordKey& key, const FieldValues& values) {
  if (auto checked = CheckValues(values); !checked) return std::unexpected(checked.error());
  Nodes nodes;
  FillNodes(nodes, key, values);
  return nodes[1];
}

base::Status VerifyField(const OpenedField& opened, const Hash& root) {
  const auto id = static_cast<std::size_t>(opened.field);
  if (id >= kFields) return base::Fail(base::ErrorCode::kInvalid, "there is no field " + std::to_string(id));
  const Hash slot = SlotHash(opened.field, opened.salt, opened.value ? &*opened.value : nullptr);
  auto held = VerifyInclusion(id, kFields, slot, opened.path, root);
  if (!held) {
    return base::Fail(base::ErrorCode::kCorrupt, "field " + std::string(FieldName(opened.field)) +
                                                     ": is not what the entry committed to");
  }
  return held;
}

}  // namespace proviso::record
