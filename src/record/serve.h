// What of a log's directory the world may read, over any transport.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::record {

struct Served {
  std::string bytes;
  std::string_view content_type;   ///< lives for ever
  std::string_view cache_control;  ///< checkpoints change; full tiles never do
};

/// The file behind "/record/checkpoint" or "/record/tile/…" (the path of a request, undecoded, with
/// no query). kNotFound for every other path and for tiles that are not there: the write-ahead log,
/// the state and the openings cannot be reached. Safe from any thread.
[[nodiscard]] base::Result<Served> ServeRecord(const std::filesystem::path& directory, std::string_view path);

}  // namespace proviso::record
