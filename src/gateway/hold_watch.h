// Learns what people decided, in this process or another, and wakes the requests that wait for it.
//
// One thread looks at the desk's stream of changes while something waits (every kLookEvery), and ends
// holds whose time is over.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "gateway/event_log.h"
#include "oversight/desk.h"

namespace proviso::gateway {

class HoldWatch {
 public:
  /// Borrows both; they outlive the watch.
  HoldWatch(oversight::Desk& desk, EventLog& events);
  ~HoldWatch();
  HoldWatch(const HoldWatch&) = delete;
  HoldWatch& operator=(const HoldWatch&) = delete;

  /// Called from the watch's thread, once for each change of the hold; must be short.
  using Notice = std::function<void(oversight::HoldState)>;
  /// Any thread. The number takes the watch back.
  [[nodiscard]] std::uint64_t Add(std::string hold_id, Notice notice);
  /// After this returns the notice is not called any more.
  void Remove(std::uint64_t watch);

 private:
  struct Entry {
    std::string hold_id;
    Notice notice;
  };
  void Run();
  void Look();

  oversight::Desk& desk_;
  EventLog& events_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t next_ = 1;
  std::int64_t version_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace proviso::gateway
