#include "record/fields.h"

#include <algorithm>
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

base::Digest SaltOf(const keys::HmacSha256Key& key, Field field) {
  return key.Tag(IdBytes(field));
}

/// The RFC 6962 leaf of one slot; `value` null for an absent field.
Hash SlotHash(Field field, const base::Digest& salt, const std::string* value) {
  std::array<std::uint8_t, 1 + kSlotTag.size() + 2 + sizeof(base::Digest) + 1> head{0x00};  // 0x00: a leaf
  auto at = std::ranges::copy(kSlotTag, head.begin() + 1).out;
  at = std::ranges::copy(IdBytes(field), at).out;
  at = std::ranges::copy(salt, at).out;
  *at = value != nullptr ? 1 : 0;
  const std::array<base::ByteView, 2> parts{head,
                                            value != nullptr ? base::AsBytes(*value) : base::ByteView()};
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
  const keys::HmacSha256Key salts(key);
  auto next = values.begin();  // both run in the order of the fields
  for (std::size_t id = 0; id < kFields; ++id) {
    const auto field = static_cast<Field>(id);
    const std::string* value = next != values.end() && next->first == field ? &(next++)->second : nullptr;
    nodes.at(kFields + id) = SlotHash(field, SaltOf(salts, field), value);
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
  OpenedField opened{field, SaltOf(keys::HmacSha256Key(key_), field), std::nullopt, {}};
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
