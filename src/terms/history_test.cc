#include "terms/history.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/file.h"
#include "terms/internal/bundle_for_tests.h"

namespace proviso::terms {
namespace {

using internal::At;
using internal::BundleOf;
using internal::kBoth;
using internal::KeyText;
using internal::Signed;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class HistoryDirectory : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(directory_); }
  [[nodiscard]] History Read() const { return ReadHistory(directory_).value(); }
  base::Result<Activation> Append(const Bundle& bundle, const std::string& time) const {
    return AppendToHistory(directory_, Read(), bundle, At(time));
  }
  /// Three agreements; the second rotates the customer's key and revokes the first one.
  void AppendThree() {
    const Bundle first = Signed(BundleOf(), kBoth, "2026-01-01T10:00:00Z");
    ASSERT_TRUE(Append(first, "2026-01-01T12:00:00Z").has_value());
    const std::string revoked =
        "[[revoked_key]]\nkey = \"" + KeyText("customer-1") + "\"\nfrom = 2026-02-02\nreason = \"lost\"\n";
    const Bundle second = Signed(BundleOf({.version = "2",
                                           .supersedes = first.package_digest(),
                                           .customer_keys = {"customer-3"},
                                           .more = revoked}),
                                 kBoth, "2026-02-01T10:00:00Z");
    ASSERT_TRUE(Append(second, "2026-02-01T12:00:00Z").has_value());
    third_ = BundleOf({.version = "3",
                       .supersedes = second.package_digest(),
                       .customer_keys = {"customer-3"},
                       .more = revoked});
    const auto third = Append(Signed(*third_, {{"customer", "customer-3"}, {"provider", "provider-1"}}),
                              "2026-03-02T12:00:00Z");
    ASSERT_TRUE(third.has_value()) << third.error().message;
  }
  [[nodiscard]] std::filesystem::path FileOf(const HistoryLink& link) const { return directory_ / link.file; }

  const std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) / ("proviso-history-" + std::to_string(getpid()));
  std::optional<Bundle> third_;
};

TEST_F(HistoryDirectory, HasNoLinksBeforeTheFirst) {
  const History history = Read();
  EXPECT_TRUE(history.Verifies());
  EXPECT_EQ(history.Last(), nullptr);
}

TEST_F(HistoryDirectory, SaysWhoSignedWhatWhen) {
  AppendThree();
  const History history = Read();
  EXPECT_EQ(history.broken, "");
  ASSERT_THAT(history.links, SizeIs(3));
  const HistoryLink& second = history.links[1];
  EXPECT_EQ(second.file, "2-" + second.bundle.package_digest().substr(7) + ".bundle");
  EXPECT_EQ(second.quorum.named_by, "founding version 1");
  EXPECT_THAT(second.quorum.SignersText(), AllOf(HasSubstr("customer by customer-1+"),
                                                 HasSubstr(" at 2026-02-01T10:00:00.000Z, provider by")));
  ASSERT_TRUE(second.activation.has_value());
  EXPECT_EQ(second.activation->time_ms, At("2026-02-01T12:00:00Z"));
  EXPECT_THAT(second.activation->decision, HasSubstr("quorum named by founding version 1: customer by"));
  for (const HistoryLink& link : history.links) EXPECT_THAT(link.remarks, IsEmpty()) << link.file;
}

TEST_F(HistoryDirectory, TakesNothingThatLacksItsQuorum) {
  AppendThree();
  const Bundle fourth =
      BundleOf({.version = "4", .supersedes = third_->package_digest(), .more = "[quorum]\nat_least = 1\n"});
  const auto refused = Append(Signed(fourth, {{"provider", "provider-1"}}), "2026-04-01");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, base::ErrorCode::kDenied);
  EXPECT_THAT(refused.error().message, HasSubstr("customer has not signed: one of its keys customer-3+"));
  EXPECT_THAT(Read().links, SizeIs(3));
}

TEST_F(HistoryDirectory, TakesBackWhatWasAddedLast) {
  AppendThree();
  const History history = Read();
  ASSERT_TRUE(RemoveFromHistory(directory_, *history.Last()->activation).has_value());
  EXPECT_THAT(Read().links, SizeIs(2));
  EXPECT_TRUE(Read().Verifies());
}

