// rooms: protocol base
// How fast is a translation? Requests: MB of the caller's body read, fitted and written a second, beside
// only reading its facts, which every request costs. Streams: text events a second through the provider's
// gate, its reader and the caller's writer, beside the gate alone, which every stream costs. Each pair of
// dialects; all bodies and streams are made here, with shapes as providers send them.
#include <benchmark/benchmark.h>

#include <string>

#include "base/json_writer.h"
#include "protocol/answer.h"
#include "protocol/translate.h"

namespace {

using namespace proviso::protocol;

constexpr std::size_t kEvents = 2000;
constexpr std::size_t kPieceBytes = 4096;
constexpr std::size_t kTurns = 40;
constexpr std::size_t kTools = 20;

std::string Words(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += std::string(2 + i % 7, static_cast<char>('a' + i % 26)) + " ";
  return out;
}

/// A conversation with tools, images and calls, about 100 kB, in Chat Completions.
std::string ChatBody() {
  proviso::base::JsonWriter json;
  json.BeginObject().Key("model").String("m").Key("max_tokens").Integer(4096).Key("messages").BeginArray();
  json.BeginObject().Key("role").String("system").Key("content").String(Words(400)).EndObject();
  for (std::size_t i = 0; i < kTurns; ++i) {
    const std::string id = "call_" + std::to_string(i);
    json.BeginObject().Key("role").String("user").Key("content").BeginArray();
    json.BeginObject().Key("type").String("text").Key("text").String(Words(150)).EndObject();
    if (i % 10 == 0) {
      json.BeginObject().Key("type").String("image_url").Key("image_url").BeginObject();
      json.Key("url").String("data:image/png;base64," + std::string(4096, 'A')).EndObject().EndObject();
    }
    json.EndArray().EndObject().BeginObject().Key("role").String("assistant").Key("content");
    json.String(Words(60)).Key("tool_calls").BeginArray().BeginObject().Key("id").String(id);
    json.Key("type").String("function").Key("function").BeginObject().Key("name").String("tool_1");
    json.Key("arguments").String(R"({"query":")" + Words(10) + R"(","limit":5})");
    json.EndObject().EndObject().EndArray().EndObject();
    json.BeginObject().Key("role").String("tool").Key("tool_call_id").String(id);
    json.Key("content").String(Words(120)).EndObject();
  }
  json.BeginObject().Key("role").String("user").Key("content").String("Go on.").EndObject();
  json.EndArray().Key("tools").BeginArray();
  for (std::size_t i = 0; i < kTools; ++i) {
    json.BeginObject().Key("type").String("function").Key("function").BeginObject();
    json.Key("name").String("tool_" + std::to_string(i)).Key("description").String(Words(30));
    json.Key("parameters")
        .Raw(
            R"({"type":"object","properties":{"query":{"type":"string","description":"What to look for."},"limit":{"type":"integer"}},"required":["query"]})");
    json.EndObject().EndObject();
  }
  return json.EndArray().EndObject().Take();
}

Inbound PathFor(Dialect dialect) {
  return {.dialect = dialect, .model = "m"};
}

/// The conversation in any dialect; "" when it cannot be written.
std::string BodyIn(Dialect dialect) {
  const std::string chat = ChatBody();
  if (dialect == Dialect::kOpenAiChat) return chat;
  const auto exchange = ReadExchange(PathFor(Dialect::kOpenAiChat), chat);
  if (!exchange) return "";
  auto sent = TranslateRequest(*exchange, {.to = dialect, .model = "m"});
  return sent ? std::move(sent->body) : std::string();
}

void TranslatedRequests(benchmark::State& state, Dialect from, Dialect to) {
  const std::string body = BodyIn(from);
  for (auto round : state) {
    const auto exchange = ReadExchange(PathFor(from), body);
    if (!exchange) {
      state.SkipWithError(exchange.error().message.c_str());
      break;
    }
    const auto sent = TranslateRequest(*exchange, {.to = to, .model = "m"});
    if (!sent) {
      state.SkipWithError(sent.error().message.c_str());
      break;
    }
    benchmark::DoNotOptimize(sent->body.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(body.size()));
}

void FactsOnly(benchmark::State& state, Dialect dialect) {
  const std::string body = BodyIn(dialect);
  for (auto round : state) {
    const auto facts = ReadRequest(PathFor(dialect), body);
    if (!facts) {
      state.SkipWithError(facts.error().message.c_str());
      break;
    }
    benchmark::DoNotOptimize(facts->messages);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(body.size()));
}

/// A long answer of short text events, as a provider of this dialect streams it.
std::string StreamIn(Dialect dialect) {
  // From another dialect, so that the writer chooses its own words.
  const bool chat = dialect == Dialect::kOpenAiChat;
  const AnswerEnvelope envelope{
      .from = chat ? Dialect::kAnthropicMessages : Dialect::kOpenAiChat, .id = "answer_1", .model = "m"};
  const auto writer = MakeAnswerWriter(dialect, Delivery::kStream, envelope);
  std::vector<AnswerDelta> steps(2);
  steps[0].kind = AnswerDelta::Kind::kStart;
  steps[1].kind = AnswerDelta::Kind::kBlockBegin;
  for (std::size_t i = 0; i < kEvents; ++i) {
    steps.emplace_back().kind = AnswerDelta::Kind::kText;
    steps.back().text = std::string(1 + i % 9, 'w') + (i % 31 == 0 ? "\n" : " ");
  }
  steps.emplace_back().kind = AnswerDelta::Kind::kBlockEnd;
  steps.emplace_back().kind = AnswerDelta::Kind::kUsage;
  steps.emplace_back().kind = AnswerDelta::Kind::kStop;
  steps.back().stop.stop = StopClass::kEnd;
  steps.emplace_back().kind = AnswerDelta::Kind::kEnd;
  std::string out;
  for (const AnswerDelta& step : steps) {
    if (!writer->Write(step, out)) return "";
  }
  return out;
}

void Play(benchmark::State& state, const std::string& stream, const auto& make) {
  std::string out;
  for (auto round : state) {
    const std::unique_ptr<AnswerGate> gate = make();
    proviso::base::Status fed;
    for (std::size_t at = 0; fed && at < stream.size(); at += kPieceBytes) {
      out.clear();
      fed = gate->Feed(std::string_view(stream).substr(at, kPieceBytes), out);
      benchmark::DoNotOptimize(out.data());
    }
    if (fed) fed = gate->Finish(out);
    if (!fed) {
      state.SkipWithError(fed.error().message.c_str());
      break;
    }
  }
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(kEvents));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(stream.size()));
}

