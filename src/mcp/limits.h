// Bounds of this room. What passes them is refused with ErrorCode::kLimit; each is tested at its
// edge in the test of the file that enforces it.
#pragma once

#include <cstddef>

namespace proviso::mcp {

/// One message from a client.
inline constexpr std::size_t kClientMessageBytesMax = 4U << 20U;
/// One message from a server, whole or as one event: results carry images and files.
inline constexpr std::size_t kServerMessageBytesMax = 32U << 20U;
/// Deepest nesting of JSON in a message.
inline constexpr std::size_t kDepthMax = 200;
/// A method's name, a tool's name, an id, a resource's URI, a cursor.
inline constexpr std::size_t kNameBytesMax = 2'048;
/// Tools in one page of a list.
inline constexpr std::size_t kToolsPerPageMax = 1'024;

}  // namespace proviso::mcp
