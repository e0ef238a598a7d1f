// How a command on the same machine asks the running gateway to read its configuration and terms again, and
// learns what came of it: SIGHUP one way, a small file in the home's log/ the other.
//
//   log/gateway.lock    locked by the gateway as long as it runs; the lock says which process that is
//   log/gateway.json    {"url":…,"terms":"sha256:…","reloads":3,"refused":""}, written at start and after
//   each
//                       reload
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace proviso::daemon {

/// What the gateway says of itself.
struct GatewayNews {
  std::string url;
  std::string terms;         ///< "sha256:<hex>", in force.
  std::int64_t reloads = 0;  ///< How often it was asked, well or not.
  std::string refused;       ///< Why the last reload changed nothing; "" when it did its work.

  bool operator==(const GatewayNews&) const = default;
};

/// The gateway's side: holds the lock until it goes.
class Presence {
 public:
  /// kConflict when another gateway runs on this home.
  [[nodiscard]] static base::Result<Presence> Announce(const std::filesystem::path& home);
  ~Presence();
  Presence(Presence&& other) noexcept;
  Presence& operator=(Presence&&) = delete;
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  [[nodiscard]] base::Status Tell(const GatewayNews& news) const;

 private:
  Presence(std::filesystem::path directory, int lock) : directory_(std::move(directory)), lock_(lock) {}

  std::filesystem::path directory_;
  int lock_;
};

/// The command's side: signals the gateway of `home` and waits for what it says. kNotFound when none runs
/// there; kDenied when this user may not signal it; kUnavailable when it says nothing in time, or ends.
[[nodiscard]] base::Result<GatewayNews> AskToReload(const std::filesystem::path& home,
                                                    std::chrono::milliseconds wait);

}  // namespace proviso::daemon
