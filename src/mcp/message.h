// One JSON-RPC 2.0 message of the Model Context Protocol, read from its own bytes and never changed.
//
// Stricter than JSON-RPC, because a message that two readers understand differently is a way around:
//   passes    one object with `jsonrpc` "2.0" that is a request, a notification, a result or an error;
//             an `id` that is a string or a whole number; `params` and `result` that are objects
//   refused   an array of messages (MCP 2025-06-18 removed batches), any other member or one in another
//             letter case, duplicate keys, a null id of a request, a result beside an error
//
//   auto message = ReadMessage(body, kClientMessageBytesMax);
//   if (!message) return Refuse(400, message.error().message);
//   if (message->kind() == MessageKind::kRequest) Answer(message->id(), message->method());
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace proviso::mcp {

enum class MessageKind : std::uint8_t { kRequest, kNotification, kResult, kError };

/// A message that was read. Movable; borrows its text, and its cursors live as long as it does.
class Message {
 public:
  [[nodiscard]] MessageKind kind() const { return kind_; }
  /// Whether it answers a request.
  [[nodiscard]] bool is_response() const {
    return kind_ == MessageKind::kResult || kind_ == MessageKind::kError;
  }
  /// The id as JSON in one spelling ("7", "\"a\""); "" for a notification, "null" for an error that
  /// belongs to no request. Equal ids have equal texts.
  [[nodiscard]] const std::string& id() const { return id_; }
  /// "" for a result or an error.
  [[nodiscard]] const std::string& method() const { return method_; }
  /// An object, or missing.
  [[nodiscard]] base::Json params() const { return root().Find("params"); }
  /// An object for kResult, missing otherwise.
  [[nodiscard]] base::Json result() const { return root().Find("result"); }
  /// An object for kError, missing otherwise.
  [[nodiscard]] base::Json error() const { return root().Find("error"); }
  [[nodiscard]] base::Json root() const { return document_->root(); }
  [[nodiscard]] std::string_view text() const { return document_->source(); }

 private:
  friend base::Result<Message> ReadMessage(std::string_view text, std::size_t bytes_max);
  Message() = default;

  MessageKind kind_ = MessageKind::kNotification;
  std::string id_;
  std::string method_;
  std::unique_ptr<base::JsonDocument> document_;  // at one address, for the cursors
};

/// Reads one message from all of `text` (borrowed). Fails with kCorrupt when it is not JSON (JSON-RPC's
/// "parse error"), kInvalid when it is no such message, kLimit; the message says where. Pure.
[[nodiscard]] base::Result<Message> ReadMessage(std::string_view text, std::size_t bytes_max);

/// The id of a message that could not be read, as far as it has one: "null" otherwise.
[[nodiscard]] std::string IdOfUnreadable(std::string_view text, std::size_t bytes_max);

}  // namespace proviso::mcp
