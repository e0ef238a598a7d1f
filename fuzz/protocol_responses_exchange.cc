// Any body is refused or read as a Responses request, and then written for every dialect or refused
// with a word; any bytes are refused or read as a Responses answer, the same in pieces, and what was read
// can be written as a Responses answer and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/translate.h"

namespace {

using namespace proviso::protocol;

void Require(bool held) {
  if (!held) std::abort();
}

void CheckRequest(std::string_view body) {
  const auto request = ReadExchange(Inbound{.dialect = Dialect::kOpenAiResponses}, body);
  if (!request) return Require(!request.error().message.empty());
  for (const Dialect to : kDialects) {
    const auto sent = TranslateRequest(*request, {.to = to, .model = "m"});
    Require(sent || !sent.error().message.empty());
    if (sent && to == Dialect::kOpenAiResponses) {
      Require(ReadExchange(Inbound{.dialect = to}, sent->body).has_value());
    }
  }
}

void CheckAnswer(std::string_view bytes, Delivery delivery, std::size_t piece) {
  AnswerFold whole(Dialect::kOpenAiResponses);
  AnswerFold cut(Dialect::kOpenAiResponses);
  for (AnswerFold* fold : {&whole, &cut}) {
    const auto reader = MakeAnswerReader(Dialect::kOpenAiResponses, delivery);
    std::vector<AnswerDelta> steps;
    std::string_view rest = bytes;
    bool read = true;
    while (read && !rest.empty()) {
      const std::size_t size = fold == &whole ? rest.size() : std::min(piece, rest.size());
      read = reader->Feed(rest.substr(0, size), steps).has_value();
      rest.remove_prefix(size);
    }
    if (!read || !reader->Finish(steps)) continue;
    for (const AnswerDelta& step : steps) Require(fold->Add(step).has_value());
    Require(fold->ended());
  }
  Require(whole.ended() == cut.ended());
  if (!whole.ended()) return;
  Require(ToJson(whole.answer()) == ToJson(cut.answer()));
  const auto written = WriteAnswer(whole.answer(), Dialect::kOpenAiResponses, {.id = "x", .model = "m"});
  Require(!written || FoldAnswer(Dialect::kOpenAiResponses, *written).has_value());
}

}  // namespace

/// The first byte chooses what the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 0) CheckRequest(rest);
  if (data[0] % 3 == 1) CheckAnswer(rest, Delivery::kWhole, 1U + data[0]);
  if (data[0] % 3 == 2) CheckAnswer(rest, Delivery::kStream, 1U + data[0]);
  return 0;
}
