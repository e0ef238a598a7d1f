#include "record/entry.h"

#include <gtest/gtest.h>

#include "record/limits.h"

namespace proviso::record {
namespace {

Entry Outcome() {
  Entry entry{Kind::kOutcome, 1772270000123, 41, 38, {}};
  entry.fields.fill(0xAB);
  return entry;
}

std::string Hex(std::string_view bytes) {
  return base::ToHex(base::AsBytes(bytes));
}

std::string FromHex(std::string_view hex) {
  return std::string(base::AsText(base::FromHex(hex).value()));
}

const std::string kAb32 = [] {
  std::string hex;
  for (int i = 0; i < 32; ++i) hex += "ab";
  return hex;
}();

// {"v": 1, "seq": 41, "kind": "OUTCOME", "pair": 38, "t_ms": …, "fields": h'…', "schema": 1}
const std::string kOutcomeHex =
    "a7"
    "617601"
    "637365711829"
    "646b696e64674f5554434f4d45"
    "64706169721826"
    "64745f6d731b0000019ca38617fb"
    "666669656c64735820" +
    kAb32 + "66736368656d6101";

TEST(Entry, IsTheseBytes) {
  EXPECT_EQ(Hex(EncodeEntry(Outcome())), kOutcomeHex);
}

TEST(Entry, ReadsWhatItWrote) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (const std::uint64_t seq :
         {1UL, 23UL, 24UL, 255UL, 256UL, 65535UL, 65536UL, 4294967295UL, 4294967296UL}) {
      Entry entry = Outcome();
      entry.kind = static_cast<Kind>(kind);
      entry.seq = seq;
      entry.pair = entry.kind == Kind::kOutcome ? std::optional<std::uint64_t>(seq - 1) : std::nullopt;
      const std::string bytes = EncodeEntry(entry);
      EXPECT_EQ(DecodeEntry(bytes).value(), entry);
      EXPECT_EQ(EncodeEntry(DecodeEntry(bytes).value()), bytes);
    }
  }
}

struct Fact {
  std::string why;
  std::string from;
  std::string to;
};

TEST(Entry, RefusesEveryOtherSpelling) {
  const std::vector<Fact> facts{
      {"byte 3: a number in a longer form than it needs", "617601", "61761801"},
      {"byte 8: a number in a longer form than it needs", "637365711829", "63736571190029"},
      {"byte 0: an indefinite or reserved length", "a7617601", "bf617601"},
      {"an entry of another version", "617601", "617602"},
      {"an unknown key", "617601", "617701"},
      {"a key twice or out of order", "617601637365711829", "637365711829617601"},
      {"a key twice or out of order", "617601637365711829", "617601617601"},
      {"an unknown kind", "674f5554434f4d45", "674f5554434f4d46"},
      {"another type than expected", "674f5554434f4d45", "474f5554434f4d45"},
      {"another type than expected", "6474", "c16474"},
      {"pair belongs in an OUTCOME", "674f5554434f4d45", "66494e54454e54"},
      {"pair must name an earlier entry", "64706169721826", "64706169721829"},
      {"fields must have 32 bytes", "5820" + kAb32, "581f" + kAb32.substr(2)},
      {"bytes after the end", "66736368656d6101", "66736368656d610100"},
      {"the bytes end too early", "66736368656d6101", "66736368656d61"},
      {"the bytes end inside a string", "66736368656d6101", "66736368"},
      {"a time beyond 63 bits", "1b0000019ca38617fb", "1bffffffffffffffff"},
      {"an entry needs", "a7617601", "a6"},
  };
  for (const Fact& fact : facts) {
    std::string hex = kOutcomeHex;
    ASSERT_NE(hex.find(fact.from), std::string::npos) << fact.why;
    hex.replace(hex.find(fact.from), fact.from.size(), fact.to);
    const auto read = DecodeEntry(FromHex(hex));
    ASSERT_FALSE(read.has_value()) << fact.why;
    EXPECT_NE(read.error().message.find(fact.why), std::string::npos) << read.error().message;
  }
}

TEST(Entry, RefusesAnyCutAndAnyLength) {
  const std::string bytes = FromHex(kOutcomeHex);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    EXPECT_FALSE(DecodeEntry(bytes.substr(0, i)).has_value()) << i;
  EXPECT_NE(DecodeEntry(std::string(kEntryBytesMax, 'x')).error().message,
            DecodeEntry(std::string(kEntryBytesMax + 1, 'x')).error().message);
}

TEST(Entry, NamesKindsAndFieldsBothWays) {
  for (std::size_t i = 0; i < kKinds; ++i)
    EXPECT_EQ(KindNamed(KindName(static_cast<Kind>(i))), static_cast<Kind>(i));
  for (std::size_t i = 0; i < kFields; ++i) {
    EXPECT_EQ(FieldNamed(FieldName(static_cast<Field>(i))), static_cast<Field>(i));
  }
  EXPECT_FALSE(KindNamed("intent").has_value());
  EXPECT_FALSE(FieldNamed("").has_value());
}

}  // namespace
}  // namespace proviso::record
