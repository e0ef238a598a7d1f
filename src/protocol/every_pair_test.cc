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
  const TokenUsage usage = answer.usage.value_or(TokenUsage{});
  digest += "tokens: " + std::to_string(usage.input) + " " + std::to_string(usage.output);
  return digest;
}

Block BlockOf(decltype(Block::content) content) {
  Block block;
  block.content = std::move(content);
  return block;
}

/// What becomes of a class of stop in a dialect that may have no word of its own for it.
StopClass StopIn(Dialect to, StopClass stop) {
  ExchangeAnswer answer;
  const Dialect from = to == Dialect::kOpenAiChat ? Dialect::kGemini : Dialect::kOpenAiChat;
  answer.dialect = from;
  answer.id = "a";
  answer.model = "m";
  answer.usage.emplace();
  answer.choices.emplace_back().stop = stop;
  answer.choices[0].blocks.push_back(BlockOf(TextBlock{"t", {}}));
  if (stop == StopClass::kToolCall) {
    CallBlock call;
    call.id = "call_1";
    call.name = "f";
    call.arguments = "{}";
    answer.choices[0].blocks.push_back(BlockOf(call));
  }
  const auto written = WriteAnswer(answer, to, {.from = from, .id = "a", .model = "m"});
  EXPECT_TRUE(written) << (written ? "" : written.error().message);
  const auto read = FoldAnswer(to, written.value_or(""));
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? read->choices.at(0).stop : StopClass::kNone;
}

ExchangeAnswer AnswerOf(const Recording& recording) {
  auto answer = FoldAnswer(recording.dialect, recording.bytes);
  EXPECT_TRUE(answer) << recording.name << ": " << (answer ? "" : answer.error().message);
  return answer ? std::move(*answer) : ExchangeAnswer{};
}

bool HasCalls(const ExchangeAnswer& answer) {
  for (const Block& block : answer.choices.at(0).blocks) {
    if (std::holds_alternative<CallBlock>(block.content)) return true;
  }
  return false;
}

/// Why an answer cannot be said in a dialect; "" when it can. It must then be an error there.
std::string_view CannotBeSaid(const Recording& recording, const ExchangeAnswer& answer, Dialect to) {
  const bool openai = to == Dialect::kOpenAiChat || to == Dialect::kOpenAiResponses;
  for (const Block& block : answer.choices.at(0).blocks) {
    const auto* call = std::get_if<CallBlock>(&block.content);
    if (call != nullptr && call->kind == CallKind::kCustom && !openai) return "arguments that are free text";
    const auto* opaque = std::get_if<OpaqueBlock>(&block.content);
    if (opaque == nullptr || recording.dialect != Dialect::kOpenAiResponses) continue;
    for (const std::string_view type :
         {"apply_patch_call", "local_shell_call", "shell_call", "tool_search_call", "mcp_approval_request"}) {
      const bool at_client = !block.original.contains("\"container_reference\"") &&
                             !block.original.contains("\"execution\":\"server\"") &&
                             !block.original.contains("\"execution\": \"server\"");
      if (opaque->type == type && at_client) return "a call that only the caller of that dialect can run";
    }
  }
  return "";
}

class EveryPair : public testing::Test {
 protected:
  void SetUp() override {
    for (Recording& recording : internal::Recordings()) {
      // Its text's pieces were shortened by who recorded it, and its end was not.
      if (recording.name.starts_with("openai-shell-container.1.chunks")) continue;
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
        if (!CannotBeSaid(recording, before, to).empty()) {
          EXPECT_NE(played.error, "") << CannotBeSaid(recording, before, to);
          continue;
        }
        EXPECT_EQ(played.error, "");
        if (!played.error.empty()) continue;
        const auto after = FoldAnswer(to, played.out);
        ASSERT_TRUE(after) << after.error().message;
        EXPECT_EQ(DigestOf(*after, recording.dialect, to), DigestOf(before, recording.dialect, to));
        // Some recordings name another reason, although a call waits for its result.
        const StopClass stop = HasCalls(before) ? StopClass::kToolCall : before.choices.at(0).stop;
        EXPECT_EQ(after->choices.at(0).stop, StopIn(to, stop));
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
