// The pieces of a Chat Completions request, each written by one file.
//
// They write what the profile's server takes (profile.h). What it does not take and the table of
// capabilities.h cannot know, for it is the server's and not the dialect's, is rejected, or found and
// left out, as the table's disposal of the feature says and the route may change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"
#include "protocol/internal/chat/profile.h"
#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {

/// What every piece needs.
struct ChatWriting {
  const ExchangeRequest& request;
  WriteContext& context;
  const ProfileTraits& traits;
  /// The request was Chat Completions already, so that `original`, `others` and the schemas are in this
  /// dialect.
  [[nodiscard]] bool own() const { return request.dialect == Dialect::kOpenAiChat; }
};

/// The server lacks `feature`: kInvalid when it is to be rejected, else a Finding.
[[nodiscard]] base::Status LeaveOut(const ChatWriting& writing, Feature feature, const std::string& path,
                                    std::string_view why);

/// The whole body for a server with these traits (request_writer.cc).
[[nodiscard]] base::Result<std::string> WriteChatBody(const ExchangeRequest& request, WriteContext& context,
                                                      const ProfileTraits& traits);

/// All messages (messages_writer.cc).
[[nodiscard]] base::Status WriteMessages(const ChatWriting& writing, base::JsonWriter& json);
/// One part of a content (part_writer.cc): text, an image, a file, audio. `path` is for errors.
[[nodiscard]] base::Status WritePart(const ChatWriting& writing, const Block& block, const std::string& path,
                                     base::JsonWriter& json);
/// `tools`, `functions`, `tool_choice`, … (tool_writer.cc).
[[nodiscard]] base::Status WriteTools(const ChatWriting& writing, base::JsonWriter& json);
/// All else of the body (settings_writer.cc).
[[nodiscard]] base::Status WriteSettings(const ChatWriting& writing, base::JsonWriter& json);

}  // namespace proviso::protocol::internal
