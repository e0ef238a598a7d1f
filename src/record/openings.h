// Openings: what it takes to read an entry's fields again, kept outside the log and sealed.
//
// An opening is K_record and the values, sealed (XChaCha20-Poly1305) under a key that belongs to one
// subject; that key is itself sealed under the gateway's. Destroying the subject's key shreds all
// its openings and leaves the log whole. A subject is known here only by a tag:
// HMAC-SHA256(derived key, name).
//
// An opening is as durable as its entry: it travels in the same frame of the write-ahead log, and
// moves to the store in batches.
#pragma once

#include <span>

#include "keys/sealed.h"
#include "record/fields.h"

namespace proviso::record {

using SubjectTag = base::Digest;

/// K_record and the values of one entry, in clear. Handle with care; never log it.
struct Opening {
  RecordKey key{};
  FieldValues values;

  bool operator==(const Opening&) const = default;
};

struct SealedOpening {
  std::uint64_t index = 0;
  SubjectTag subject{};
  base::Bytes sealed;

  bool operator==(const SealedOpening&) const = default;
};

struct SealedSubjectKey {
  SubjectTag subject{};
  base::Bytes sealed;

  bool operator==(const SealedSubjectKey&) const = default;
};

/// Keeps sealed openings and sealed subject keys; `store` implements it. Called from any thread.
class OpeningStore {
 public:
  virtual ~OpeningStore() = default;
  /// Stores all or nothing, durably. Storing an index or a subject again replaces it.
  [[nodiscard]] virtual base::Status Put(std::span<const SealedSubjectKey> keys,
                                         std::span<const SealedOpening> openings) = 0;
  /// kNotFound when the index has no opening.
  [[nodiscard]] virtual base::Result<SealedOpening> Get(std::uint64_t index) = 0;
  /// kNotFound when the subject is unknown or shredded.
  [[nodiscard]] virtual base::Result<SealedSubjectKey> SubjectKey(const SubjectTag& subject) = 0;
  /// Removes the subject's key for good. Succeeds when there is none.
  [[nodiscard]] virtual base::Status DestroySubject(const SubjectTag& subject) = 0;
};

/// An OpeningStore in memory, for tests and for a gateway that keeps no openings beyond its life.
[[nodiscard]] std::unique_ptr<OpeningStore> OpeningsInMemory();

/// The tag of a subject under the gateway's sealing key.
[[nodiscard]] SubjectTag TagOf(std::string_view subject, const keys::SealingKey& gateway_key);

/// A random key for a subject, and the form in which it is kept.
struct NewSubjectKey {
  keys::SealingKey key;
  SealedSubjectKey sealed;
};
[[nodiscard]] NewSubjectKey MakeSubjectKey(const SubjectTag& subject, const keys::SealingKey& gateway_key);

/// Seals and opens. `fields` (the root in the entry) binds an opening to its entry, `subject` a key
/// to its subject.
[[nodiscard]] base::Bytes SealOpening(const Opening& opening, const Hash& fields,
                                      const keys::SealingKey& subject_key);
[[nodiscard]] base::Result<Opening> UnsealOpening(base::ByteView sealed, const Hash& fields,
                                                  const keys::SealingKey& subject_key);
[[nodiscard]] base::Result<keys::SealingKey> UnsealSubjectKey(const SealedSubjectKey& key,
                                                              const keys::SealingKey& gateway_key);

/// Reads the opening of the entry at `index`, whose fields root is `fields`: kNotFound when there is
/// none or its subject was shredded, kCorrupt when the values do not lead to that root.
[[nodiscard]] base::Result<Opening> ReadOpening(OpeningStore& store, std::uint64_t index, const Hash& fields,
                                                const keys::SealingKey& gateway_key);

}  // namespace proviso::record
