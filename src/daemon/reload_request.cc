#include "daemon/reload_request.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/json_writer.h"

namespace proviso::daemon {
namespace {

using base::ErrorCode;
using base::Fail;

constexpr std::size_t kNewsBytesMax = 1U << 20U;
constexpr std::chrono::milliseconds kLook{50};

std::filesystem::path LockIn(const std::filesystem::path& home) {
  return home / "log" / "gateway.lock";
}

std::filesystem::path NewsIn(const std::filesystem::path& home) {
  return home / "log" / "gateway.json";
}

struct flock WholeFile() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// The process that holds the lock, as the kernel says: a number in a file could be another process by now.
base::Result<pid_t> RunningOn(const std::filesystem::path& home) {
  const std::string file = LockIn(home).string();
  const int opened = open(file.c_str(), O_RDWR | O_CLOEXEC);
  struct flock lock = WholeFile();
  const bool asked = opened >= 0 && fcntl(opened, F_GETLK, &lock) == 0;
  const int failure = errno;
  if (opened >= 0) close(opened);
  if (!asked && failure != ENOENT) return Fail(ErrorCode::kIo, file + ": " + base::ErrnoText(failure));
  if (!asked || lock.l_type == F_UNLCK)
    return Fail(ErrorCode::kNotFound, "no gateway runs on " + home.string());
  if (lock.l_pid <= 0)
    return Fail(ErrorCode::kDenied,
                "the gateway of " + home.string() + " runs where it cannot be signalled from");
  return lock.l_pid;
}

base::Result<GatewayNews> ReadNews(const std::filesystem::path& home) {
  const auto text = base::ReadFile(NewsIn(home), kNewsBytesMax);
  if (!text) return std::unexpected(text.error());
  const auto document = base::JsonDocument::Parse(*text);
  if (!document) return base::Within(NewsIn(home).string(), document.error());
  const base::Json root = document->root();
  return GatewayNews{root.Find("url").text(), root.Find("terms").text(),
                     root.Find("reloads").integer().value_or(0), root.Find("refused").text()};
}

}  // namespace

base::Result<Presence> Presence::Announce(const std::filesystem::path& home) {
  const std::string file = LockIn(home).string();
  const int opened = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (opened < 0) return Fail(ErrorCode::kIo, "create " + file + ": " + base::ErrnoText(errno));
  Presence presence(home, opened);
  const struct flock lock = WholeFile();
  if (fcntl(opened, F_SETLK, &lock) != 0)
    return Fail(ErrorCode::kConflict, file + ": another gateway runs on this home");
  return presence;
}

Presence::~Presence() {
  if (lock_ >= 0) close(lock_);
}

Presence::Presence(Presence&& other) noexcept
    : directory_(std::move(other.directory_)), lock_(std::exchange(other.lock_, -1)) {}

base::Status Presence::Tell(const GatewayNews& news) const {
  base::JsonWriter json;
  json.BeginObject().Key("url").String(news.url).Key("terms").String(news.terms);
  json.Key("reloads").Integer(news.reloads).Key("refused").String(news.refused).EndObject();
  return base::WriteFileAtomically(NewsIn(directory_), json.Take() + "\n");
}

base::Result<GatewayNews> AskToReload(const std::filesystem::path& home, std::chrono::milliseconds wait) {
  const auto process = RunningOn(home);
  if (!process) return std::unexpected(process.error());
  const auto before = ReadNews(home);
  if (!before) return std::unexpected(before.error());
  if (kill(*process, SIGHUP) != 0) {
    return Fail(ErrorCode::kDenied, "cannot signal the gateway, process " + std::to_string(*process) + ": " +
                                        base::ErrnoText(errno) + "; as its user: kill -HUP " +
                                        std::to_string(*process));
  }
  const auto until = std::chrono::steady_clock::now() + wait;
  while (std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kLook);
    auto news = ReadNews(home);
    if (news && news->reloads > before->reloads) return news;
    if (auto still = RunningOn(home); !still) return Fail(ErrorCode::kUnavailable, "the gateway has ended");
  }
  return Fail(ErrorCode::kUnavailable, "the gateway, process " + std::to_string(*process) +
                                           ", has not said what came of it; see its log");
}

}  // namespace proviso::daemon
