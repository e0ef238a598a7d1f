// What the tour stands on: its files, its Python, and a home with a recorded and a local provider.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace proviso::cli {

/// Where the answers of the tour come from.
enum class TourModels : std::uint8_t { kRecordedOnly, kLocalToo };

/// The files of a source tree (or of PROVISO_SHARE) and the Python that runs them.
struct TourFiles {
  std::filesystem::path share;
  std::filesystem::path python;
  std::filesystem::path storyteller;
  std::filesystem::path recorded_upstream;
  std::filesystem::path local_model;
  std::filesystem::path weights;
  bool has_local_model = false;  ///< Weights and the server's package are there.
};

/// kNotFound, saying what to run, when the files, Python or the SDKs are not there.
[[nodiscard]] base::Result<TourFiles> FindTourFiles();

/// A home that serves the models `recorded` and, if it is there, `local`.
struct TourHome {
  std::filesystem::path directory;
  std::string url;           ///< Of the gateway: "http://127.0.0.1:8484"
  std::string recorded_url;  ///< Of the recorded provider.
  std::string local_url;     ///< Of the local model's server; empty for none.
};

/// Makes a home in `directory`, on the usual ports or, where those are taken, on free ones. A home
/// that an earlier tour made there is used again, as it is.
[[nodiscard]] base::Result<TourHome> PrepareTourHome(const std::filesystem::path& directory,
                                                     const TourFiles& files, TourModels models);

/// A new directory that is removed with everything in it.
class ScratchDirectory {
 public:
  [[nodiscard]] static base::Result<ScratchDirectory> Make();
  ~ScratchDirectory();
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace proviso::cli
