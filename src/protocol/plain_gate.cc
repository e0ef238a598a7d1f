#include "protocol/plain_gate.h"

#include <utility>

#include "protocol/internal/reading.h"

namespace proviso::protocol {
namespace {

using base::Status;

class PlainGate : public AnswerGate {
 public:
  PlainGate(Rewrite rewrite, AnswerLimits limits) : AnswerGate(limits), rewrite_(std::move(rewrite)) {}

 private:
  Status Take(std::string_view bytes, std::string& /*out*/) override {
    if (bytes.size() > limits_.whole_bytes_max - body_.size()) {
      return base::Fail(base::ErrorCode::kLimit, "the provider's answer: larger than " +
                                                     std::to_string(limits_.whole_bytes_max) + " bytes");
    }
    body_.append(bytes);
    return {};
  }

  Status Settle(std::span<const ToolCall> /*calls*/, std::span<const Ruling> /*rulings*/,
                std::string& /*out*/) override {
    return {};
  }

  Status Close(std::string& out) override {
    const auto document = internal::ParseAnswerJson(body_, "body");
    if (!document) return std::unexpected(document.error());
    if (const base::Json error = document->root().Find("error"); !internal::Absent(error))
      return internal::ProviderError(error);
    if (!rewrite_) {
      out.append(body_);
      return {};
    }
    auto rewritten = rewrite_(body_);
    if (!rewritten) return std::unexpected(rewritten.error());
    out.append(*rewritten);
    return {};
  }

  /// Only the end of the body tells.
  bool Complete() const override { return false; }

  Rewrite rewrite_;
  std::string body_;
};

}  // namespace

std::unique_ptr<AnswerGate> MakePlainGate(Rewrite rewrite, AnswerLimits limits) {
  return std::make_unique<PlainGate>(std::move(rewrite), limits);
}

}  // namespace proviso::protocol
