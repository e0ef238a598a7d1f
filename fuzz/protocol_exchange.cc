// Translation, for any bytes and any pair of dialects. The first byte chooses the dialect that the bytes
// are in, the second the one that they are written in, and whether they are a request or an answer:
//   - whatever is read is refused or written, without a crash, and what is written is JSON or events;
//   - an answer that was written is read again, with the same calls and the same text;
//   - a request that was written is one that the target's own facts reader takes, with as many tools.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "protocol/translate.h"

namespace {

using namespace proviso::protocol;

constexpr std::size_t kDialectCount = kDialects.size();

void Require(bool held) {
  if (!held) std::abort();
}

/// What of an answer must not change on the way. A refusal is text where a dialect has no other place.
struct Gist {
  std::string text;
  std::vector<std::string> calls;
  bool operator==(const Gist&) const = default;
};

Gist GistOf(const ExchangeAnswer& answer) {
  Gist gist;
  for (const AnswerChoice& choice : answer.choices) {
    for (const Block& block : choice.blocks) {
      if (const auto* text = std::get_if<TextBlock>(&block.content)) gist.text += text->text;
      if (const auto* refusal = std::get_if<RefusalBlock>(&block.content)) gist.text += refusal->text;
      if (const auto* call = std::get_if<CallBlock>(&block.content)) gist.calls.push_back(call->name);
    }
  }
  return gist;
}

std::optional<std::string> Streamed(const ExchangeAnswer& answer, Dialect to,
                                    const AnswerEnvelope& envelope) {
  const auto writer = MakeAnswerWriter(to, Delivery::kStream, envelope);
  std::string out;
  for (const AnswerDelta& step : DeltasOf(answer)) {
    if (!writer->Write(step, out)) return std::nullopt;
  }
  return out;
}

std::optional<ExchangeAnswer> Read(Dialect dialect, Delivery delivery, std::string_view bytes) {
  const auto reader = MakeAnswerReader(dialect, delivery);
  std::vector<AnswerDelta> steps;
  std::vector<AnswerDelta> last;
  if (!reader->Feed(bytes, steps) || !reader->Finish(last)) return std::nullopt;
  AnswerFold fold(dialect);
  for (const auto* part : {&steps, &last}) {
    for (const AnswerDelta& step : *part) {
      if (!fold.Add(step)) return std::nullopt;
    }
  }
  return fold.Take();
}

void CheckAnswer(Dialect from, Dialect to, std::string_view bytes) {
  const auto answer = FoldAnswer(from, bytes);
  if (!answer) return;
  Require(proviso::base::JsonDocument::Parse(ToJson(*answer)).has_value());
  if (answer->choices.size() != 1) return;
  const AnswerEnvelope envelope{.from = from, .id = "answer-1", .model = "m"};
  const auto whole = WriteAnswer(*answer, to, envelope);
  const auto stream = Streamed(*answer, to, envelope);
  if (whole) {
    const auto again = Read(to, Delivery::kWhole, *whole);
    Require(again && GistOf(*again) == GistOf(*answer));
  }
  if (stream) {
    const auto again = Read(to, Delivery::kStream, *stream);
    Require(again && GistOf(*again) == GistOf(*answer));
  }
}

void CheckRequest(Dialect from, Dialect to, std::string_view bytes) {
  const auto request = ReadExchange({.dialect = from, .model = "m"}, bytes);
  if (!request) return;
  Require(proviso::base::JsonDocument::Parse(ToJson(*request)).has_value());
  const auto sent = TranslateRequest(*request, {.to = to, .model = "m"});
  if (!sent) return;
  const auto facts = ReadRequest({.dialect = to, .model = "m"}, sent->body);
  Require(facts && facts->tools.size() <= request->tools.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Dialect from = kDialects[data[0] % kDialectCount];
  const Dialect to = kDialects[data[1] % kDialectCount];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (data[1] / kDialectCount % 2 == 0) {
    CheckAnswer(from, to, bytes);
  } else {
    CheckRequest(from, to, bytes);
  }
  return 0;
}
