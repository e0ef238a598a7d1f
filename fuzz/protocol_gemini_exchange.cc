// Any body is refused or read as an Exchange; what is read can be written for Gemini again or is
// refused by name, and what is written is a request that Gemini's facts reader takes. Any answer is
// refused or folded, can be written, and then folds to the same each time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/translate.h"

namespace {

using namespace proviso::protocol;

void CheckRequest(std::string_view body) {
  const Inbound inbound{.dialect = Dialect::kGemini, .operation = Operation::kGenerate, .model = "gemini-3"};
  const auto request = ReadExchange(inbound, body);
  if (!request) return;
  const auto written = TranslateRequest(*request, {.to = Dialect::kGemini, .model = "gemini-3"});
  if (written && !request->turns.empty() && !ReadRequest(inbound, written->body)) std::abort();
}

/// The answer written and folded again.
ExchangeAnswer Again(const ExchangeAnswer& answer) {
  const auto written = WriteAnswer(answer, Dialect::kGemini, {.from = Dialect::kGemini});
  if (!written) std::abort();
  auto again = FoldAnswer(Dialect::kGemini, *written);
  if (!again) std::abort();
  return std::move(*again);
}

void CheckAnswer(std::string_view bytes) {
  const auto answer = FoldAnswer(Dialect::kGemini, bytes);
  if (!answer) return;
  // A stream may name the model late; once written, every block knows it.
  const ExchangeAnswer again = Again(*answer);
  if (ToJson(Again(again)) != ToJson(again)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckRequest(bytes);
  CheckAnswer(bytes);
  return 0;
}
