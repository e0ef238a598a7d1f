// Every recorded answer, from its dialect to every dialect, streamed and whole: what a developer would
// compare is the same on the other side.
#include <gtest/gtest.h>

#include <map>

#include "base/canonical_json.h"
#include "protocol/internal/answer_player.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

using internal::Recording;

/// What must arrive, as one text.
std::string DigestOf(const ExchangeAnswer& answer, Dialect from, Dialect to) {
  std::string said;
  std::string refused;
  std::string reasoned;
  std::string calls;
  for (const Block& block : answer.choices.at(0).blocks) {
    if (const auto* text = std::get_if<TextBlock>(&block.content)) said += text->text;
    if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) refused += refusal->text;
    if (const auto* reasoning = std::get_if<ReasoningBlock>(&block.content)) reasoned += reasoning->text;
    const auto* call = std::get_if<CallBlock>(&block.content);
    if (call == nullptr) continue;
    const auto arguments = base::JsonDocument::Parse(call->arguments);
    calls += call->name + "(" + (arguments ? base::CanonicalJson(arguments->root()) : call->arguments) + ")";
    // Gemini's own calls have no ids: those are invented, and cannot be compared.
    if (from != Dialect::kGemini && to != Dialect::kGemini) calls += call->id;
    calls += "\n";
  }
  std::string digest = "said: " + said + refused + "\nreasoned: " + reasoned + "\n" + calls;
  if (answer.usage) {
    digest += "tokens: " + std::to_string(answer.usage->input) + " " + std::to_string(answer.usage->output);
  }
  return digest;
}

/// The classes of stop that a dialect has no word for, and what it says instead.
StopClass StopIn(Dialect to, StopClass stop) {
  const auto probe = [&](StopClass one) {
    ExchangeAnswer answer;
    answer.dialect = to;
    answer.model = "m";
    answer.choices.emplace_back().stop = one;
    answer.choices[0].blocks.push_back({.content = TextBlock{.text = "t", .citations = {}},
                                        .model = "",
                                        .original = "",
                                        .source = {},
                                        .cache_s = 0});
    const auto written = WriteAnswer(answer, to, {.from = to, .id = "a", .model = "m"});
    const auto read = written ? FoldAnswer(to, *written) : std::unexpected(written.error());
    return read ? read->choices.at(0).stop : StopClass::kNone;
  };
  return probe(stop);
}

ExchangeAnswer AnswerOf(const Recording& recording) {
  auto answer = FoldAnswer(recording.dialect, recording.bytes);
  EXPECT_TRUE(answer) << recording.name << ": " << (answer ? "" : answer.error().message);
  return answer ? std::move(*answer) : ExchangeAnswer{};
}

bool HasCustomCall(const ExchangeAnswer& answer) {
  for (const Block& block : answer.choices.at(0).blocks) {
    const auto* call = std::get_if<CallBlock>(&block.content);
    if (call != nullptr && call->kind == CallKind::kCustom) return true;
  }
  return false;
}

class EveryPair : public testing::Test {
 protected:
  void SetUp() override {
    for (Recording& recording : internal::Recordings()) {
      if (FoldAnswer(recording.dialect, recording.bytes)) recordings_.push_back(std::move(recording));
    }
    if (recordings_.empty()) GTEST_SKIP() << "the shared data (provider-streams.tar.gz) is not there";
  }
  std::vector<Recording> recordings_;
};

/// The provider's bytes through the gate to the caller's, as the gateway does it.
internal::Played Through(const Recording& recording, Dialect to, Delivery delivery, const internal::Cut& cut,
                         std::string_view bytes) {
  const auto gate = MakeTranslatingGate({.from = recording.dialect,
                                         .from_delivery = recording.delivery,
                                         .to = to,
                                         .to_delivery = delivery,
                                         .envelope = {.id = "answer-1", .model = "m", .stream_usage = true}});
  return internal::PlayThrough(*gate, bytes, cut, internal::ReleaseIt);
}

TEST_F(EveryPair, CarriesWhatADeveloperWouldCompare) {
  std::map<std::string, std::size_t> passed;
  for (const Recording& recording : recordings_) {
    const ExchangeAnswer before = AnswerOf(recording);
    for (const Dialect to : kDialects) {
      for (const Delivery delivery : {Delivery::kWhole, Delivery::kStream, Delivery::kArrayStream}) {
        if (delivery == Delivery::kArrayStream && to != Dialect::kGemini) continue;
        if (to == recording.dialect) continue;  // the bytes themselves: recorded_answers_test.cc
        SCOPED_TRACE(recording.name + " to " + std::string(NameOf(to)));
        const internal::Played played = Through(recording, to, delivery, internal::Whole(), recording.bytes);
        // A free-text call has no place where arguments are objects, and must not pass as something else.
        const bool free_text =
            HasCustomCall(before) && to != Dialect::kOpenAiChat && to != Dialect::kOpenAiResponses;
        if (free_text) {
          EXPECT_NE(played.error, "");
          continue;
        }
        ASSERT_EQ(played.error, "");
        const auto after = FoldAnswer(to, played.out);
        ASSERT_TRUE(after) << after.error().message << "\n" << played.out;
        EXPECT_EQ(DigestOf(*after, recording.dialect, to), DigestOf(before, recording.dialect, to));
        EXPECT_EQ(after->choices.at(0).stop, StopIn(to, before.choices.at(0).stop)) << played.out;
        ++passed[std::string(NameOf(recording.dialect)) + " to " + std::string(NameOf(to))];
      }
    }
  }
  for (const auto& [pair, count] : passed) RecordProperty(pair, static_cast<int>(count));
  EXPECT_EQ(passed.size(), kDialects.size() * (kDialects.size() - 1));
}

TEST_F(EveryPair, GivesTheSameBytesUnderAnySplit) {
  for (const Recording& recording : recordings_) {
    for (const Dialect to : kDialects) {
      if (to == recording.dialect || recording.delivery == Delivery::kWhole) continue;
      const auto whole = Through(recording, to, Delivery::kStream, internal::Whole(), recording.bytes);
      const auto pieces =
          Through(recording, to, Delivery::kStream, internal::RandomPieces(7), recording.bytes);
      EXPECT_EQ(pieces.out, whole.out) << recording.name << " to " << NameOf(to);
    }
  }
}

/// At each event's end and at many places within events: an error, and nothing that looks complete.
TEST_F(EveryPair, IsNeverASuccessWhenCutShort) {
  for (const Recording& recording : recordings_) {
    if (recording.bytes.size() > 40'000) continue;
    for (const Dialect to : kDialects) {
      if (to == recording.dialect) continue;
      const std::size_t step = 1 + recording.bytes.size() / 40;
      for (std::size_t cut = 0; cut + 8 < recording.bytes.size(); cut += step) {
        const std::string_view some = std::string_view(recording.bytes).substr(0, cut);
        const auto played = Through(recording, to, Delivery::kStream, internal::Whole(), some);
        if (played.error.empty()) {
          // Only white space or what means nothing may be missing.
          const auto all = Through(recording, to, Delivery::kStream, internal::Whole(), recording.bytes);
          ASSERT_EQ(played.out, all.out) << recording.name << " to " << NameOf(to) << " cut at " << cut;
        } else {
          ASSERT_FALSE(FoldAnswer(to, played.out))
              << recording.name << " to " << NameOf(to) << " cut at " << cut;
        }
      }
    }
  }
}

}  // namespace
}  // namespace proviso::protocol
