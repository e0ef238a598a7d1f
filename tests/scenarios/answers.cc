#include "answers.h"

#include "base/json_writer.h"
#include "http/testing/scripted_upstream.h"

namespace proviso::scenarios {
namespace {

constexpr std::string_view kUsage = R"("usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5})";

std::string Chunk(std::string_view delta, std::string_view finish = "null") {
  return R"(data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m-1","choices":[{"index":0,"delta":)" +
         std::string(delta) + R"(,"finish_reason":)" + std::string(finish) + "}]}\n\n";
}

std::string OpenAiBody(std::string_view message, std::string_view finish) {
  return R"({"id":"c1","object":"chat.completion","created":1,"model":"m-1","choices":[{"index":0,"message":)" +
         std::string(message) + R"(,"finish_reason":")" + std::string(finish) + R"("}],)" +
         std::string(kUsage) + "}";
}

std::string OpenAiText(Delivery delivery, std::string_view text) {
  const std::string quoted = base::JsonString(text);
  if (delivery == Delivery::kWhole) {
    return OpenAiBody(R"({"role":"assistant","content":)" + quoted + "}", "stop");
  }
  return Chunk(R"({"role":"assistant","content":""})") + Chunk(R"({"content":)" + quoted + "}") +
         Chunk("{}", "\"stop\"") + "data: [DONE]\n\n";
}

std::string OpenAiCalls(Delivery delivery, const std::vector<Call>& calls) {
  std::string elements;
  std::string chunks = Chunk(R"({"role":"assistant","content":null})");
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Call& call = calls[i];
    const std::string begin = R"("id":")" + call.id + R"(","type":"function","function":{"name":")" +
                              call.name + R"(","arguments":)";
    elements += (i == 0 ? "{" : ",{") + begin + base::JsonString(call.arguments) + "}}";
    const std::string index = R"({"tool_calls":[{"index":)" + std::to_string(i) + ",";
    chunks += Chunk(index + begin + "\"\"}}]}");
    const std::size_t half = call.arguments.size() / 2;
    for (const std::string& part : {call.arguments.substr(0, half), call.arguments.substr(half)}) {
      chunks += Chunk(index + R"("function":{"arguments":)" + base::JsonString(part) + "}}]}");
    }
  }
  if (delivery == Delivery::kStream) return chunks + Chunk("{}", "\"tool_calls\"") + "data: [DONE]\n\n";
  return OpenAiBody(R"({"role":"assistant","content":null,"tool_calls":[)" + elements + "]}", "tool_calls");
}

std::string Event(std::string_view type, std::string_view members = "") {
  return "event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) + "\"" +
         std::string(members) + "}\n\n";
}

std::string AnthropicBody(std::string_view content, std::string_view stop) {
  return R"({"id":"msg_1","type":"message","role":"assistant","model":"m-1","content":[)" +
         std::string(content) + R"(],"stop_reason":")" + std::string(stop) +
         R"(","stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":2}})";
}

std::string Start() {
  return Event("message_start",
               R"(,"message":{"id":"msg_1","type":"message","role":"assistant","model":"m-1","content":[],)"
               R"("stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}})");
}

std::string Block(std::size_t index, std::string_view block, const std::vector<std::string>& deltas) {
  const std::string at = ",\"index\":" + std::to_string(index);
  std::string out = Event("content_block_start", at + ",\"content_block\":" + std::string(block));
  for (const std::string& delta : deltas) out += Event("content_block_delta", at + ",\"delta\":" + delta);
  return out + Event("content_block_stop", at);
}

std::string End(std::string_view stop) {
  return Event("message_delta", R"(,"delta":{"stop_reason":")" + std::string(stop) +
                                    R"(","stop_sequence":null},"usage":{"output_tokens":2})") +
         Event("message_stop");
}

std::string AnthropicText(Delivery delivery, std::string_view text) {
  const std::string quoted = base::JsonString(text);
  if (delivery == Delivery::kWhole)
    return AnthropicBody(R"({"type":"text","text":)" + quoted + "}", "end_turn");
  return Start() +
         Block(0, R"({"type":"text","text":""})", {R"({"type":"text_delta","text":)" + quoted + "}"}) +
         End("end_turn");
}

std::string AnthropicCalls(Delivery delivery, const std::vector<Call>& calls) {
  std::string elements;
  std::string blocks;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Call& call = calls[i];
    const std::string begin =
        R"({"type":"tool_use","id":")" + call.id + R"(","name":")" + call.name + R"(","input":)";
    elements += (i == 0 ? "" : ",") + begin + call.arguments + "}";
    const std::size_t half = call.arguments.size() / 2;
    std::vector<std::string> deltas;
    for (const std::string& part : {call.arguments.substr(0, half), call.arguments.substr(half)}) {
      deltas.push_back(R"({"type":"input_json_delta","partial_json":)" + base::JsonString(part) + "}");
    }
    blocks += Block(i, begin + "{}}", deltas);
  }
  return delivery == Delivery::kStream ? Start() + blocks + End("tool_use")
                                       : AnthropicBody(elements, "tool_use");
}

}  // namespace

std::string TextBody(Dialect dialect, Delivery delivery, std::string_view text) {
  return dialect == Dialect::kOpenAiChat ? OpenAiText(delivery, text) : AnthropicText(delivery, text);
}

std::string CallsBody(Dialect dialect, Delivery delivery, const std::vector<Call>& calls) {
  return dialect == Dialect::kOpenAiChat ? OpenAiCalls(delivery, calls) : AnthropicCalls(delivery, calls);
}

std::string AsHttp(Delivery delivery, std::string_view body) {
  return http::testing::OkWith(body,
                               delivery == Delivery::kStream ? "text/event-stream" : "application/json");
}

}  // namespace proviso::scenarios
