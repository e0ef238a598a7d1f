// Every recorded answer of every dialect, through the gate in every way.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/json.h"
#include "base/json_writer.h"
#include "protocol/aws_event_stream.h"
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
  /// An error in mid-stream; and a stream two of whose lines are not whole JSON.
  static bool IsRefused(const Recording& recording) {
    return IsSpliced(recording) || recording.name.starts_with("openai-error.1.chunks") ||
           recording.name.starts_with("parallel-tool-call-wrapper.1.chunks");
  }
  /// Its second message_start does not pass.
  static bool IsRepeated(const Recording& recording) { return recording.name.starts_with("duplicate-"); }

  static Played PlayIt(const Recording& recording, const internal::Cut& cut, const internal::Decide& decide) {
    return Play(recording.dialect, recording.delivery, recording.bytes, cut, decide);
  }
};

TEST_F(RecordedAnswers, LeaveAsTheProvidersOwnBytesWhenEveryCallIsReleased) {
  std::size_t calls = 0;
  for (const Recording& recording : All()) {
    if (IsRefused(recording) || IsRepeated(recording)) continue;
    SCOPED_TRACE(recording.name);
    const Played played = PlayIt(recording, internal::Whole(), internal::ReleaseIt);
    EXPECT_EQ(played.error, "");
    EXPECT_EQ(played.out, recording.bytes);
    if (recording.dialect != Dialect::kBedrockConverse) EXPECT_FALSE(played.summary.model.empty());
    EXPECT_NE(played.summary.stop, StopClass::kNone);
    EXPECT_NE(played.summary.stop, StopClass::kOther);
    calls += played.calls.size();
  }
  EXPECT_GT(calls, 55U);
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
      if (!call.id.empty()) EXPECT_FALSE(played.out.contains(call.id)) << played.out;
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
    if (IsRefused(recording)) continue;
    SCOPED_TRACE(recording.name);
    const Played first = PlayIt(recording, internal::Whole(), internal::WithholdIt);
    const Played again =
        Play(recording.dialect, recording.delivery, first.out, internal::Whole(), internal::ReleaseIt);
    EXPECT_EQ(again.error, "") << first.out;
    EXPECT_TRUE(again.calls.empty());
    EXPECT_EQ(again.out, first.out);
    if (first.calls.empty()) continue;
    const bool anthropic = recording.dialect == Dialect::kAnthropicMessages;
    EXPECT_EQ(again.summary.stop, anthropic ? StopClass::kRefusal : StopClass::kContentFilter);
    EXPECT_GT(again.summary.text_bytes, first.summary.text_bytes);
    EXPECT_EQ(again.summary.usage, first.summary.usage);
  }
}

/// Where the frame of messageStop ends: a Converse stream is complete there, with or without metadata.
std::size_t EndOfStop(std::string_view bytes) {
  AwsFrameReader reader;
  reader.Append(bytes);
  std::size_t end = 0;
  for (auto frame = reader.Next(); frame && !frame->empty(); frame = reader.Next()) {
    end += frame->size();
    if (ParseAwsFrame(*frame)->Text(":event-type") == "messageStop") break;
  }
  return end;
}

TEST_F(RecordedAnswers, AreNeverASuccessWhenCutShort) {
  for (const Recording& recording : All()) {
    SCOPED_TRACE(recording.name);
    const bool frames =
        recording.dialect == Dialect::kBedrockConverse && recording.delivery == Delivery::kStream;
    const std::size_t last =
        frames ? EndOfStop(recording.bytes) - 1 : recording.bytes.find_last_not_of("\r\n");
    const std::size_t step = recording.bytes.size() < 6000 ? 1 : recording.bytes.size() / 150;
    for (std::size_t size = 0; size <= last; size += step) {
      const Played played = Play(recording.dialect, recording.delivery, recording.bytes.substr(0, size),
                                 internal::Whole(), internal::ReleaseIt);
      ASSERT_NE(played.error, "") << size;
      ASSERT_TRUE(recording.bytes.starts_with(played.out) || IsRepeated(recording)) << size;
    }
  }
}

std::size_t EndOfEvent(const Recording& recording, std::size_t begin) {
  if (recording.dialect != Dialect::kBedrockConverse) return recording.bytes.find("\n\n", begin) + 2;
  AwsFrameReader reader;
  reader.Append(std::string_view(recording.bytes).substr(begin));
  return begin + reader.Next()->size();
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
      const std::size_t end = EndOfEvent(recording, fed);
      ASSERT_TRUE(gate->Feed(recording.bytes.substr(fed, end - fed), out));
      if (gate->ended() || end == recording.bytes.size()) break;
      if (recording.dialect == Dialect::kBedrockConverse && end == EndOfStop(recording.bytes)) break;
      fed = end;
      ASSERT_EQ(out.size(), fed) << recording.name;
    }
  }
}

/// The whole answer as its provider would have streamed it.
std::string UnfoldOpenAi(base::Json root) {
  const std::string head = R"({"id":)" + std::string(root.Find("id").raw()) + R"(,"model":)" +
                           std::string(root.Find("model").raw());
  std::string lines;
  for (const base::Json choice : root.Find("choices").elements()) {
    const std::string start = head + R"(,"choices":[{"index":)" + std::string(choice.Find("index").raw());
    lines += start + R"(,"delta":)" + std::string(choice.Find("message").raw()) + "}]}\n";
    lines +=
        start + R"(,"delta":{},"finish_reason":)" + std::string(choice.Find("finish_reason").raw()) + "}]}\n";
  }
  return lines + head + R"(,"choices":[],"usage":)" + std::string(root.Find("usage").raw()) + "}\n";
}

