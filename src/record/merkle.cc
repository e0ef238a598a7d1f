#include "record/merkle.h"

#include <array>
#include <bit>
#include <string>

#include "keys/digest.h"

namespace proviso::record {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Result;

/// The largest power of two smaller than `n`, where RFC 6962 splits a tree of n > 1 entries.
std::uint64_t SplitOf(std::uint64_t n) {
  return std::bit_floor(n - 1);
}

/// What one walk from the root of [0, size) down to a subtree computes on the way back.
struct Pair {
  Hash subtree;
  Hash tree;
};

/// Recomputes both hashes from a consistency proof. The depth is at most 64: every step halves.
class ProofWalk {
 public:
  ProofWalk(const Hash& subtree, std::span<const Hash> proof) : subtree_(subtree), rest_(proof) {}

  /// `given` says whether the hash of [start, end) is known from outside, or taken from the proof.
  enum class Known : std::uint8_t { kGiven, kProven };
  Result<Pair> Walk(Range range, std::uint64_t size, Known known) {
    if (range.start == 0 && range.end == size) {
      if (known == Known::kGiven) return Pair{subtree_, subtree_};
      auto hash = Next();
      if (!hash) return std::unexpected(hash.error());
      return Pair{*hash, *hash};
    }
    const std::uint64_t split = SplitOf(size);
    if (range.end <= split) return Join(Walk(range, split, known), Sibling::kRight);
    if (range.start >= split) {
      const Range inner{range.start - split, range.end - split};
      return Join(Walk(inner, size - split, known), Sibling::kLeft);
    }
    return Join(Walk({0, range.end - split}, size - split, Known::kProven), Sibling::kLeftOfBoth);
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  enum class Sibling : std::uint8_t { kRight, kLeft, kLeftOfBoth };

  Result<Hash> Next() {
    if (rest_.empty()) return Fail(ErrorCode::kInvalid, "the proof has too few hashes");
    const Hash hash = rest_.front();
    rest_ = rest_.subspan(1);
    return hash;
  }

  Result<Pair> Join(Result<Pair> inner, Sibling side) {
    if (!inner) return inner;
    const auto sibling = Next();
    if (!sibling) return std::unexpected(sibling.error());
    if (side == Sibling::kRight) return Pair{inner->subtree, NodeHash(inner->tree, *sibling)};
    const Hash tree = NodeHash(*sibling, inner->tree);
    if (side == Sibling::kLeft) return Pair{inner->subtree, tree};
    return Pair{NodeHash(*sibling, inner->subtree), tree};
  }

  Hash subtree_;
  std::span<const Hash> rest_;
};

std::unexpected<base::Error> NoSubtree(Range range) {
  return Fail(ErrorCode::kInvalid, "[" + std::to_string(range.start) + ", " + std::to_string(range.end) +
                                       ") is not a subtree: its start must be a multiple of the power of two "
                                       "that holds its length");
}

base::Status CheckPart(Range range, std::uint64_t size) {
  if (range.start >= range.end || !IsSubtree(range)) return NoSubtree(range);
  if (range.end > size) {
    return Fail(ErrorCode::kInvalid, "entry " + std::to_string(range.end - 1) + " is outside the tree of " +
                                         std::to_string(size) + " entries");
  }
  return {};
}

/// Puts the hash of the entries [start, end) of `offset` on into `proof`.
base::Status AddHash(Proof& proof, Range range, const NodeReader& nodes) {
  auto hash = SubtreeHash(range, nodes);
  if (!hash) return std::unexpected(hash.error());
  proof.push_back(*hash);
  return {};
}

}  // namespace

Hash LeafHash(base::ByteView entry) {
  constexpr std::array<std::uint8_t, 1> kPrefix{0x00};
  const std::array<base::ByteView, 2> parts{base::ByteView(kPrefix), entry};
  return keys::Sha256Of(parts);
}

Hash NodeHash(const Hash& left, const Hash& right) {
  std::array<std::uint8_t, 65> bytes{0x01};
  std::copy(left.begin(), left.end(), bytes.begin() + 1);
  std::copy(right.begin(), right.end(), bytes.begin() + 33);
  return keys::Sha256(base::ByteView(bytes));
}

Hash EmptyRoot() {
  return keys::Sha256(std::string_view());
}

bool IsSubtree(Range range) {
  if (range.start > range.end) return false;
  const std::uint64_t length = range.end - range.start;
  if (length > std::uint64_t{1} << 63U) return range.start == 0;
  return length == 0 ? true : range.start % std::bit_ceil(length) == 0;
}

Result<Hash> SubtreeHash(Range range, const NodeReader& nodes) {
  if (range.end == 0) return EmptyRoot();
  if (range.start >= range.end || !IsSubtree(range)) return NoSubtree(range);
  const std::uint64_t length = range.end - range.start;
  if (std::has_single_bit(length)) {
    const auto level = static_cast<unsigned>(std::countr_zero(length));
    return nodes(level, range.start >> level);
  }
  const std::uint64_t split = SplitOf(length);
  const auto left = SubtreeHash({range.start, range.start + split}, nodes);
  if (!left) return left;
  const auto right = SubtreeHash({range.start + split, range.end}, nodes);
  if (!right) return right;
  return NodeHash(*left, *right);
}

Result<Proof> ProveInclusion(std::uint64_t index, std::uint64_t size, const NodeReader& nodes) {
  if (index >= size) {
    return Fail(ErrorCode::kInvalid, "entry " + std::to_string(index) + " is outside the tree of " +
                                         std::to_string(size) + " entries");
  }
  return ProveConsistency({index, index + 1}, size, nodes);
}

Result<Proof> ProveConsistency(Range range, std::uint64_t size, const NodeReader& nodes) {
  if (auto part = CheckPart(range, size); !part) return std::unexpected(part.error());
  // Walks down from the root and collects the siblings, outermost first; the proof has them
  // innermost first.
  Proof outer;
  Range tree{0, size};
  bool given = true;
  while (range.start != tree.start || range.end != tree.end) {
    const std::uint64_t split = tree.start + SplitOf(tree.end - tree.start);
    Range sibling{tree.start, split};
    if (range.end <= split) {
      sibling = {split, tree.end};
      tree.end = split;
    } else {
      if (range.start < split) {
        given = false;
        range.start = split;
      }
      tree.start = split;
    }
    if (auto added = AddHash(outer, sibling, nodes); !added) return std::unexpected(added.error());
  }
  if (!given) {
    if (auto added = AddHash(outer, tree, nodes); !added) return std::unexpected(added.error());
  }
  return Proof(outer.rbegin(), outer.rend());
}

base::Status VerifyInclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf,
                             std::span<const Hash> proof, const Hash& root) {
  return VerifySubtreeInclusion(index, {0, size}, leaf, proof, root);
}

