// For tests: directories that clean up, and the shared archive of public Merkle facts, unpacked.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace proviso::record {

/// A directory that goes, with everything in it, when its owner does.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-record-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  /// Empty when it could not be made.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The directory that holds the unpacked Merkle vectors; nothing when the archive is absent.
inline std::optional<std::filesystem::path> MerkleData() {
  const char* given = std::getenv("PROVISO_SHARED_DATA");
  const std::filesystem::path shared = given != nullptr
                                           ? std::filesystem::path(given)
                                           : std::filesystem::path(PROVISO_SOURCE_DIR) / "../shared/data";
  const std::filesystem::path archive = shared / "merkle/merkle-vectors.tar.gz";
  if (!std::filesystem::exists(archive)) return std::nullopt;
  static const TemporaryDirectory kUnpacked;
  static const std::string kCommand =
      "tar -xzf '" + archive.string() + "' -C '" + kUnpacked.path().string() + "'";
  static const int kFailed = std::system(kCommand.c_str());
  if (kUnpacked.path().empty() || kFailed != 0) return std::nullopt;
  return kUnpacked.path();
}

}  // namespace proviso::record
