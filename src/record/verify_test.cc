#include "record/verify.h"

#include <gtest/gtest.h>

#include "record/disclosure.h"
#include "record/internal/test_log.h"
#include "record/prove.h"
#include "record/serve.h"

namespace proviso::record {
namespace {

/// A closed log of 601 entries: 300 pairs after the KEY entry.
class VerifyTest : public LogTest {
 protected:
  VerifyTest() {
    auto log = Open();
    old_checkpoint_ = log->WaitPublished(0).value();
    for (int i = 0; i < 300; ++i) {
      const std::uint64_t intent = log->Append(Intent("purpose " + std::to_string(i))).value().index;
      clock_.AdvanceMs(i == 200 ? 5000 : 1);
      EXPECT_TRUE(log->Append({Kind::kOutcome, intent, "alice", {{Field::kOutcome, "permit"}}}).has_value());
    }
    EXPECT_TRUE(log->Close().has_value());
    opening_ = log->ReadValues(41).value();
    directory_text_ = NewSetup().directory.string();
  }

  LogReport Verify() { return VerifyLog(fetch(), key_.verifier()); }
  Fetch fetch() { return FetchFromDirectory(directory_text_); }

  /// The report when one bit of `file` is read differently.
  LogReport WithFlip(const std::string& file, std::size_t byte) {
    const Fetch flipped = [&](std::string_view path) {
      auto bytes = fetch()(path);
      if (path == file) bytes->at(byte) = static_cast<char>(bytes->at(byte) ^ 1);
      return bytes;
    };
    return VerifyLog(flipped, key_.verifier());
  }

