// The conformance cases that come with the project's shared data, for the tests that read them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace proviso::cedar::internal {

/// Unpacks them into `folder`, which is there; false where the data is not.
[[nodiscard]] inline bool UnpackSharedCases(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  const char* named = std::getenv("PROVISO_SHARED_DATA");
  const fs::path data =
      named != nullptr ? fs::path(named) : fs::path(PROVISO_SOURCE_DIR) / ".." / "shared" / "data";
  const fs::path archive = data / "cedar" / "cedar-conformance.tar.gz";
  if (!fs::exists(archive)) return false;
  const std::string command = "tar -xzf '" + archive.string() + "' -C '" + folder.string() + "'";
  return std::system(command.c_str()) == 0;
}

}  // namespace proviso::cedar::internal
