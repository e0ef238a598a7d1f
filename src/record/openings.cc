#include "record/openings.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "base/random.h"
#include "record/internal/cbor.h"

namespace proviso::record {
namespace {

using base::ErrorCode;
using base::Fail;

std::string OpeningContext(const Hash& fields) {
  return "proviso/record/opening/1/" + base::ToHex(fields);
}

std::string KeyContext(const SubjectTag& subject) {
  return "proviso/record/subject/1/" + base::ToHex(subject);
}

/// {0: K_record, 1 + field: value, …} in deterministic CBOR.
std::string EncodeOpening(const Opening& opening) {
  internal::CborWriter cbor;
  cbor.Map(1 + opening.values.size());
  cbor.Unsigned(0).Bytes(opening.key);
  for (const auto& [field, value] : opening.values) {
    cbor.Unsigned(1 + static_cast<std::uint64_t>(field)).Bytes(base::AsBytes(value));
  }
  return cbor.Take();
}

base::Result<Opening> DecodeOpening(std::string_view bytes) {
  internal::CborReader reader(bytes);
  const auto pairs = reader.Map();
  if (!pairs) return std::unexpected(pairs.error());
  internal::CborKeyOrder order;
  Opening opening;
  for (std::uint64_t i = 0; i < *pairs; ++i) {
    const std::size_t begin = reader.at();
    const auto key = reader.Unsigned();
    if (!key) return std::unexpected(key.error());
    if (auto ordered = order.Next(reader, begin); !ordered) return std::unexpected(ordered.error());
    const auto value = reader.Bytes();
    if (!value) return std::unexpected(value.error());
    if (*key > kFields || (*key == 0 && value->size() != opening.key.size())) {
      return reader.Refuse("an opening with an unknown field");
    }
    if (*key == 0) {
      std::ranges::copy(base::AsBytes(*value), opening.key.begin());
    } else {
      opening.values.emplace(static_cast<Field>(*key - 1), *value);
    }
  }
  if (auto end = reader.End(); !end) return std::unexpected(end.error());
  return opening;
}

class MemoryOpenings final : public OpeningStore {
 public:
  base::Status Put(std::span<const SealedSubjectKey> keys, std::span<const SealedOpening> openings) override {
    const std::lock_guard lock(mutex_);
    for (const auto& key : keys) keys_[key.subject] = key;
    for (const auto& opening : openings) openings_[opening.index] = opening;
    return {};
  }

  base::Result<SealedOpening> Get(std::uint64_t index) override {
    const std::lock_guard lock(mutex_);
    const auto found = openings_.find(index);
    if (found != openings_.end()) return found->second;
    return Fail(ErrorCode::kNotFound, "no opening for entry " + std::to_string(index));
  }

  base::Result<SealedSubjectKey> SubjectKey(const SubjectTag& subject) override {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(subject);
    if (found != keys_.end()) return found->second;
    return Fail(ErrorCode::kNotFound, "no key for subject " + base::ToHex(subject));
  }

  base::Status DestroySubject(const SubjectTag& subject) override {
    const std::lock_guard lock(mutex_);
    keys_.erase(subject);
    return {};
  }

 private:
  std::mutex mutex_;
  std::map<SubjectTag, SealedSubjectKey> keys_;
  std::map<std::uint64_t, SealedOpening> openings_;
};

}  // namespace

std::unique_ptr<OpeningStore> OpeningsInMemory() {
  return std::make_unique<MemoryOpenings>();
}

SubjectTag TagOf(std::string_view subject, const keys::SealingKey& gateway_key) {
  return gateway_key.Derive("proviso/record/subject-tag/1").Tag(subject);
}

NewSubjectKey MakeSubjectKey(const SubjectTag& subject, const keys::SealingKey& gateway_key) {
  std::array<std::uint8_t, 32> random{};
  base::FillRandom(random);
  NewSubjectKey made{keys::SealingKey::FromBytes(random).value(),
                     {subject, gateway_key.Seal(base::AsText(random), KeyContext(subject))}};
  random.fill(0);
  return made;
}

base::Bytes SealOpening(const Opening& opening, const Hash& fields, const keys::SealingKey& subject_key) {
  return subject_key.Seal(EncodeOpening(opening), OpeningContext(fields));
}

base::Result<Opening> UnsealOpening(base::ByteView sealed, const Hash& fields,
                                    const keys::SealingKey& subject_key) {
  const auto plain = subject_key.Open(sealed, OpeningContext(fields));
  if (!plain) return std::unexpected(plain.error());
  return DecodeOpening(*plain);
}

base::Result<keys::SealingKey> UnsealSubjectKey(const SealedSubjectKey& key,
                                                const keys::SealingKey& gateway_key) {
  const auto plain = gateway_key.Open(key.sealed, KeyContext(key.subject));
  if (!plain) return base::Within("subject " + base::ToHex(key.subject), plain.error());
  return keys::SealingKey::FromBytes(base::AsBytes(*plain));
}

base::Result<Opening> ReadOpening(OpeningStore& store, std::uint64_t index, const Hash& fields,
                                  const keys::SealingKey& gateway_key) {
  const auto where = "opening of entry " + std::to_string(index);
  const auto sealed = store.Get(index);
  if (!sealed) return base::Within(where, sealed.error());
  const auto sealed_key = store.SubjectKey(sealed->subject);
  if (!sealed_key) return base::Within(where, sealed_key.error());
  const auto key = UnsealSubjectKey(*sealed_key, gateway_key);
  if (!key) return base::Within(where, key.error());
  auto opening = UnsealOpening(sealed->sealed, fields, *key);
  if (!opening) return base::Within(where, opening.error());
  const auto root = FieldsRoot(opening->key, opening->values);
  if (!root || *root != fields)
    return Fail(ErrorCode::kCorrupt, where + ": its values are not those of the entry");
  return opening;
}

}  // namespace proviso::record
