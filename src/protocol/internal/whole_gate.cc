#include "protocol/internal/whole_gate.h"

#include <algorithm>

#include "protocol/internal/reading.h"

namespace proviso::protocol::internal {

using base::ErrorCode;
using base::Status;

std::optional<std::size_t> ObjectEnd::Find(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      continue;
    }
    if (c == '"') in_string_ = true;
    if (c == '{') ++depth_;
    if (c == '}' && (depth_ == 0 || --depth_ == 0)) return i + 1;
  }
  return std::nullopt;
}

Status WholeGate::Take(std::string_view bytes, std::string& /*out*/) {
  if (body_.size() + after_.size() + bytes.size() > limits_.whole_bytes_max) {
    return base::Fail(ErrorCode::kLimit, "the provider's answer: larger than " +
                                             std::to_string(limits_.whole_bytes_max) + " bytes");
  }
  std::string_view rest = bytes;
  if (!document_) {
    const auto end = end_.Find(bytes);
    body_.append(bytes.substr(0, end.value_or(bytes.size())));
    if (!end) return {};
    rest.remove_prefix(*end);
    auto document = ParseAnswerJson(body_, "body");
    if (!document) return std::unexpected(document.error());
    document_ = std::move(*document);
    if (auto read = Read(document_->root()); !read) return read;
  }
  if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    return Broken("body", "text after the end of the JSON object");
  }
  after_.append(rest);
  return {};
}

Status WholeGate::Settle(std::span<const ToolCall> calls, std::span<const Ruling> rulings,
                         std::string& /*out*/) {
  if (std::ranges::count(rulings, Ruling::Kind::kWithhold, &Ruling::kind) != 0) {
    Edit(document_->root(), calls, rulings, splice_);
  }
  return {};
}

Status WholeGate::Close(std::string& out) {
  if (!document_) return Broken("body", "it ended before its JSON object did");
  out.append(splice_.empty() ? body_ : splice_.Apply(body_)).append(after_);
  return {};
}

}  // namespace proviso::protocol::internal
