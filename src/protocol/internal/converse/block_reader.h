// Reads the content blocks of Converse, as they stand in a caller's turns and in answers.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/exchange.h"

namespace proviso::protocol::internal::converse {

/// The blocks of `content`, each with its place and, where the typed content does not say all of it,
/// its bytes. A `cachePoint` becomes the mark of the block before it. What only Converse has becomes
/// OpaqueBlock. kInvalid: "messages[2].content[0].image.source: …".
[[nodiscard]] base::Result<std::vector<Block>> ReadBlocks(base::Json content, const std::string& where);

/// Seconds that {"cachePoint":{"type":"default","ttl":…}} asks for; 0 for anything else.
[[nodiscard]] std::int64_t CacheSeconds(base::Json holder);

/// One entry of `citations`, or the `citation` of a stream.
[[nodiscard]] Citation ReadCitation(base::Json citation);

}  // namespace proviso::protocol::internal::converse
