// Every recorded answer of both dialects, through the gate in every way.
#include <gtest/gtest.h>

#include <fstream>

#include "protocol/internal/answer_player.h"

namespace proviso::protocol {
namespace {

using internal::Play;
using internal::Played;
using internal::Recording;

class RecordedAnswers : public testing::Test {
 protected:
  void SetUp() override {
    if (All().empty())
      GTEST_SKIP() << "no recordings: set PROVISO_SHARED_DATA to the folder that holds wire/";
  }

  static const std::vector<Recording>& All() {
    static const std::vector<Recording> recordings = internal::Recordings();
    return recordings;
  }

  /// A message that starts in the middle of another: the only recording that is no answer.
  static bool IsSpliced(const Recording& recording) { return recording.name.starts_with("spliced-"); }
  /// Its second message_start does not pass.
  static bool IsRepeated(const Recording& recording) { return recording.name.starts_with("duplicate-"); }

  static Played PlayIt(const Recording& recording, const internal::Cut& cut, const internal::Decide& decide) {
    return Play(recording.dialect, recording.delivery, recording.bytes, cut, decide);
  }
};

TEST_F(RecordedAnswers, LeaveAsTheProvidersOwnBytesWhenEveryCallIsReleased) {
  std::size_t calls = 0;
  for (const Recording& recording : All()) {
    if (IsSpliced(recording) || IsRepeated(recording)) continue;
    SCOPED_TRACE(recording.name);
    const Played played = PlayIt(recording, internal::Whole(), internal::ReleaseIt);
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.out, recording.bytes);
    EXPECT_FALSE(played.summary.model.empty());
    EXPECT_NE(played.summary.stop, StopClass::kNone);
    EXPECT_NE(played.summary.stop, StopClass::kOther);
    calls += played.calls.size();
  }
  EXPECT_GT(calls, 30U);
}

TEST_F(RecordedAnswers, AreTheSameUnderAnySplit) {
  for (const Recording& recording : All()) {
    SCOPED_TRACE(recording.name);
    for (const auto& decide : {internal::ReleaseIt, internal::WithholdIt}) {
      const Played whole = PlayIt(recording, internal::Whole(), decide);
      EXPECT_EQ(PlayIt(recording, internal::Pieces(1), decide), whole);
      for (unsigned seed = 0; seed < 5; ++seed) {
        EXPECT_EQ(PlayIt(recording, internal::RandomPieces(seed), decide), whole);
      }
    }
  }
}

TEST_F(RecordedAnswers, AreTheSameWhereverTheyAreCutInTwo) {
  constexpr std::size_t kSmallBytes = 4000;
  for (const Recording& recording : All()) {
    if (recording.bytes.size() > kSmallBytes) continue;
    SCOPED_TRACE(recording.name);
    const Played whole = PlayIt(recording, internal::Whole(), internal::WithholdIt);
    for (std::size_t at = 1; at < recording.bytes.size(); ++at) {
      const auto cut = [&](std::string_view rest) {
        return rest.size() == recording.bytes.size() ? at : rest.size();
      };
      ASSERT_EQ(PlayIt(recording, cut, internal::WithholdIt), whole) << at;
    }
  }
}

TEST_F(RecordedAnswers, NeverShowAWithheldCall) {
  for (const Recording& recording : All()) {
    SCOPED_TRACE(recording.name);
    const Played played = PlayIt(recording, internal::Whole(), internal::WithholdIt);
    for (const ToolCall& call : played.calls) {
      EXPECT_FALSE(played.out.contains(call.id)) << played.out;
      if (call.arguments.size() > 2) EXPECT_FALSE(played.out.contains(call.arguments));
    }
    if (!played.calls.empty()) {
      EXPECT_TRUE(played.out.contains(R"([withheld: clause \"c-1\"])"));
      EXPECT_EQ(played.summary.calls_withheld, played.summary.calls);
    }
  }
}

TEST_F(RecordedAnswers, StayReadableWhenACallWasWithheld) {
  for (const Recording& recording : All()) {
    if (IsSpliced(recording)) continue;
    SCOPED_TRACE(recording.name);
    const Played first = PlayIt(recording, internal::Whole(), internal::WithholdIt);
    const Played again =
        Play(recording.dialect, recording.delivery, first.out, internal::Whole(), internal::ReleaseIt);
    EXPECT_EQ(again.error, "") << first.out;
    EXPECT_TRUE(again.calls.empty());
    EXPECT_EQ(again.out, first.out);
    if (first.calls.empty()) continue;
    const bool openai = recording.dialect == Dialect::kOpenAiChat;
    EXPECT_EQ(again.summary.stop, openai ? StopClass::kContentFilter : StopClass::kRefusal);
    EXPECT_GT(again.summary.text_bytes, first.summary.text_bytes);
    EXPECT_EQ(again.summary.usage, first.summary.usage);
  }
}

TEST_F(RecordedAnswers, AreNeverASuccessWhenCutShort) {
  for (const Recording& recording : All()) {
    SCOPED_TRACE(recording.name);
    const std::size_t last = recording.bytes.find_last_not_of("\r\n");
    const std::size_t step = recording.bytes.size() < 6000 ? 1 : recording.bytes.size() / 150;
    for (std::size_t size = 0; size <= last; size += step) {
      const Played played = Play(recording.dialect, recording.delivery, recording.bytes.substr(0, size),
                                 internal::Whole(), internal::ReleaseIt);
      ASSERT_NE(played.error, "") << size;
      ASSERT_TRUE(recording.bytes.starts_with(played.out) || IsRepeated(recording)) << size;
    }
  }
}

TEST_F(RecordedAnswers, KeepNothingBackThatIsNotACall) {
  for (const Recording& recording : All()) {
    if (recording.delivery != Delivery::kStream || IsRepeated(recording)) continue;
    const Played played = PlayIt(recording, internal::Whole(), internal::ReleaseIt);
    if (!played.calls.empty() || !played.error.empty()) continue;
    const auto gate = MakeGate(recording.dialect, recording.delivery);
    std::string out;
    std::size_t fed = 0;
    while (true) {  // event by event: each leaves at once, up to the terminal one
      const std::size_t end = recording.bytes.find("\n\n", fed) + 2;
      ASSERT_TRUE(gate->Feed(recording.bytes.substr(fed, end - fed), out));
      if (gate->ended()) break;
      fed = end;
      ASSERT_EQ(out.size(), fed) << recording.name;
    }
  }
}

TEST_F(RecordedAnswers, WithOddStartsAreHandledOnPurpose) {
  for (const Recording& recording : All()) {
    const Played played = PlayIt(recording, internal::Whole(), internal::ReleaseIt);
    if (IsSpliced(recording)) {
      EXPECT_EQ(played.error, "the provider's answer: message_start: a second message in one answer");
      EXPECT_FALSE(played.out.contains("toolu_"));
    }
    if (IsRepeated(recording)) {
      EXPECT_EQ(played.error, "");
      EXPECT_EQ(played.out.find("event: message_start"), played.out.rfind("event: message_start"));
      EXPECT_TRUE(recording.bytes.ends_with(played.out));
    }
  }
}

}  // namespace
}  // namespace proviso::protocol