TEST_F(HistoryDirectory, NamesTheLinkThatDoesNotVerify) {
  struct Row {
    std::string fact;
    void (*spoil)(const std::vector<std::filesystem::path>& files);
    std::size_t left;
    std::string broken;
  };
  using Files = std::vector<std::filesystem::path>;
  for (const Row& row :
       std::vector<Row>{{"the second is gone", [](const Files& files) { std::filesystem::remove(files[1]); },
                         1, "number 2 before it is missing"},
                        {"the first is gone", [](const Files& files) { std::filesystem::remove(files[0]); },
                         0, "number 1 before it is missing"},
                        {"a number twice",
                         [](const Files& files) {
                           std::filesystem::copy(files[0], files[0].parent_path() / "1-copy.bundle");
                         },
                         0, "1-"},
                        {"a changed clause",
                         [](const Files& files) {
                           std::string text = base::ReadFile(files[1]).value();
                           text.replace(text.find("permit"), 6, "forbid");
                           std::ofstream(files[1]) << text;
                         },
                         1, "clauses/a.cedar: its bytes are not those"},
                        {"another package under the name",
                         [](const Files& files) {
                           std::ofstream(files[1], std::ios::trunc) << base::ReadFile(files[2]).value();
                         },
                         1, "holds another package"},
                        {"a signature taken away",
                         [](const Files& files) {
                           std::string text = base::ReadFile(files[2]).value();
                           const auto begin = text.find("proviso.signature/v1");
                           text.erase(begin, text.find("proviso.signature/v1", begin + 1) - begin);
                           std::ofstream(files[2]) << text;
                         },
                         2, "customer has not signed"},
                        {"a stray bundle",
                         [](const Files& files) {
                           std::filesystem::copy(files[0], files[0].parent_path() / "mine.bundle");
                         },
                         0, "mine.bundle: the name is not"}}) {
    std::filesystem::remove_all(directory_);
    AppendThree();
    Files files;
    for (const HistoryLink& link : Read().links) files.push_back(FileOf(link));
    row.spoil(files);
    const History history = Read();
    EXPECT_THAT(history.broken, HasSubstr(row.broken)) << row.fact;
    EXPECT_FALSE(history.Verifies()) << row.fact;
    if (row.fact != "a number twice") EXPECT_THAT(history.links, SizeIs(row.left)) << row.fact;
    EXPECT_FALSE(Append(BundleOf(), "2026-05-01").has_value()) << row.fact;
  }
}

TEST_F(HistoryDirectory, LeavesALinkThatWasSignedBeforeAKeyWasRevokedValidAndSaysSo) {
  const Bundle first = Signed(BundleOf(), kBoth, "2026-01-10T10:00:00Z");
  ASSERT_TRUE(Append(first, "2026-01-10T12:00:00Z").has_value());
  const Bundle second = Signed(
      BundleOf({.version = "2",
                .supersedes = first.package_digest(),
                .customer_keys = {"customer-2"},
                .more = "[[revoked_key]]\nkey = \"" + KeyText("customer-1") + "\"\nfrom = 2026-01-05\n"}),
      {{"customer", "customer-2"}, {"provider", "provider-1"}}, "2026-02-01");
  ASSERT_TRUE(Append(second, "2026-02-01").has_value());
  const History history = Read();
  EXPECT_TRUE(history.Verifies()) << history.broken;
  EXPECT_THAT(history.links[0].remarks,
              Contains(AllOf(HasSubstr("signed by customer-1+"), HasSubstr("revoked from 2026-01-05"))));
  EXPECT_THAT(history.links[1].remarks, IsEmpty());
}

TEST_F(HistoryDirectory, VerifiesWithoutActivationsAndRemarksOnIt) {
  AppendThree();
  for (const auto& file : base::ListFiles(directory_, ".activation").value()) std::filesystem::remove(file);
  const History history = Read();
  EXPECT_TRUE(history.Verifies());
  EXPECT_THAT(history.links[2].remarks, Contains(HasSubstr("when it came into force is not known here")));
}

TEST(Activation, IsReadInItsOneSpelling) {
  const Activation activation{2, "sha256:aa", "sha256:bb", At("2026-01-01"), "quorum of x: y"};
  const std::string text = ActivationText(activation).value();
  EXPECT_EQ(ParseActivation(text), activation);
  for (const std::string& wrong :
       {text + "\n", text.substr(1), "x" + text, text.substr(0, text.size() - 1), text + "more x\n"}) {
    EXPECT_FALSE(ParseActivation(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace proviso::terms
