#include "analysis/answer_cache.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <vector>

#include "analysis/limits.h"
#include "base/bytes.h"
#include "base/file.h"
#include "keys/digest.h"

namespace proviso::analysis {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "proviso answer 1\n";
constexpr std::string_view kTemporary = ".new";
/// A directory is looked through once in so many answers.
constexpr std::uint32_t kPrunedEvery = 200;

std::string Checksum(std::string_view answer) {
  return base::ToHex(keys::Sha256(answer)) + "\n";
}

struct Kept {
  fs::path path;
  fs::file_time_type written;
  std::uintmax_t bytes;
};

}  // namespace

base::Status PutFile(const fs::path& path, std::string_view content) {
  static std::atomic<std::uint64_t> counter = 0;
  fs::path temporary = path;
  temporary += "." + std::to_string(::getpid()) + "." + std::to_string(++counter) + std::string(kTemporary);
  std::ofstream file(temporary, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  std::error_code error;
  if (file) fs::rename(temporary, path, error);
  if (file && !error) return {};
  const std::string why = error ? error.message() : base::ErrnoText(errno);
  fs::remove(temporary, error);
  return base::Fail(base::ErrorCode::kIo, path.string() + ": " + why);
}

AnswerCache::AnswerCache(fs::path directory) : directory_(std::move(directory)) {}

std::optional<std::string> AnswerCache::Find(std::string_view name) const {
  auto content = base::ReadFile(directory_ / name, 2 * kSolverOutputBytesMax);
  if (!content || !content->starts_with(kHead)) return std::nullopt;
  const std::size_t sum_end = content->find('\n', kHead.size());
  if (sum_end == std::string::npos) return std::nullopt;
  std::string answer = content->substr(sum_end + 1);
  if (content->substr(kHead.size(), sum_end + 1 - kHead.size()) != Checksum(answer)) return std::nullopt;
  return answer;
}

base::Status AnswerCache::Keep(std::string_view name, std::string_view answer) {
  const std::string content = std::string(kHead) + Checksum(answer) + std::string(answer);
  auto put = PutFile(directory_ / name, content);
  if (!put) {
    // The first answer, in whichever thread; or somebody took the directory away.
    std::error_code error;
    if (fs::create_directories(directory_, error)) {
      fs::permissions(directory_, fs::perms::owner_all, error);
    }
    if (error) return base::Fail(base::ErrorCode::kIo, directory_.string() + ": " + error.message());
    put = PutFile(directory_ / name, content);
  }
  if (kept_++ % kPrunedEvery == 0) Prune(kCachedAnswersMax, kCachedBytesMax);
  return put;
}

void AnswerCache::Prune(std::size_t answers_max, std::uintmax_t bytes_max) const {
  std::vector<Kept> kept;
  std::uintmax_t bytes = 0;
  const auto an_hour_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  std::error_code error;
  for (fs::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
    // Another process may have removed it in between.
    std::error_code gone;
    const Kept file{at->path(), at->last_write_time(gone), at->file_size(gone)};
    if (gone) continue;
    if (file.path.native().ends_with(kTemporary)) {
      if (file.written < an_hour_ago) fs::remove(file.path, gone);
      continue;
    }
    bytes += file.bytes;
    kept.push_back(file);
  }
  std::ranges::sort(kept, {}, &Kept::written);
  std::size_t left = kept.size();
  for (const Kept& file : kept) {
    if (left <= answers_max && bytes <= bytes_max) return;
    std::error_code gone;
    fs::remove(file.path, gone);
    bytes -= file.bytes;
    --left;
  }
}

}  // namespace proviso::analysis