  std::string old_checkpoint_;
  Opening opening_;
  std::string directory_text_;
};

TEST_F(VerifyTest, SaysWhatItVerified) {
  const LogReport report = Verify();
  ASSERT_TRUE(report.verified()) << report.broken->Text();
  EXPECT_EQ(report.checkpoint.size, 601U);
  EXPECT_EQ(report.by_kind, (std::array<std::uint64_t, kKinds>{300, 300, 0, 1, 0, 0}));
  EXPECT_EQ(report.longest_silence_ms, 5000);
  EXPECT_EQ(report.longest_silence_index, 402U);
  EXPECT_EQ(report.last_ms - report.first_ms, 5299);
  EXPECT_TRUE(report.open_intents.empty());
}

TEST_F(VerifyTest, SaysWhichEntryWasChanged) {
  const std::string bundle = base::ReadFile(directory_text_ + "/tile/entries/001").value();
  const auto entry = DecodeBundle(bundle, 256).value()[10];
  const auto byte = static_cast<std::uint64_t>(entry.data() - bundle.data());
  const LogReport report = WithFlip("tile/entries/001", byte + entry.size() - 20);
  ASSERT_FALSE(report.verified());
  EXPECT_EQ(report.broken->file, "tile/entries/001");
  EXPECT_EQ(report.broken->index, 266U);
  EXPECT_EQ(report.broken->byte, byte);
  EXPECT_NE(report.broken->Text().find("entry 266, byte"), std::string::npos);
}

TEST_F(VerifyTest, SaysWhichTileWasChanged) {
  EXPECT_EQ(WithFlip("tile/0/001", 33).broken->file, "tile/0/001");
  EXPECT_EQ(WithFlip("tile/0/001", 33).broken->index, 257U);
  EXPECT_EQ(WithFlip("tile/1/000.p/2", 5).broken->file, "tile/1/000.p/2");
}

TEST_F(VerifyTest, NoticesAChangeOfAnyByteOfAnyFile) {
  std::size_t flips = 0;
  for (const std::string file : {"checkpoint", "tile/0/000", "tile/0/002.p/89", "tile/1/000.p/2",
                                 "tile/entries/000", "tile/entries/002.p/89"}) {
    const std::size_t bytes = base::ReadFile(directory_text_ + "/" + file).value().size();
    for (std::size_t byte = 0; byte < bytes; byte += 1 + bytes / 40) {
      EXPECT_FALSE(WithFlip(file, byte).verified()) << file << " byte " << byte;
      ++flips;
    }
  }
  EXPECT_GT(flips, 200U);
  EXPECT_TRUE(Verify().verified());
}

TEST_F(VerifyTest, NoticesWhatIsMissing) {
  for (const std::string file : {"checkpoint", "tile/0/000", "tile/1/000.p/2", "tile/entries/002.p/89"}) {
    std::filesystem::rename(directory_text_ + "/" + file, directory_text_ + "/away");
    EXPECT_EQ(Verify().broken->file, file);
    std::filesystem::rename(directory_text_ + "/away", directory_text_ + "/" + file);
  }
}

TEST_F(VerifyTest, RefusesAnotherKey) {
  const auto other = keys::SigningKey::Generate("log.example").value();
  EXPECT_EQ(VerifyLog(fetch(), other.verifier()).broken->file, "checkpoint");
}

/// A log of arbitrary entries, rightly signed: what a lying gateway could make.
LogReport VerifyEntries(const std::vector<Entry>& entries, const keys::SigningKey& key) {
  std::vector<std::string> encoded;
  TreeEdge edge;
  std::string hashes;
  for (const Entry& entry : entries) {
    encoded.push_back(EncodeEntry(entry));
    const Hash leaf = LeafHash(base::AsBytes(encoded.back()));
    hashes += base::AsText(leaf);
    edge.Append(leaf);
  }
  const std::string note = SignCheckpoint({"log.example", entries.size(), edge.Root()}, key).value();
  const std::string width = std::to_string(entries.size());
  const Fetch fetch = [&](std::string_view path) -> base::Result<std::string> {
    if (path == "checkpoint") return note;
    if (path == "tile/0/000.p/" + width) return hashes;
    if (path == "tile/entries/000.p/" + width) return EncodeBundle(encoded);
    return base::Fail(base::ErrorCode::kNotFound, "none");
  };
  return VerifyLog(fetch, key.verifier());
}

TEST(Verify, CatchesALogThatSignsItsOwnLies) {
  const auto key = keys::SigningKey::Generate("log.example").value();
  const Entry intent{Kind::kIntent, 1, 0, {}, {}};
  const Entry outcome{Kind::kOutcome, 2, 1, 0, {}};
  EXPECT_TRUE(VerifyEntries({intent, outcome}, key).verified());
  const Entry again{Kind::kOutcome, 3, 2, 0, {}};
  EXPECT_EQ(VerifyEntries({intent, outcome, again}, key).broken->index, 2U);
  const Entry skipped{Kind::kHeartbeat, 3, 3, {}, {}};
  EXPECT_EQ(VerifyEntries({intent, outcome, skipped}, key).broken->index, 2U);
  EXPECT_EQ(VerifyEntries({intent, {Kind::kHeartbeat, 2, 1, {}, {}}, {Kind::kOutcome, 3, 2, 1, {}}}, key)
                .broken->index,
            2U);
  EXPECT_EQ(VerifyEntries({intent}, key).open_intents, std::vector<std::uint64_t>{0});
}

TEST(Verify, AcceptsTheRecordedTesseraLogAsOpaque) {
  const auto data = MerkleData();
  if (!data) GTEST_SKIP() << "the shared archive merkle/merkle-vectors.tar.gz is absent";
  const auto key =
      keys::VerifyKey::Parse("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
          .value();
  const Fetch fetch = FetchFromDirectory((*data / "tessera-log").string());
  const LogReport report = VerifyLog(fetch, key, Contents::kOpaque);
  EXPECT_TRUE(report.verified()) << report.broken->Text();
  EXPECT_EQ(report.checkpoint.size, 15U);
  EXPECT_FALSE(VerifyLog(fetch, key, Contents::kEntries).verified());
}

TEST_F(VerifyTest, ProvesEveryEntryAndNoOther) {
  for (const std::uint64_t index : {0UL, 41UL, 255UL, 256UL, 600UL}) {
    const std::string proof = ProveEntry(fetch(), key_.verifier(), index).value();
    const std::string entry = FetchEntry(fetch(), 601, index).value();
    EXPECT_EQ(VerifyEntryProof(proof, base::AsBytes(entry), key_.verifier()).value().index, index);
    const std::string other = FetchEntry(fetch(), 601, (index + 1) % 601).value();
    EXPECT_FALSE(VerifyEntryProof(proof, base::AsBytes(other), key_.verifier()).has_value());
  }
  EXPECT_FALSE(ProveEntry(fetch(), key_.verifier(), 601).has_value());
}

TEST_F(VerifyTest, ProvesThatItOnlyGrew) {
  const std::string proof = ProveGrowth(fetch(), key_.verifier(), old_checkpoint_).value();
  EXPECT_EQ(VerifyGrowth(proof, old_checkpoint_, key_.verifier()).value().size, 601U);
  const std::string forked = SignCheckpoint({"log.example", 1, EmptyRoot()}, key_).value();
  EXPECT_FALSE(VerifyGrowth(proof, forked, key_.verifier()).has_value());
}

TEST_F(VerifyTest, DisclosesOnlyTheFieldsThatWereAskedFor) {
  const std::vector<Field> fields{Field::kPurpose, Field::kTool};
  const std::string json = Disclose(fetch(), key_.verifier(), 41, opening_, fields).value();
  EXPECT_EQ(json.find(base::ToBase64(base::AsBytes("alice"))), std::string::npos);
  const Disclosed disclosed = VerifyDisclosure(json, key_.verifier()).value();
  EXPECT_EQ(disclosed.index, 41U);
  ASSERT_EQ(disclosed.fields.size(), 2U);
  EXPECT_EQ(disclosed.fields[0].value, "purpose 20");
  EXPECT_EQ(disclosed.fields[1].value, std::nullopt);
  EXPECT_FALSE(Disclose(fetch(), key_.verifier(), 42, opening_, fields).has_value());
}

TEST_F(VerifyTest, RefusesADisclosureThatWasChanged) {
  const std::vector<Field> fields{Field::kPurpose};
  const std::string json = Disclose(fetch(), key_.verifier(), 41, opening_, fields).value();
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = json;
    text.replace(text.find(from), from.size(), to);
    return VerifyDisclosure(text, key_.verifier());
  };
  const std::string value = base::ToBase64(base::AsBytes("purpose 20"));
  EXPECT_FALSE(changed(value, base::ToBase64(base::AsBytes("purpose 21"))).has_value());
  EXPECT_FALSE(changed("\"" + value + "\"", "null").has_value());
  EXPECT_FALSE(changed("\"id\": 7", "\"id\": 8").has_value());
  EXPECT_FALSE(changed("index 41", "index 42").has_value());
  EXPECT_FALSE(changed("@v1", "@v2").has_value());
}

TEST_F(VerifyTest, ServesOnlyThePublicFiles) {
  EXPECT_EQ(ServeRecord(directory_text_, "/record/checkpoint").value().bytes,
            base::ReadFile(directory_text_ + "/checkpoint").value());
  EXPECT_EQ(ServeRecord(directory_text_, "/record/tile/0/000").value().bytes.size(), 8192U);
  EXPECT_TRUE(ServeRecord(directory_text_, "/record/tile/entries/002.p/89").has_value());
  for (const std::string_view path :
       {"", "/", "/record", "/record/", "/record/state", "/record/lock", "/record/wal", "/record/tile",
        "/record/tile/0/009", "/record/../record/checkpoint", "/record//checkpoint", "/record/tile/../state",
        "/record/checkpoint/", "/record/checkpoint?x", "/record/tile/0/000%2f", "/checkpoint"}) {
    EXPECT_EQ(ServeRecord(directory_text_, path).error().code, base::ErrorCode::kNotFound) << path;
  }
}

}  // namespace
}  // namespace proviso::record
