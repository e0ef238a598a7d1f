#include "protocol/internal/answer_player.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>

#include "base/json.h"
#include "protocol/aws_event_stream.h"
#include "protocol/sse.h"

namespace proviso::protocol::internal {
namespace {

namespace fs = std::filesystem;

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The folder of recorded answers, unpacked on first use beside the build; "" when there is none.
fs::path WireFolder() {
  const char* given = std::getenv("PROVISO_SHARED_DATA");  // NOLINT(concurrency-mt-unsafe)
  const fs::path data = given != nullptr ? fs::path(given) : fs::path(PROVISO_SOURCE_DIR) / "../shared/data";
  if (fs::exists(data / "wire" / "openai-chat")) return data / "wire";
  const fs::path archive = data / "wire" / "provider-streams.tar.gz";
  fs::path target = fs::path(PROVISO_BINARY_DIR) / "provider-streams";
  if (fs::exists(target) || !fs::exists(archive)) return fs::exists(target) ? target : fs::path();
  // Tests run side by side: each unpacks for itself, and the first one's folder stays.
  const fs::path own = target.string() + "." + std::to_string(getpid());
  fs::create_directories(own);
  const std::string command = "tar -xzf '" + archive.string() + "' -C '" + own.string() + "'";
  if (std::system(command.c_str()) != 0) return {};  // NOLINT
  std::error_code lost_race;
  fs::rename(own, target, lost_race);
  if (lost_race) fs::remove_all(own, lost_race);
  return target;
}

/// Some recordings hold several answers, one after another.
std::vector<std::string> AnswersOf(Dialect dialect, const std::string& lines) {
  std::vector<std::string> answers(1);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string line(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.empty()) continue;
    answers.back() += line + "\n";
    const auto document = base::JsonDocument::Parse(line);
    const std::string type = document ? document->root().Find("type").text() : "";
    if (dialect == Dialect::kAnthropicMessages && type == "message_stop") answers.emplace_back();
    const bool last =
        type == "response.completed" || type == "response.incomplete" || type == "response.failed";
    if (dialect == Dialect::kOpenAiResponses && last) answers.emplace_back();
  }
  std::erase(answers, "");
  return answers;
}

/// {"messageStop":{…}} as the frame of that event.
std::string AwsFrameOf(std::string_view line) {
  const auto document = base::JsonDocument::Parse(line);
  if (!document || document->root().size() != 1) return "not an event";
  const base::JsonMember event = *document->root().members().begin();
  return MakeAwsEvent(event.key.text(), event.value.raw());
}

bool IsAnswer(Dialect dialect, const std::string& body) {
  const auto document = base::JsonDocument::Parse(body);
  if (!document) return false;
  if (dialect == Dialect::kOpenAiResponses) return document->root().Find("object").equals("response");
  if (dialect == Dialect::kBedrockConverse) return !document->root().Find("output").missing();
  if (dialect == Dialect::kGemini) return !document->root().Find("candidates").missing();
  return dialect == Dialect::kOpenAiChat ? !document->root().Find("choices").missing()
                                         : document->root().Find("type").equals("message");
}

void Load(const fs::path& folder, Dialect dialect, std::vector<Recording>& recordings) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const std::string body = Slurp(entry.path());
    if (name.ends_with(".json") && IsAnswer(dialect, body)) {
      recordings.push_back({name, dialect, Delivery::kWhole, body});
    }
    if (!name.ends_with(".chunks.txt")) continue;
    std::size_t rank = 0;
    for (const std::string& lines : AnswersOf(dialect, body)) {
      recordings.push_back(
          {name + "#" + std::to_string(rank++), dialect, Delivery::kStream, FramesOf(dialect, lines)});
      if (dialect == Dialect::kGemini) {
        recordings.push_back({name + "[]", dialect, Delivery::kArrayStream, ArrayOf(lines)});
      }
    }
  }
}

}  // namespace

Cut Whole() {
  return [](std::string_view rest) { return rest.size(); };
}

Cut Pieces(std::size_t bytes) {
  return [bytes](std::string_view rest) { return std::min(bytes, rest.size()); };
}

Cut RandomPieces(unsigned seed) {
  const auto random = std::make_shared<std::mt19937>(seed);  // shared: a std::function is copied
  return
      [random](std::string_view rest) { return std::min<std::size_t>(1 + (*random)() % 200, rest.size()); };
}

Ruling ReleaseIt(const ToolCall& /*call*/) {
  return {.kind = Ruling::Kind::kRelease, .notice = ""};
}

Ruling WithholdIt(const ToolCall& /*call*/) {
  return {.kind = Ruling::Kind::kWithhold, .notice = "[withheld: clause \"c-1\"]"};
}

Played Play(Dialect dialect, Delivery delivery, std::string_view bytes, const Cut& cut, const Decide& decide,
            AnswerLimits limits) {
  return PlayThrough(*MakeGate(dialect, delivery, limits), bytes, cut, decide);
}

Played PlayThrough(AnswerGate& gate, std::string_view bytes, const Cut& cut, const Decide& decide) {
  Played played;
  base::Status status;
  while (status && !bytes.empty()) {
    const std::size_t size = cut(bytes);
    status = gate.Feed(bytes.substr(0, size), played.out);
    bytes.remove_prefix(size);
    while (status && !gate.pending().empty()) {
      std::vector<Ruling> rulings;
      for (const ToolCall& call : gate.pending()) {
        played.calls.push_back(call);
        rulings.push_back(decide(call));
      }
      status = gate.Rule(rulings, played.out);
    }
  }
  played.running = played.out;
  if (status) status = gate.Finish(played.out);
  if (!status) played.error = status.error().message;
  played.summary = gate.summary();
  return played;
}

std::string FramesOf(Dialect dialect, std::string_view lines) {
  std::string out;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.empty()) continue;
    std::string event;
    if (dialect == Dialect::kBedrockConverse) {
      out += AwsFrameOf(line);
      continue;
    }
    if (dialect == Dialect::kAnthropicMessages || dialect == Dialect::kOpenAiResponses) {
      const auto document = base::JsonDocument::Parse(line);
      if (document) event = document->root().Find("type").text();
    }
    out += MakeFrame(event, line);
  }
  if (dialect == Dialect::kOpenAiChat) out += "data: [DONE]\n\n";
  return out;
}

std::string ArrayOf(std::string_view lines) {
  std::string out;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (!line.empty()) out.append(out.empty() ? "[" : ",\r\n").append(line);
  }
  return out + "\n]\n";
}

std::vector<Recording> Recordings() {
  std::vector<Recording> recordings;
  const fs::path wire = WireFolder();
  if (wire.empty()) return recordings;
  constexpr std::array kOpenAi = {"openai-chat",  "deepseek-chat", "groq-chat",
                                  "mistral-chat", "xai-chat",      "openai-compatible-chat"};
  for (const char* folder : kOpenAi) Load(wire / folder, Dialect::kOpenAiChat, recordings);
  Load(wire / "anthropic-messages", Dialect::kAnthropicMessages, recordings);
  Load(wire / "openai-responses", Dialect::kOpenAiResponses, recordings);
  Load(wire / "bedrock-converse", Dialect::kBedrockConverse, recordings);
  Load(wire / "google-generate-content", Dialect::kGemini, recordings);
  std::ranges::sort(recordings, {}, &Recording::name);
  return recordings;
}

}  // namespace proviso::protocol::internal
