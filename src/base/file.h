// Whole files, read within a bound and written so that a crash leaves the old one or the new one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace proviso::base {

/// Who may read a file that we create.
enum class FileMode : std::uint16_t { kPublic = 0644, kSecret = 0600 };

/// Reads all of `path`; fails with kNotFound, kLimit (over `bytes_max`) or kIo.
[[nodiscard]] Result<std::string> ReadFile(const std::filesystem::path& path,
                                           std::size_t bytes_max = kFileBytesMax);

/// Writes a temporary file beside `path`, syncs it, renames it over `path`, and syncs the
/// directory. On failure `path` is as it was.
[[nodiscard]] Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                                         FileMode mode = FileMode::kPublic);

/// The regular files under `directory` whose names end in `suffix`, sorted by path.
[[nodiscard]] Result<std::vector<std::filesystem::path>> ListFiles(const std::filesystem::path& directory,
                                                                   std::string_view suffix);

/// errno as text, for messages: "No space left on device".
[[nodiscard]] std::string ErrnoText(int error_number);

}  // namespace proviso::base