base::Status VerifySubtreeInclusion(std::uint64_t index, Range range, const Hash& leaf,
                                    std::span<const Hash> proof, const Hash& subtree) {
  if (!IsSubtree(range)) return NoSubtree(range);
  if (index < range.start || index >= range.end) {
    return Fail(ErrorCode::kInvalid, "entry " + std::to_string(index) + " is outside [" +
                                         std::to_string(range.start) + ", " + std::to_string(range.end) +
                                         ")");
  }
  const std::uint64_t inner = index - range.start;
  return VerifySubtreeConsistency({inner, inner + 1}, range.end - range.start, leaf, subtree, proof);
}

base::Status VerifyConsistency(std::uint64_t size1, std::uint64_t size2, const Hash& root1, const Hash& root2,
                               std::span<const Hash> proof) {
  if (size1 == 0) {
    return Fail(ErrorCode::kInvalid,
                "every tree is consistent with the empty one: there is nothing to prove");
  }
  return VerifySubtreeConsistency({0, size1}, size2, root1, root2, proof);
}

base::Status VerifySubtreeConsistency(Range range, std::uint64_t size, const Hash& subtree, const Hash& root,
                                      std::span<const Hash> proof) {
  if (range.start == range.end && range.end <= size && proof.empty() && subtree == EmptyRoot()) return {};
  if (auto part = CheckPart(range, size); !part) return part;
  ProofWalk walk(subtree, proof);
  const auto computed = walk.Walk(range, size, ProofWalk::Known::kGiven);
  if (!computed) return std::unexpected(computed.error());
  if (!walk.done()) return Fail(ErrorCode::kInvalid, "the proof has too many hashes");
  if (computed->subtree != subtree || computed->tree != root) {
    return Fail(ErrorCode::kCorrupt,
                "the proof does not lead to the root of the tree of " + std::to_string(size) + " entries");
  }
  return {};
}

Result<TreeEdge> TreeEdge::Read(std::uint64_t size, const NodeReader& nodes) {
  TreeEdge edge;
  edge.size_ = size;
  std::uint64_t start = 0;
  while (start < size) {
    const auto level = static_cast<unsigned>(std::bit_width(size - start)) - 1;
    auto hash = nodes(level, start >> level);
    if (!hash) return std::unexpected(hash.error());
    edge.edge_.push_back(*hash);
    start += std::uint64_t{1} << level;
  }
  return edge;
}

void TreeEdge::Append(const Hash& leaf, const NodeSink& completed) {
  Hash hash = leaf;
  std::uint64_t index = size_++;
  unsigned level = 0;
  if (completed) completed(level, index, hash);
  while ((index & 1U) == 1) {
    hash = NodeHash(edge_.back(), hash);
    edge_.pop_back();
    index >>= 1U;
    if (completed) completed(++level, index, hash);
  }
  edge_.push_back(hash);
}

Hash TreeEdge::Root() const {
  if (edge_.empty()) return EmptyRoot();
  Hash root = edge_.back();
  for (std::size_t i = edge_.size() - 1; i-- > 0;) root = NodeHash(edge_[i], root);
  return root;
}

}  // namespace proviso::record
