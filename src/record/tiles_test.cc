#include "record/tiles.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "record/checkpoint.h"
#include "record/internal/test_data.h"

namespace proviso::record {
namespace {

using Kind = TileName::Kind;

TEST(Tiles, HaveOnePathEach) {
  const std::vector<std::pair<TileName, std::string>> facts{
      {{Kind::kHashes, 0, 0, 256}, "tile/0/000"},
      {{Kind::kHashes, 0, 5, 7}, "tile/0/005.p/7"},
      {{Kind::kHashes, 1, 1234067, 256}, "tile/1/x001/x234/067"},
      {{Kind::kEntries, 0, 1000, 255}, "tile/entries/x001/000.p/255"},
      {{Kind::kHashes, 0, 18446744073709551615U, 256}, "tile/0/x018/x446/x744/x073/x709/x551/615"},
  };
  for (const auto& [name, path] : facts) {
    EXPECT_EQ(TilePath(name), path);
    EXPECT_EQ(ParseTilePath(path).value(), name);
  }
}

TEST(Tiles, RefuseEveryOtherSpelling) {
  for (const std::string_view path : {"",
                                      "tile",
                                      "tile/0",
                                      "tile/0/",
                                      "tile/0/1",
                                      "tile/0/0001",
                                      "tile/8/000",
                                      "tile/00/000",
                                      "tile/-1/000",
                                      "tile/0/x000/001",
                                      "tile/0/001/000",
                                      "tile/0/x001",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/05",
                                      "tile/0/000.p/",
                                      "tile/0/000.p",
                                      "tile/0/000/",
                                      "/tile/0/000",
                                      "tile//000",
                                      "tile/0/../0/000",
                                      "tile/data/000",
                                      "tile/0/000.p/7/",
                                      "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                                      "tile/0/ 00",
                                      "tile/0/+01",
                                      "tile/0/000%00"}) {
    EXPECT_FALSE(ParseTilePath(path).has_value()) << path;
  }
}

TEST(Tiles, AreAsWideAsTheTreeAllows) {
  EXPECT_EQ(TileWidthIn(0, 0, 0), 0U);
  EXPECT_EQ(TileWidthIn(1, 0, 0), 1U);
  EXPECT_EQ(TileWidthIn(256, 0, 0), 256U);
  EXPECT_EQ(TileWidthIn(256, 0, 1), 0U);
  EXPECT_EQ(TileWidthIn(256, 1, 0), 1U);
  EXPECT_EQ(TileWidthIn(70000, 1, 1), 17U);
  EXPECT_EQ(TileWidthIn(70000, 2, 0), 1U);
  EXPECT_EQ(TileWidthIn(UINT64_MAX, 7, 0), 255U);
  EXPECT_EQ(TileWidthIn(70000, 0, 10000), 0U);
}

TEST(Bundles, ReadWhatTheyWrote) {
  const std::vector<std::string> entries{"one", "", std::string(kEntryBytesMax, 'x')};
  const std::string bundle = EncodeBundle(entries);
  const auto read = DecodeBundle(bundle, 3).value();
  EXPECT_TRUE(std::ranges::equal(read, entries));
}

TEST(Bundles, SayWhereTheyBreak) {
  const std::string bundle = EncodeBundle(std::vector<std::string>{"one", "two"});
  EXPECT_EQ(DecodeBundle(bundle.substr(0, 8), 2).error().message,
            "bundle: ends inside entry 1 of 2, at byte 5");
  EXPECT_EQ(DecodeBundle(bundle, 1).error().message, "bundle: 5 bytes after its 1 entries, at byte 5");
  EXPECT_EQ(DecodeBundle("", 1).error().message, "bundle: ends inside entry 0 of 1, at byte 0");
}

constexpr std::string_view kTesseraKey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

TEST(Checkpoint, EveryOneOfTheRecordedTesseraLogMatchesItsTiles) {
  const auto data = MerkleData();
  if (!data) GTEST_SKIP() << "the shared archive merkle/merkle-vectors.tar.gz is absent";
  const auto key = keys::VerifyKey::Parse(kTesseraKey).value();
  const std::string directory = (*data / "tessera-log").string();
  for (unsigned size = 0; size <= 15; ++size) {
    const std::string note = base::ReadFile(directory + "/checkpoint." + std::to_string(size)).value();
    const Checkpoint checkpoint = OpenCheckpoint(note, key).value();
    ASSERT_EQ(checkpoint.size, size);
    TileNodes nodes(size, FetchFromDirectory(directory));
    EXPECT_EQ(SubtreeHash({0, size}, nodes.reader()).value(), checkpoint.root) << size;
    if (size == 0) continue;
    const TileName name{Kind::kEntries, 0, 0, size};
    const std::string bundle = base::ReadFile(directory + "/" + TilePath(name)).value();
    TreeEdge edge;
    for (const auto entry : DecodeBundle(bundle, size).value()) edge.Append(LeafHash(base::AsBytes(entry)));
    EXPECT_EQ(edge.Root(), checkpoint.root) << size;
  }
}

TEST(Checkpoint, IsRefusedWithAnotherKeyOrAChangedLine) {
  const auto key = keys::SigningKey::Generate("log.example").value();
  const auto other = keys::SigningKey::Generate("log.example").value();
  const Checkpoint checkpoint{"log.example", 7, EmptyRoot()};
  const std::string note = SignCheckpoint(checkpoint, key).value();
  EXPECT_EQ(OpenCheckpoint(note, key.verifier()).value(), checkpoint);
  EXPECT_EQ(OpenCheckpoint(note, other.verifier()).error().code, base::ErrorCode::kDenied);
  std::string changed = note;
  changed.replace(changed.find("\n7\n"), 3, "\n6\n");
  EXPECT_EQ(OpenCheckpoint(changed, key.verifier()).error().code, base::ErrorCode::kCorrupt);
}

TEST(Checkpoint, ToleratesWitnessLinesAndExtensions) {
  const auto key = keys::SigningKey::Generate("log.example").value();
  const auto witness = keys::SigningKey::Generate("witness.example").value();
  const Checkpoint checkpoint{"log.example", 7, EmptyRoot()};
  const std::string text = CheckpointText(checkpoint) + "an extension line\n";
  const std::vector<const keys::SigningKey*> signers{&witness, &key};
  EXPECT_EQ(OpenCheckpoint(keys::SignNote(text, signers).value(), key.verifier()).value(), checkpoint);
}

TEST(Checkpoint, RefusesTextThatIsNone) {
  const std::string root = base::ToBase64(EmptyRoot());
  EXPECT_TRUE(ParseCheckpointText("o\n0\n" + root + "\n").has_value());
  for (const std::string& text :
       {std::string(), std::string("o\n"), "o\n07\n" + root + "\n", "o\n-1\n" + root + "\n",
        "o\n18446744073709551616\n" + root + "\n", "\n1\n" + root + "\n", std::string("o\n1\nAAAA\n"),
        "o\n1\n" + root, "o\n1\n" + root + "\n\nlate\n"}) {
    EXPECT_FALSE(ParseCheckpointText(text).has_value()) << text;
  }
}

TEST(Checkpoint, RefusesOriginsThatAreNoLine) {
  const auto key = keys::SigningKey::Generate("log.example").value();
  EXPECT_TRUE(SignCheckpoint({std::string(kOriginBytesMax, 'o'), 0, {}}, key).has_value());
  EXPECT_FALSE(SignCheckpoint({std::string(kOriginBytesMax + 1, 'o'), 0, {}}, key).has_value());
  EXPECT_FALSE(SignCheckpoint({"", 0, {}}, key).has_value());
  EXPECT_FALSE(SignCheckpoint({"a\nb", 0, {}}, key).has_value());
}

}  // namespace
}  // namespace proviso::record
