// Cedar's values: what an expression evaluates to, and what entities and contexts hold.
//
//   Value effect = Value::String("engage");
//   Value input = Value::FromRecord(Record({{"count", Value::Long(2)}, {"effect", effect}}));
//   input.Text();  // {"count": 2, "effect": "engage"}
//
// Values are immutable. The bigger ones share their storage (shared_ptr to const: the same set or
// record is held by an entity, by a context, and by results, on several threads), so a copy costs a
// count and never a deep copy. Equality is deep, and values of different kinds are never equal.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cedar/extension.h"

namespace proviso::cedar {

/// The name of an entity: `Namespace::Type::"id"`. Copies share their text.
class EntityUid {
 public:
  /// `type` is a full type name, `id` any text.
  EntityUid(std::string type, std::string id);

  [[nodiscard]] const std::string& type() const { return name_->type; }
  [[nodiscard]] const std::string& id() const { return name_->id; }
  [[nodiscard]] std::size_t hash() const { return name_->hash; }
  [[nodiscard]] std::size_t type_hash() const { return name_->type_hash; }
  /// As Cedar writes it: `User::"alice"`.
  [[nodiscard]] std::string Text() const;

  bool operator==(const EntityUid& other) const {
    return name_ == other.name_ || (name_->hash == other.name_->hash && HasSameText(other));
  }
  std::strong_ordering operator<=>(const EntityUid& other) const;

 private:
  [[nodiscard]] bool HasSameText(const EntityUid& other) const;

  struct Name {
    std::string type;
    std::string id;
    std::size_t hash;
    std::size_t type_hash;
  };
  std::shared_ptr<const Name> name_;  // shared: an entity's name stands in many values and sets
};

struct EntityUidHash {
  std::size_t operator()(const EntityUid& uid) const { return uid.hash(); }
};

class Set;
class Record;

/// In the order of Value's alternatives.
enum class ValueKind : std::uint8_t {
  kBool,
  kLong,
  kString,
  kEntity,
  kSet,
  kRecord,
  kDecimal,
  kIpAddress,
  kDatetime,
  kDuration
};

/// "string", "set", "datetime", …: for messages.
[[nodiscard]] std::string_view KindName(ValueKind kind);

class Value {
 public:
  /// `false`; only to have something to assign to.
  Value() = default;

  [[nodiscard]] static Value Bool(bool value) { return Value(Storage(value)); }
  [[nodiscard]] static Value Long(std::int64_t value) { return Value(Storage(value)); }
  [[nodiscard]] static Value String(std::string value);
  [[nodiscard]] static Value Entity(EntityUid uid) { return Value(Storage(std::move(uid))); }
  /// Duplicates are dropped; order does not matter.
  [[nodiscard]] static Value FromElements(std::vector<Value> elements);
  [[nodiscard]] static Value FromRecord(Record record);
  [[nodiscard]] static Value FromDecimal(Decimal value) { return Value(Storage(value)); }
  [[nodiscard]] static Value FromIpAddress(const IpAddress& value);
  [[nodiscard]] static Value FromDatetime(Datetime value) { return Value(Storage(value)); }
  [[nodiscard]] static Value FromDuration(Duration value) { return Value(Storage(value)); }

  [[nodiscard]] ValueKind kind() const { return static_cast<ValueKind>(storage_.index()); }

  /// The content, or nullptr for another kind. Lives as long as this value, or a copy of it.
  [[nodiscard]] const bool* AsBool() const { return std::get_if<bool>(&storage_); }
  [[nodiscard]] const std::int64_t* AsLong() const { return std::get_if<std::int64_t>(&storage_); }
  [[nodiscard]] const std::string* AsString() const { return Shared<const std::string>(); }
  [[nodiscard]] const EntityUid* AsEntity() const { return std::get_if<EntityUid>(&storage_); }
  [[nodiscard]] const Set* AsSet() const { return Shared<const Set>(); }
  [[nodiscard]] const Record* AsRecord() const { return Shared<const Record>(); }
  [[nodiscard]] const Decimal* AsDecimal() const { return std::get_if<Decimal>(&storage_); }
  [[nodiscard]] const IpAddress* AsIpAddress() const { return Shared<const IpAddress>(); }
  [[nodiscard]] const Datetime* AsDatetime() const { return std::get_if<Datetime>(&storage_); }
  [[nodiscard]] const Duration* AsDuration() const { return std::get_if<Duration>(&storage_); }

  /// As Cedar text that evaluates to this value again.
  [[nodiscard]] std::string Text() const;

  bool operator==(const Value& other) const;
  /// A total order over all values: by kind, then content. Cedar has none; sets are stored in it.
  std::strong_ordering operator<=>(const Value& other) const;

 private:
  using Storage = std::variant<bool, std::int64_t, std::shared_ptr<const std::string>, EntityUid,
                               std::shared_ptr<const Set>, std::shared_ptr<const Record>, Decimal,
                               std::shared_ptr<const IpAddress>, Datetime, Duration>;
  explicit Value(Storage storage) : storage_(std::move(storage)) {}

  template <typename T>
  [[nodiscard]] T* Shared() const {
    const auto* held = std::get_if<std::shared_ptr<T>>(&storage_);
    return held == nullptr ? nullptr : held->get();
  }

  Storage storage_{false};
};

/// Distinct values, without order.
class Set {
 public:
  explicit Set(std::vector<Value> elements);

  [[nodiscard]] bool Contains(const Value& value) const;
  /// As Contains, for an entity; by the hash of its name where the set holds only entities.
  [[nodiscard]] bool ContainsEntity(const EntityUid& uid) const;

  /// An element by the hash of its name.
  struct EntityHash {
    std::size_t hash;
    std::uint32_t index;  ///< in elements()
  };
  /// All elements by hash, where they are entities and more than a few; else none.
  [[nodiscard]] const std::vector<EntityHash>& entity_hashes() const { return entity_hashes_; }
  /// True for the empty set too.
  [[nodiscard]] bool HoldsOnlyEntities() const;
  [[nodiscard]] bool ContainsAll(const Set& other) const;
  [[nodiscard]] bool ContainsAny(const Set& other) const;
  [[nodiscard]] bool empty() const { return elements_.empty(); }
  /// Distinct, in Value's order.
  [[nodiscard]] const std::vector<Value>& elements() const { return elements_; }

 private:
  std::vector<Value> elements_;
  std::vector<EntityHash> entity_hashes_;
};

/// One named value of a record.
struct Attribute {
  std::string name;
  Value value;
};

/// Attributes by name; names are any text and distinct.
class Record {
 public:
  Record() = default;
  /// Names must be distinct: the readers of text and JSON refuse repeated ones before they come here.
  explicit Record(std::vector<Attribute> attributes);

  /// Lives as long as this record.
  [[nodiscard]] const Value* Find(std::string_view name) const;
  /// Where the attribute is in attributes(); size() if it is not there.
  [[nodiscard]] std::size_t IndexOf(std::string_view name) const;
  [[nodiscard]] bool empty() const { return attributes_.empty(); }
  [[nodiscard]] std::size_t size() const { return attributes_.size(); }
  /// Sorted by name.
  [[nodiscard]] const std::vector<Attribute>& attributes() const { return attributes_; }
  [[nodiscard]] std::string Text() const;

  bool operator==(const Record& other) const;
  std::strong_ordering operator<=>(const Record& other) const;

 private:
  std::vector<Attribute> attributes_;
};

}  // namespace proviso::cedar
