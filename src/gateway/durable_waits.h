// The walks of one core that wait for the record. The log calls back once for all of them, and they go
// on in one turn of the core: waking a core costs more than what it then does for a walk.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>

#include "record/log.h"

namespace proviso::gateway {

/// Used on its core's thread only.
class DurableWaits {
 public:
  /// `log` is borrowed; `core` runs those who wait.
  DurableWaits(record::Log& log, boost::asio::any_io_executor core);
  ~DurableWaits();
  DurableWaits(const DurableWaits&) = delete;
  DurableWaits& operator=(const DurableWaits&) = delete;

  /// Until the entry is on disk, or the log has failed: then the error, which means: stop.
  [[nodiscard]] boost::asio::awaitable<base::Status> Wait(std::uint64_t index);

 private:
  struct Queue;
  std::shared_ptr<Queue> queue_;  // shared with the log's callback, which may come late
};

}  // namespace proviso::gateway
