// Answers of a solver, kept in a directory: one file for each question, named by its digest.
//
// Trusted as the program is: whoever may write to the directory may say what is proved. It is made for its
// owner alone. A file that is damaged is no answer.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proviso::analysis {

class AnswerCache {
 public:
  /// Makes the directory when the first answer is kept.
  explicit AnswerCache(std::filesystem::path directory);

  /// What was kept under `name` (hexadecimal); nothing where there is none, or none that is whole.
  [[nodiscard]] std::optional<std::string> Find(std::string_view name) const;

  /// Keeps `answer`; from time to time the oldest go, past limits.h. For several threads and processes. A
  /// failure costs nothing but the next question's time: callers may ignore it.
  base::Status Keep(std::string_view name, std::string_view answer);

  /// Removes the oldest answers until the bounds are met; temporary files of an hour ago as well.
  void Prune(std::size_t answers_max, std::uintmax_t bytes_max) const;

 private:
  std::filesystem::path directory_;
  std::atomic<std::uint32_t> kept_ = 0;
};

/// Writes a file beside `path` and renames it: readers see all of it or none. Not synced: what is lost in a
/// crash is asked again.
[[nodiscard]] base::Status PutFile(const std::filesystem::path& path, std::string_view content);

}  // namespace proviso::analysis