/// A block in the pieces of a stream: its text or input comes in a delta.
std::string UnfoldBlock(base::Json block, const std::string& index) {
  std::string start(block.raw());
  std::string delta;
  for (const auto& [key, type] : {std::pair("text", "text_delta"), std::pair("thinking", "thinking_delta")}) {
    const base::Json value = block.Find(key);
    if (!value.is_string()) continue;
    delta = "{\"type\":\"" + std::string(type) + "\",\"" + key + "\":" + std::string(value.raw()) + "}";
    start.replace(value.begin() - block.begin(), value.raw().size(), "\"\"");
  }
  if (const base::Json input = block.Find("input"); !input.missing()) {
    delta = R"({"type":"input_json_delta","partial_json":)" + base::JsonString(input.raw()) + "}";
    start.replace(input.begin() - block.begin(), input.raw().size(), "{}");
  }
  std::string lines =
      R"({"type":"content_block_start","index":)" + index + R"(,"content_block":)" + start + "}\n";
  if (!delta.empty())
    lines += R"({"type":"content_block_delta","index":)" + index + R"(,"delta":)" + delta + "}\n";
  return lines + R"({"type":"content_block_stop","index":)" + index + "}\n";
}

std::string UnfoldAnthropic(base::Json root) {
  std::string lines = R"({"type":"message_start","message":{"content":[],"id":)" +
                      std::string(root.Find("id").raw()) + R"(,"model":)" +
                      std::string(root.Find("model").raw()) + "}}\n";
  std::size_t index = 0;
  for (const base::Json block : root.Find("content").elements())
    lines += UnfoldBlock(block, std::to_string(index++));
  return lines + R"({"type":"message_delta","delta":{"stop_reason":)" +
         std::string(root.Find("stop_reason").raw()) + R"(},"usage":)" +
         std::string(root.Find("usage").raw()) + "}\n{\"type\":\"message_stop\"}\n";
}

std::string UnfoldResponses(base::Json root) {
  const std::string head = R"("response":{"id":)" + std::string(root.Find("id").raw()) + R"(,"model":)" +
                           std::string(root.Find("model").raw()) + R"(,"output":[]})";
  std::string lines = R"({"type":"response.created",)" + head + "}\n";
  std::size_t index = 0;
  for (const base::Json item : root.Find("output").elements()) {
    const std::string rest =
        R"(,"output_index":)" + std::to_string(index++) + R"(,"item":)" + std::string(item.raw()) + "}\n";
    lines += R"({"type":"response.output_item.added")" + rest;
    lines += R"({"type":"response.output_item.done")" + rest;
  }
  return lines + R"({"type":"response.completed","response":)" + std::string(root.raw()) + "}\n";
}

std::string UnfoldConverse(base::Json root) {
  std::string lines;
  std::size_t rank = 0;
  for (const base::Json block : root.Find("output").Find("message").Find("content").elements()) {
    const std::string index = R"({"contentBlockIndex":)" + std::to_string(rank++);
    const base::Json use = block.Find("toolUse");
    std::string delta = R"({"text":)" + base::JsonString(block.Find("text").text()) + "}";
    if (!use.missing()) {
      lines += R"({"contentBlockStart":)" + index + R"(,"start":{"toolUse":{"toolUseId":)" +
               std::string(use.Find("toolUseId").raw()) + R"(,"name":)" +
               std::string(use.Find("name").raw()) + "}}}}\n";
      delta = R"({"toolUse":{"input":)" + base::JsonString(use.Find("input").raw()) + "}}";
    }
    if (const base::Json reasoning = block.Find("reasoningContent"); !reasoning.missing()) {
      delta = R"({"reasoningContent":{"text":)" +
              base::JsonString(reasoning.Find("reasoningText").Find("text").text()) + "}}";
    }
    lines += R"({"contentBlockDelta":)" + index + R"(,"delta":)" + delta + "}}\n";
    lines += R"({"contentBlockStop":)" + index + "}}\n";
  }
  return lines + R"({"messageStop":{"stopReason":)" + std::string(root.Find("stopReason").raw()) + "}}\n" +
         R"({"metadata":{"usage":)" + std::string(root.Find("usage").raw()) + "}}\n";
}

std::string Unfold(Dialect dialect, base::Json root) {
  if (dialect == Dialect::kBedrockConverse) return UnfoldConverse(root);
  if (dialect == Dialect::kOpenAiResponses) return UnfoldResponses(root);
  if (dialect == Dialect::kGemini) return std::string(root.raw());
  return dialect == Dialect::kOpenAiChat ? UnfoldOpenAi(root) : UnfoldAnthropic(root);
}

TEST_F(RecordedAnswers, FoldToTheSameFactsWhetherStreamedOrWhole) {
  for (const Recording& recording : All()) {
    if (recording.delivery != Delivery::kWhole) continue;
    SCOPED_TRACE(recording.name);
    // The recordings are laid out over several lines, an event's data is one; a line end can only
    // be space between tokens.
    std::string one_line = recording.bytes;
    std::ranges::replace(one_line, '\n', ' ');
    const auto document = base::JsonDocument::Parse(one_line);
    ASSERT_TRUE(document);
    const std::string lines = Unfold(recording.dialect, document->root());
    const Played stream =
        Play(recording.dialect, Delivery::kStream, internal::FramesOf(recording.dialect, lines),
             internal::Whole(), internal::ReleaseIt);
    const Played whole =
        Play(recording.dialect, Delivery::kWhole, one_line, internal::Whole(), internal::ReleaseIt);
    EXPECT_EQ(stream.error, "");
    EXPECT_EQ(stream.calls, whole.calls);
    EXPECT_EQ(stream.summary, whole.summary);
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
