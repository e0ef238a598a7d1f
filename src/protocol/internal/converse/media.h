// Images, documents, audio and video as Converse writes them: a short format instead of a media type,
// bytes in base64 or a place in S3, and names for documents that obey its rules.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal::converse {

/// "png" for "image/png"; "" when Converse has no format for it.
[[nodiscard]] std::string_view FormatOf(MediaBlock::Kind kind, std::string_view media_type);
/// "image/png" for "png"; "" for a format that we do not know.
[[nodiscard]] std::string_view MediaTypeOf(MediaBlock::Kind kind, std::string_view format);

/// The member of a content block that holds this kind: "image", "document", "audio", "video".
[[nodiscard]] std::string_view MemberOf(MediaBlock::Kind kind);

/// Reads the member's object. Bytes become base64, a document's own text too; a place in S3 becomes a
/// file_id. OpaqueBlock for what no other dialect has: a document made of blocks, a source of next
/// year. kInvalid names `where`.
[[nodiscard]] base::Result<Block> ReadMedia(base::Json media, MediaBlock::Kind kind,
                                            const std::string& where);

/// Names for the documents of one request: letters, digits, single spaces, hyphens, parentheses and
/// brackets, at most 200 bytes, each once, as Converse requires.
class DocumentNames {
 public:
  /// The name to write; the same as `wanted` whenever that is allowed and free.
  [[nodiscard]] std::string Take(std::string_view wanted);

 private:
  std::set<std::string> taken_;
};

/// Writes {"format":…,"source":…} (and a document's name). kInvalid, naming `where`, for a media type
/// that Converse has no format for, and for media that is neither bytes nor in S3.
[[nodiscard]] base::Status WriteMedia(const MediaBlock& media, std::string_view document_name,
                                      const std::string& where, base::JsonWriter& json);

}  // namespace proviso::protocol::internal::converse
