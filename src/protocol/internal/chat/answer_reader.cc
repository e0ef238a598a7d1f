// Chat Completions answers as steps: whole, and event by event.
#include "protocol/internal/chat/answer_steps.h"
#include "protocol/internal/dialects.h"
#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {
namespace {

using base::Result;
using base::Status;

class ChatEventReader final : public EventReader {
 public:
  Status Read(std::string_view event, std::string_view data, std::vector<AnswerDelta>& out) override {
    if (done_) return Broken("stream", "an event after [DONE]");
    if (data == "[DONE]") {
      done_ = true;
      return steps_.End(ChatAnswerSteps::Form::kChunk, out);
    }
    const auto document = ParseAnswerJson(data, "event");
    if (!document) return std::unexpected(document.error());
    if (event == "error" && Absent(document->root().Find("error"))) return ProviderError(document->root());
    return steps_.Read(document->root(), ChatAnswerSteps::Form::kChunk, out);
  }

  bool Complete() const override { return done_; }

  Status Finish(std::vector<AnswerDelta>&) override {
    return done_ ? Status{} : Broken("stream", "it ends before [DONE]");
  }

 private:
  ChatAnswerSteps steps_;
  bool done_ = false;
};

}  // namespace

Result<ExchangeAnswer> ReadChatAnswer(base::Json root) {
  ChatAnswerSteps steps;
  std::vector<AnswerDelta> read;
  if (auto all = steps.Read(root, ChatAnswerSteps::Form::kWhole, read); !all)
    return std::unexpected(all.error());
  if (auto end = steps.End(ChatAnswerSteps::Form::kWhole, read); !end) return std::unexpected(end.error());
  AnswerFold fold(Dialect::kOpenAiChat);
  for (const AnswerDelta& step : read) {
    if (auto added = fold.Add(step); !added) return std::unexpected(added.error());
  }
  return fold.Take();
}

std::unique_ptr<EventReader> MakeChatEventReader() {
  return std::make_unique<ChatEventReader>();
}

}  // namespace proviso::protocol::internal
