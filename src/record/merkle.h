// The Merkle tree of RFC 6962 §2.1 (the same as RFC 9162 §2.1) over SHA-256: leaf 00 ‖ entry, node
// 01 ‖ left ‖ right, and the proofs that a stranger checks without the entries.
//
// A subtree [start, end) is any range whose start is a multiple of the smallest power of two that
// holds its length: the ranges that have one hash of their own (draft-ietf-plants-merkle-tree-certs
// §4). A whole tree is the subtree [0, size); an entry is the subtree [i, i + 1).
//
//   auto proof = ProveInclusion(index, size, nodes);
//   if (auto held = VerifyInclusion(index, size, LeafHash(entry), *proof, root); !held) Refuse(held);
//
// Everything here is pure and safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace proviso::record {

using Hash = base::Digest;
using Proof = std::vector<Hash>;

[[nodiscard]] Hash LeafHash(base::ByteView entry);
[[nodiscard]] Hash NodeHash(const Hash& left, const Hash& right);
/// The root of a tree without entries: SHA-256 of nothing.
[[nodiscard]] Hash EmptyRoot();

/// A range of entries.
struct Range {
  std::uint64_t start = 0;
  std::uint64_t end = 0;  ///< one past the last
};

[[nodiscard]] bool IsSubtree(Range range);

/// Gives the hash of the complete node `index` of `level`: it covers the entries from
/// index << level to (index + 1) << level. Fails when it cannot read it.
using NodeReader = std::function<base::Result<Hash>(unsigned level, std::uint64_t index)>;

/// The hash of the subtree `range`, from complete nodes. kInvalid when it is no subtree; an empty
/// tree, [0, 0), has EmptyRoot().
[[nodiscard]] base::Result<Hash> SubtreeHash(Range range, const NodeReader& nodes);

/// RFC 6962 §2.1.1, and §4.3 of the draft. The entry must be inside the tree or the subtree.
[[nodiscard]] base::Result<Proof> ProveInclusion(std::uint64_t index, std::uint64_t size,
                                                 const NodeReader& nodes);
/// Proves that the subtree `range` is part of the tree of `size` entries; with start 0 it is the
/// consistency proof of RFC 6962 §2.1.2 between the trees of `range.end` and of `size` entries.
[[nodiscard]] base::Result<Proof> ProveConsistency(Range range, std::uint64_t size, const NodeReader& nodes);

/// These succeed only for exactly the right proof: kInvalid for sizes that make no sense or a
/// proof of the wrong length, kCorrupt when the hashes do not meet the root. VerifyConsistency
/// refuses size1 = 0, which proves nothing; an empty subtree is in every tree, with an empty proof.
[[nodiscard]] base::Status VerifyInclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                                           std::span<const Hash> proof, const Hash& root);
[[nodiscard]] base::Status VerifySubtreeInclusion(std::uint64_t index, Range range, const Hash& leaf,
                                                  std::span<const Hash> proof, const Hash& subtree);
[[nodiscard]] base::Status VerifyConsistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1,
                                             const Hash& root2, std::span<const Hash> proof);
[[nodiscard]] base::Status VerifySubtreeConsistency(Range range, std::uint64_t size, const Hash& subtree,
                                                    const Hash& root, std::span<const Hash> proof);

/// The right edge of a growing tree: one hash for each complete subtree, at most 64. Appending
/// costs one node hash on average. A value; not for several threads at once.
class TreeEdge {
 public:
  /// Reads the edge of the tree of `size` entries from its complete nodes.
  [[nodiscard]] static base::Result<TreeEdge> Read(std::uint64_t size, const NodeReader& nodes);

  /// Called for every node that the new leaf completes, leaf first.
  using NodeSink = std::function<void(unsigned level, std::uint64_t index, const Hash&)>;
  void Append(const Hash& leaf, const NodeSink& completed = {});

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Hash Root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> edge_;  // widest subtree first
};

}  // namespace proviso::record
