// The worked example of docs/formats/record.md, recomputed. UPDATE_GOLDEN=1 rewrites it there.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "record/disclosure.h"
#include "record/prove.h"
#include "record/verify.h"

namespace proviso::record {
namespace {

constexpr std::string_view kPage = PROVISO_SOURCE_DIR "/docs/formats/record.md";
constexpr std::string_view kBegin = "<!-- example -->\n";
constexpr std::string_view kEnd = "<!-- /example -->\n";

// A key that everybody knows, for this page only.
constexpr std::string_view kExampleKey =
    "PRIVATE+KEY+gateway.example/record+b48d6459+ARH8ORnBiNmQy3PtX05hZZ8V5GY8TQku9x6hG/WS+IbM";

/// The example log, in memory.
class Example {
 public:
  Example() {
    Add(Kind::kIntent, 1772270000123, {}, {{Field::kPrincipal, "alice"}, {Field::kPurpose, "logistics"}});
    Add(Kind::kOutcome, 1772270000373, 0, {{Field::kOutcome, "permit"}});
    TreeEdge edge;
    for (const std::string& entry : entries_) {
      tile_ += base::AsText(LeafHash(base::AsBytes(entry)));
      edge.Append(LeafHash(base::AsBytes(entry)));
    }
    note_ = SignCheckpoint({"gateway.example/record", 2, edge.Root()}, key_).value();
  }

  Fetch fetch() {
    return [this](std::string_view path) -> base::Result<std::string> {
      if (path == "checkpoint") return note_;
      if (path == "tile/0/000.p/2") return tile_;
      if (path == "tile/entries/000.p/2") return EncodeBundle(entries_);
      return base::Fail(base::ErrorCode::kNotFound, "none");
    };
  }

  std::string Text() {
    const FieldTree tree = FieldTree::Make(openings_[0].key, openings_[0].values).value();
    const std::vector<Field> shown{Field::kPurpose, Field::kTool};
    const keys::VerifyKey& key = key_.verifier();
    std::string text = Block("The log's key", key.Text() + "\n");
    text += Block("Salt of field 5, `principal`, of entry 0 (its value is `alice`)",
                  base::ToHex(tree.Open(Field::kPrincipal).salt) + "\n");
    text += Block("Root of the fields of entry 0 (`principal` `alice`, `purpose` `logistics`)",
                  base::ToHex(tree.root()) + "\n");
    text += Block("Entry 0", base::ToHex(base::AsBytes(entries_[0])) + "\n");
    text +=
        Block("Entry 1 (`outcome` `permit`, 250 ms later)", base::ToHex(base::AsBytes(entries_[1])) + "\n");
    const std::string_view tile(tile_);
    text +=
        Block("`tile/0/000.p/2`: the hashes of both", base::ToHex(base::AsBytes(tile.substr(0, 32))) + "\n" +
                                                          base::ToHex(base::AsBytes(tile.substr(32))) + "\n");
    const std::string bundle = EncodeBundle(entries_);
    text += Block("`tile/entries/000.p/2` begins with the length of entry 0 and is " +
                      std::to_string(bundle.size()) + " bytes long",
                  base::ToHex(base::AsBytes(bundle.substr(0, 2))) + "\n");
    text += Block("`checkpoint`", note_);
    text += Block("The proof of entry 0", ProveEntry(fetch(), key, 0).value());
    text += Block("A disclosure: its purpose, and that no tool was called",
                  Disclose(fetch(), key, 0, openings_[0], shown).value());
    return text;
  }

  const keys::VerifyKey& key() { return key_.verifier(); }

 private:
  static std::string Block(std::string_view title, const std::string& content) {
    return "\n" + std::string(title) + ":\n\n```\n" + content + "```\n";
  }

  void Add(Kind kind, std::int64_t t_ms, std::optional<std::uint64_t> pair, FieldValues values) {
    Opening opening{{}, std::move(values)};
    for (std::size_t i = 0; i < opening.key.size(); ++i) {
      opening.key.at(i) = static_cast<std::uint8_t>(32 * entries_.size() + i);
    }
    const Hash fields = FieldsRoot(opening.key, opening.values).value();
    entries_.push_back(EncodeEntry({kind, t_ms, entries_.size(), pair, fields}));
    openings_.push_back(std::move(opening));
  }

  keys::SigningKey key_ = keys::SigningKey::Parse(kExampleKey).value();
  std::vector<std::string> entries_;
  std::vector<Opening> openings_;
  std::string tile_;
  std::string note_;
};

TEST(FormatPage, ShowsWhatTheCodeComputes) {
  const std::string page = base::ReadFile(kPage).value();
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::string fresh =
      page.substr(0, begin) + std::string(kBegin) + Example().Text() + "\n" + page.substr(end);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(base::WriteFileAtomically(kPage, fresh).has_value());
  }
  EXPECT_EQ(page, fresh) << "run with UPDATE_GOLDEN=1 and review the change";
}

TEST(FormatPage, ItsExampleVerifies) {
  Example example;
  const LogReport report = VerifyLog(example.fetch(), example.key());
  EXPECT_TRUE(report.verified()) << report.broken->Text();
}

TEST(FormatPage, NamesEveryFieldAndKind) {
  const std::string page = base::ReadFile(kPage).value();
  for (std::size_t i = 0; i < kFields; ++i) {
    const std::string cell =
        "| " + std::to_string(i) + " | `" + std::string(FieldName(static_cast<Field>(i))) + "`";
    EXPECT_NE(page.find(cell), std::string::npos) << cell;
  }
  for (std::size_t i = 0; i < kKinds; ++i) {
    EXPECT_NE(page.find("`" + std::string(KindName(static_cast<Kind>(i))) + "`"), std::string::npos);
  }
}

}  // namespace
}  // namespace proviso::record
