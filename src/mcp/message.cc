#include "mcp/message.h"

#include <algorithm>
#include <array>

#include "base/canonical_json.h"
#include "mcp/limits.h"

namespace proviso::mcp {
namespace {

using base::ErrorCode;
using base::Fail;
using base::Json;

constexpr std::array<std::string_view, 6> kMembers = {"jsonrpc", "id", "method", "params", "result", "error"};

base::Status CheckMembers(Json root) {
  for (const base::JsonMember member : root.members()) {
    const bool known =
        std::ranges::any_of(kMembers, [&](std::string_view name) { return member.key.equals(name); });
    if (!known) {
      return Fail(ErrorCode::kInvalid, member.key.Where() +
                                           ": a message has no such member; there are jsonrpc, id, method, "
                                           "params, result, error, in this letter case");
    }
  }
  if (!root.Find("jsonrpc").equals("2.0")) return Fail(ErrorCode::kInvalid, "jsonrpc: must be \"2.0\"");
  return {};
}

/// The id in one spelling; integers that are written alike only.
base::Result<std::string> ReadId(Json id) {
  const bool whole = id.is_number() && id.integer().has_value();
  if (!id.is_string() && !whole)
    return Fail(ErrorCode::kInvalid, "id: must be a string or a whole number of 64 bits");
  if (id.raw().size() > kNameBytesMax)
    return Fail(ErrorCode::kLimit, "id: longer than " + std::to_string(kNameBytesMax) + " bytes");
  return base::CanonicalJson(id);
}

base::Status CheckObject(Json value, std::string_view name) {
  if (value.is_object()) return {};
  return Fail(ErrorCode::kInvalid, std::string(name) + ": must be an object");
}

base::Result<MessageKind> KindOf(Json root) {
  const bool asks = !root.Find("method").missing();
  const bool result = !root.Find("result").missing();
  const bool error = !root.Find("error").missing();
  if (asks && !result && !error)
    return root.Find("id").missing() ? MessageKind::kNotification : MessageKind::kRequest;
  if (!asks && result != error && root.Find("params").missing())
    return result ? MessageKind::kResult : MessageKind::kError;
  return Fail(ErrorCode::kInvalid,
              "a message has either a method (with params), or a result, or an error, and no two of them");
}

base::Result<std::string> ReadMethod(Json method) {
  if (!method.is_string()) return Fail(ErrorCode::kInvalid, "method: must be a string");
  std::string name = method.text();
  if (name.empty() || name.size() > kNameBytesMax)
    return Fail(ErrorCode::kLimit, "method: must have 1 to " + std::to_string(kNameBytesMax) + " bytes");
  return name;
}

base::Status CheckError(Json error) {
  if (error.is_object() && error.Find("code").integer() && error.Find("message").is_string()) return {};
  return Fail(ErrorCode::kInvalid,
              "error: must be an object with a whole number `code` and a text `message`");
}

base::Result<base::JsonDocument> ParseText(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return Fail(ErrorCode::kLimit, "the message is larger than " + std::to_string(bytes_max) + " bytes");
  auto document = base::JsonDocument::Parse(text, {.depth_max = kDepthMax, .nodes_max = base::kJsonNodesMax});
  if (document) return document;
  base::Error error = document.error();
  if (error.code == ErrorCode::kInvalid) error.code = ErrorCode::kCorrupt;
  return std::unexpected(std::move(error));
}

}  // namespace

base::Result<Message> ReadMessage(std::string_view text, std::size_t bytes_max) {
  auto document = ParseText(text, bytes_max);
  if (!document) return std::unexpected(document.error());
  Message message;
  message.document_ = std::make_unique<base::JsonDocument>(std::move(*document));
  const Json root = message.root();
  if (root.is_array()) {
    return Fail(ErrorCode::kInvalid,
                "a batch of messages; MCP 2025-06-18 removed batches, so send one message a request");
  }
  if (!root.is_object()) return Fail(ErrorCode::kInvalid, "a message must be a JSON object");
  if (auto checked = CheckMembers(root); !checked) return std::unexpected(checked.error());
  const auto kind = KindOf(root);
  if (!kind) return std::unexpected(kind.error());
  message.kind_ = *kind;
  const Json id = root.Find("id");
  const bool belongs_to_none = *kind == MessageKind::kError && (id.missing() || id.is_null());
  if (belongs_to_none) {
    message.id_ = "null";
  } else if (*kind != MessageKind::kNotification) {
    auto read = ReadId(id);
    if (!read) return std::unexpected(read.error());
    message.id_ = std::move(*read);
  }
  base::Status checked;
  if (*kind == MessageKind::kResult) checked = CheckObject(message.result(), "result");
  if (*kind == MessageKind::kError) checked = CheckError(message.error());
  if (checked && !message.params().missing()) checked = CheckObject(message.params(), "params");
  if (!checked) return std::unexpected(checked.error());
  if (message.is_response()) return message;
  auto method = ReadMethod(root.Find("method"));
  if (!method) return std::unexpected(method.error());
  message.method_ = std::move(*method);
  return message;
}

std::string IdOfUnreadable(std::string_view text, std::size_t bytes_max) {
  const auto document = ParseText(text, bytes_max);
  if (!document || !document->root().is_object()) return "null";
  const auto id = ReadId(document->root().Find("id"));
  return id ? *id : "null";
}

}  // namespace proviso::mcp
