#include "record/prove.h"

#include <algorithm>
#include <charconv>

namespace proviso::record {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Result;

constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";

struct Signed {
  std::string note;
  Checkpoint checkpoint;
};

Result<Signed> FetchCheckpoint(const Fetch& fetch, const keys::VerifyKey& key) {
  auto note = fetch("checkpoint");
  if (!note) return std::unexpected(note.error());
  auto checkpoint = OpenCheckpoint(*note, key);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  return Signed{std::move(*note), std::move(*checkpoint)};
}

std::string ProofText(std::string head, const Proof& proof, std::string_view note) {
  for (const Hash& hash : proof) head += base::ToBase64(hash) + "\n";
  return head + "\n" + std::string(note);
}

/// A proof text taken apart: lines up to the blank one, then the checkpoint.
class ProofReader {
 public:
  explicit ProofReader(std::string_view text) : rest_(text) {}

  Result<std::string_view> Line() {
    const auto newline = rest_.find('\n');
    if (newline == std::string_view::npos) return Fail(ErrorCode::kInvalid, "proof: ends too early");
    const std::string_view line = rest_.substr(0, newline);
    rest_.remove_prefix(newline + 1);
    return line;
  }

  /// A line "<word> <decimal>".
  Result<std::uint64_t> Number(std::string_view word) {
    const auto line = Line();
    if (!line) return std::unexpected(line.error());
    std::string_view digits = *line;
    const bool named = digits.starts_with(word) && digits.substr(word.size()).starts_with(' ');
    digits.remove_prefix(named ? word.size() + 1 : digits.size());
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc() || end != digits.data() + digits.size() ||
        (digits.size() > 1 && digits[0] == '0')) {
      return Fail(ErrorCode::kInvalid, "proof: needs a line \"" + std::string(word) + " <number>\"");
    }
    return value;
  }

  Result<Proof> Hashes() {
    Proof proof;
    while (true) {
      const auto line = Line();
      if (!line) return std::unexpected(line.error());
      if (line->empty()) return proof;
      const auto bytes = base::FromBase64(*line);
      if (!bytes || bytes->size() != sizeof(Hash) || proof.size() >= kProofHashesMax) {
        return Fail(ErrorCode::kInvalid, "proof: a line is not base64 of one hash, or there are too many");
      }
      proof.emplace_back();
      std::ranges::copy(*bytes, proof.back().begin());
    }
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace

Result<std::string> ProveEntry(const Fetch& fetch, const keys::VerifyKey& key, std::uint64_t index) {
  const auto head = FetchCheckpoint(fetch, key);
  if (!head) return std::unexpected(head.error());
  const std::uint64_t size = head->checkpoint.size;
  const auto entry = FetchEntry(fetch, size, index);
  if (!entry) return std::unexpected(entry.error());
  TileNodes nodes(size, fetch);
  const auto proof = ProveInclusion(index, size, nodes.reader());
  if (!proof) return std::unexpected(proof.error());
  const Hash leaf = LeafHash(base::AsBytes(*entry));
  const auto held = VerifyInclusion(index, size, leaf, *proof, head->checkpoint.root);
  if (!held) return base::Within("entry " + std::to_string(index), held.error());
  std::string text(kProofHeader);
  text += "\nindex " + std::to_string(index) + "\n";
  return ProofText(std::move(text), *proof, head->note);
}

Result<ProvenEntry> VerifyEntryProof(std::string_view proof, base::ByteView entry,
                                     const keys::VerifyKey& key) {
  ProofReader reader(proof);
  const auto header = reader.Line();
  if (!header || *header != kProofHeader) {
    return Fail(ErrorCode::kInvalid, "proof: the first line must be " + std::string(kProofHeader));
  }
  if (reader.rest().starts_with("extra ")) {
    if (auto extra = reader.Line(); !extra) return std::unexpected(extra.error());
  }
  const auto index = reader.Number("index");
  if (!index) return std::unexpected(index.error());
  const auto hashes = reader.Hashes();
  if (!hashes) return std::unexpected(hashes.error());
  const auto checkpoint = OpenCheckpoint(reader.rest(), key);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  const auto held = VerifyInclusion(*index, checkpoint->size, LeafHash(entry), *hashes, checkpoint->root);
  if (!held) return std::unexpected(held.error());
  return ProvenEntry{*checkpoint, *index};
}

Result<std::string> ProveGrowth(const Fetch& fetch, const keys::VerifyKey& key,
                                std::string_view old_checkpoint) {
  const auto old = OpenCheckpoint(old_checkpoint, key);
  if (!old) return base::Within("old", old.error());
  const auto head = FetchCheckpoint(fetch, key);
  if (!head) return std::unexpected(head.error());
  TileNodes nodes(head->checkpoint.size, fetch);
  const auto proof = old->size == 0 ? Result<Proof>(Proof())
                                    : ProveConsistency({0, old->size}, head->checkpoint.size, nodes.reader());
  if (!proof) return std::unexpected(proof.error());
  return ProofText("old " + std::to_string(old->size) + "\n", *proof, head->note);
}

Result<Checkpoint> VerifyGrowth(std::string_view proof, std::string_view old_checkpoint,
                                const keys::VerifyKey& key) {
  const auto old = OpenCheckpoint(old_checkpoint, key);
  if (!old) return base::Within("old", old.error());
  ProofReader reader(proof);
  const auto size = reader.Number("old");
  if (!size) return std::unexpected(size.error());
  const auto hashes = reader.Hashes();
  if (!hashes) return std::unexpected(hashes.error());
  auto checkpoint = OpenCheckpoint(reader.rest(), key);
  if (!checkpoint) return checkpoint;
  if (*size != old->size || checkpoint->origin != old->origin) {
    return Fail(ErrorCode::kInvalid, "proof: is about another checkpoint than the old one given");
  }
  if (old->size == 0 && hashes->empty()) return checkpoint;
  const auto held = VerifyConsistency(old->size, checkpoint->size, old->root, checkpoint->root, *hashes);
  if (!held) return std::unexpected(held.error());
  return checkpoint;
}

}  // namespace proviso::record
