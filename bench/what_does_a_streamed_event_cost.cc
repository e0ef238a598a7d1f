// rooms: protocol base
// What does inspecting one streamed text event cost, beside only copying it? Events/s of the gate
// against a copy into the same kind of buffer, in pieces as a socket gives them, alternating.
#include <benchmark/benchmark.h>

#include <string>

#include "protocol/answer.h"

namespace {

using proviso::protocol::Delivery;
using proviso::protocol::Dialect;

constexpr std::size_t kEvents = 2000;
constexpr std::size_t kPieceBytes = 4096;

/// A stream of text events with words of several lengths; `word` writes one event.
template <typename Event>
std::string Stream(std::string_view start, Event event, std::string_view end) {
  std::string out(start);
  for (std::size_t i = 0; i < kEvents; ++i)
    out += event(std::string(1 + i % 9, 'w') + (i % 31 == 0 ? "\\n" : " "), i);
  return out + std::string(end);
}

std::string OpenAiStream() {
  constexpr std::string_view kHead =
      R"(data: {"id":"chatcmpl-D8Z5oo6uDh67AD85p73ksdT1KxhE0","object":"chat.completion.chunk","created":1770933892,"model":"gpt-4.1-nano-2025-04-14","service_tier":"default","system_fingerprint":"fp_de604bd877","choices":[{"index":0,"delta":)";
  const std::string head(kHead);
  return Stream(
      "",
      [&](const std::string& word, std::size_t i) {
        return head + R"({"content":")" + word +
               R"("},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":")" +
               std::string(i % 12, 'p') + "\"}\n\n";
      },
      head + "{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
}

std::string AnthropicStream() {
  return Stream(
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[]}}\n\n"
      "event: content_block_start\ndata: "
      "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"
      "\n\n",
      [](const std::string& word, std::size_t /*i*/) {
        return "event: content_block_delta\ndata: "
               "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":"
               "\"" +
               word + "\"}}\n\n";
      },
      "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

std::string ResponsesStream() {
  const std::string at =
      R"("output_index":0,"item_id":"msg_0434d6d64b12b08900692f639dc53c819594ea97586113d73b",)";
  const auto frame = [](const std::string& type, const std::string& members) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n";
  };
  constexpr std::string_view kMessage =
      R"("output_index":0,"item":{"type":"message","id":"msg_1","content":[]})";
  return Stream(
      frame("response.created", R"("response":{"id":"resp_1","model":"m","output":[]})") +
          frame("response.output_item.added", std::string(kMessage)),
      [&](const std::string& word, std::size_t i) {
        return frame("response.output_text.delta", R"("sequence_number":)" + std::to_string(i + 4) + "," +
                                                       at + R"("content_index":0,"delta":")" + word +
                                                       R"(","logprobs":[],"obfuscation":")" +
                                                       std::string(i % 12, 'p') + "\"");
      },
      frame("response.output_item.done", std::string(kMessage)) +
          frame("response.completed", R"("response":{"id":"resp_1","status":"completed","output":[]})"));
}

void Report(benchmark::State& state, std::size_t bytes) {
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(kEvents));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(bytes));
}

void Copied(benchmark::State& state, const std::string& stream) {
  std::string out;
  std::string buffer;
  for (auto round : state) {
    for (std::size_t at = 0; at < stream.size(); at += kPieceBytes) {
      buffer.assign(stream, at, kPieceBytes);
      out.assign(buffer);
      benchmark::DoNotOptimize(out.data());
    }
  }
  Report(state, stream.size());
}

void Inspected(benchmark::State& state, Dialect dialect, const std::string& stream) {
  std::string out;
  for (auto round : state) {
    const auto gate = MakeGate(dialect, Delivery::kStream);
    for (std::size_t at = 0; at < stream.size(); at += kPieceBytes) {
      out.clear();
      if (!gate->Feed(std::string_view(stream).substr(at, kPieceBytes), out)) state.SkipWithError("refused");
      benchmark::DoNotOptimize(out.data());
    }
    if (!gate->Finish(out)) state.SkipWithError("not finished");
  }
  Report(state, stream.size());
}

/// Every event in a form that the last one did not have, so that each must be parsed.
std::string Unlearnable(std::string stream) {
  bool odd = false;
  for (std::size_t at = stream.find("\"finish_reason\":null"); at != std::string::npos;
       at = stream.find("\"finish_reason\":null", at + 20)) {
    if ((odd = !odd)) stream.insert(at + 16, " ");
  }
  return stream;
}

BENCHMARK_CAPTURE(Copied, openai, OpenAiStream());
BENCHMARK_CAPTURE(Inspected, openai, Dialect::kOpenAiChat, OpenAiStream());
BENCHMARK_CAPTURE(Inspected, openai_each_parsed, Dialect::kOpenAiChat, Unlearnable(OpenAiStream()));
BENCHMARK_CAPTURE(Copied, responses, ResponsesStream());
BENCHMARK_CAPTURE(Inspected, responses, Dialect::kOpenAiResponses, ResponsesStream());
BENCHMARK_CAPTURE(Copied, anthropic, AnthropicStream());
BENCHMARK_CAPTURE(Inspected, anthropic, Dialect::kAnthropicMessages, AnthropicStream());

}  // namespace

BENCHMARK_MAIN();