void TranslatedStream(benchmark::State& state, Dialect from, Dialect to) {
  Play(state, StreamIn(from), [&] {
    return MakeTranslatingGate({.from = from,
                                .from_delivery = Delivery::kStream,
                                .to = to,
                                .to_delivery = Delivery::kStream,
                                .envelope = {.from = from, .id = "answer_1", .model = "m"}});
  });
}

void GateOnly(benchmark::State& state, Dialect dialect) {
  Play(state, StreamIn(dialect), [&] { return MakeGate(dialect, Delivery::kStream); });
}

std::string Name(std::string_view what, Dialect from, std::string_view to) {
  return std::string(what) + "/" + std::string(NameOf(from)) + "/" + std::string(to);
}

}  // namespace

int main(int argc, char** argv) {
  for (const Dialect from : kDialects) {
    benchmark::RegisterBenchmark(Name("request", from, "facts only").c_str(), FactsOnly, from);
    for (const Dialect to : kDialects) {
      if (to != from)
        benchmark::RegisterBenchmark(Name("request", from, NameOf(to)).c_str(), TranslatedRequests, from, to);
    }
  }
  for (const Dialect from : kDialects) {
    benchmark::RegisterBenchmark(Name("stream", from, "gate only").c_str(), GateOnly, from);
    for (const Dialect to : kDialects) {
      if (to != from)
        benchmark::RegisterBenchmark(Name("stream", from, NameOf(to)).c_str(), TranslatedStream, from, to);
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
