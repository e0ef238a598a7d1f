// The gateway as a process: opens everything in order, serves until a signal, and closes in order.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "daemon/configuration.h"

namespace proviso::daemon {

/// Runs the gateway of `home`/config.toml in this process until SIGTERM or SIGINT (drain, then return
/// nothing) or a failure of the record (drain, then an error). SIGHUP reads configuration and terms
/// again, whole or not at all. `ready` is called once, with the base URL, when requests are served.
/// Call it from the main thread, before other threads exist.
[[nodiscard]] base::Status Run(const std::filesystem::path& home,
                               const std::function<void(std::string_view url)>& ready);

}  // namespace proviso::daemon
