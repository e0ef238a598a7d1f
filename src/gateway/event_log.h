// One JSON line an event on standard error: what happened to the gateway, never what was said through
// it. No prompt, answer, argument, key or name of a person stands in a line.
#pragma once

#include <initializer_list>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace proviso::gateway {

enum class Severity : std::uint8_t { kInfo, kWarning, kError };

class EventLog {
 public:
  EventLog(const base::Clock& clock, int descriptor) : clock_(clock), descriptor_(descriptor) {}

  using Detail = std::pair<std::string_view, std::string_view>;
  /// {"t":"…","level":"info","event":"started","port":"8484"}. Any thread.
  void Write(Severity severity, std::string_view event, std::initializer_list<Detail> details);

 private:
  const base::Clock& clock_;
  const int descriptor_;
  std::mutex mutex_;
};

}  // namespace proviso::gateway
