#include "record/merkle.h"

#include <gtest/gtest.h>

#include <charconv>

#include "base/file.h"
#include "base/json.h"
#include "keys/digest.h"
#include "record/internal/test_data.h"

namespace proviso::record {
namespace {

std::vector<Hash> Leaves(std::uint64_t count) {
  std::vector<Hash> leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(LeafHash(base::AsBytes(std::to_string(i))));
  return leaves;
}

/// Complete nodes straight from the definition of RFC 6962.
NodeReader NodesOf(const std::vector<Hash>& leaves) {
  return [&leaves](unsigned level, std::uint64_t index) -> base::Result<Hash> {
    const std::uint64_t width = std::uint64_t{1} << level;
    if ((index + 1) * width > leaves.size()) return base::Fail(base::ErrorCode::kNotFound, "no such node");
    std::vector<Hash> row(leaves.begin() + static_cast<std::ptrdiff_t>(index * width),
                          leaves.begin() + static_cast<std::ptrdiff_t>((index + 1) * width));
    for (; row.size() > 1; row.resize(row.size() / 2)) {
      for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = NodeHash(row[2 * i], row[2 * i + 1]);
    }
    return row[0];
  };
}

TEST(Merkle, KnowsTheRootsOfRfc6962) {
  EXPECT_EQ(base::ToHex(EmptyRoot()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(base::ToHex(LeafHash({})), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(Merkle, EveryEntryOfEveryTreeIsProvenAndNoOtherIs) {
  const auto leaves = Leaves(40);
  const auto nodes = NodesOf(leaves);
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    const Hash root = SubtreeHash({0, size}, nodes).value();
    for (std::uint64_t i = 0; i < size; ++i) {
      const Proof proof = ProveInclusion(i, size, nodes).value();
      EXPECT_TRUE(VerifyInclusion(i, size, leaves[i], proof, root).has_value()) << i << " of " << size;
      EXPECT_FALSE(VerifyInclusion(i, size, leaves[(i + 1) % leaves.size()], proof, root).has_value());
    }
  }
}

TEST(Merkle, EverySubtreeIsConsistentWithEveryLaterTree) {
  const auto leaves = Leaves(33);
  const auto nodes = NodesOf(leaves);
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    const Hash root = SubtreeHash({0, size}, nodes).value();
    for (std::uint64_t start = 0; start < size; ++start) {
      for (std::uint64_t end = start + 1; end <= size; ++end) {
        const Range range{start, end};
        if (!IsSubtree(range)) continue;
        const Hash subtree = SubtreeHash(range, nodes).value();
        const Proof proof = ProveConsistency(range, size, nodes).value();
        EXPECT_TRUE(VerifySubtreeConsistency(range, size, subtree, root, proof).has_value())
            << start << " " << end << " " << size;
      }
    }
  }
}

TEST(Merkle, AnEdgeGrowsToTheRootsOfTheDefinition) {
  const auto leaves = Leaves(70);
  const auto nodes = NodesOf(leaves);
  TreeEdge edge;
  EXPECT_EQ(edge.Root(), EmptyRoot());
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    edge.Append(leaves[size - 1]);
    EXPECT_EQ(edge.Root(), SubtreeHash({0, size}, nodes).value());
    EXPECT_EQ(TreeEdge::Read(size, nodes).value().Root(), edge.Root());
  }
}

TEST(Merkle, RefusesRangesThatAreNoSubtrees) {
  const auto leaves = Leaves(8);
  for (const Range range : {Range{3, 5}, Range{2, 1}, Range{1, 4}, Range{4, 4}}) {
    EXPECT_FALSE(SubtreeHash(range, NodesOf(leaves)).has_value()) << range.start << " " << range.end;
  }
  EXPECT_FALSE(ProveInclusion(8, 8, NodesOf(leaves)).has_value());
  EXPECT_FALSE(ProveInclusion(UINT64_MAX, 8, NodesOf(leaves)).has_value());
  EXPECT_FALSE(ProveConsistency({0, 9}, 8, NodesOf(leaves)).has_value());
}

/// One published vector: a proof with the verdict that it must have.
class Vector {
 public:
  explicit Vector(const base::Json& json) : json_(json) {}

  bool Accepted(std::string_view family) {
    const Proof proof = Hashes("proof");
    const Hash root = HashOf("root");
    const Hash leaf = HashOf("leafHash");
    const Hash root1 = HashOf("root1");
    const Hash root2 = HashOf("root2");
    const Range range{Number("start"), Number("end")};
    if (!well_formed_) return false;
    if (family == "inclusion") {
      return VerifyInclusion(Number("leafIdx"), Number("treeSize"), leaf, proof, root).has_value();
    }
    if (family == "consistency") {
      return VerifyConsistency(Number("size1"), Number("size2"), root1, root2, proof).has_value();
    }
    if (family == "subtreeinclusion") {
      return VerifySubtreeInclusion(Number("leafIdx"), range, leaf, proof, root).has_value();
    }
    return VerifySubtreeConsistency(range, Number("size"), root1, root2, proof).has_value();
  }

 private:
  std::uint64_t Number(std::string_view key) {
    const std::string_view raw = json_.Find(key).missing() ? "0" : json_.Find(key).raw();
    std::uint64_t value = 0;
    std::from_chars(raw.data(), raw.data() + raw.size(), value);
    return value;
  }

  /// Some roots are placeholders of another length, which any injective map keeps apart; an empty
  /// one is no hash at all.
  Hash HashOf(std::string_view key) {
    if (json_.Find(key).missing()) return {};
    const auto bytes = base::FromBase64(json_.Find(key).text()).value();
    well_formed_ = well_formed_ && !bytes.empty();
    Hash hash = keys::Sha256(bytes);
    if (bytes.size() == hash.size()) std::copy(bytes.begin(), bytes.end(), hash.begin());
    return hash;
  }

  Proof Hashes(std::string_view key) {
    Proof proof;
    for (const base::Json json : json_.Find(key).elements()) {
      const auto bytes = base::FromBase64(json.text()).value();
      well_formed_ = well_formed_ && bytes.size() == sizeof(Hash);
      proof.emplace_back();
      if (well_formed_) std::copy(bytes.begin(), bytes.end(), proof.back().begin());
    }
    return proof;
  }

  base::Json json_;
  bool well_formed_ = true;
};

TEST(Merkle, AgreesWithEveryPublishedProofVector) {
  const auto data = MerkleData();
  if (!data) GTEST_SKIP() << "the shared archive merkle/merkle-vectors.tar.gz is absent";
  std::size_t count = 0;
  for (const std::string family : {"inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"}) {
    for (const auto& path : base::ListFiles(*data / "testdata" / family, ".json").value()) {
      const std::string text = base::ReadFile(path).value();
      const auto document = base::JsonDocument::Parse(text);
      ASSERT_TRUE(document.has_value()) << path;
      Vector vector(document->root());
      EXPECT_EQ(vector.Accepted(family), !document->root().Find("wantErr").is_true()) << path;
      ++count;
    }
  }
  EXPECT_EQ(count, 518U);
}

}  // namespace
}  // namespace proviso::record
