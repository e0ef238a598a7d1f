// Deadlines without a timer per operation: each core looks at its armed deadlines every
// kDeadlineTick and calls those that have passed. Arming is two stores, so every wait can have a
// bound. One thread (the core's) uses a Deadlines and all its Deadline objects.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>

namespace proviso::http {

class Deadlines;

/// One bound on one wait at a time. When it passes, `on_expired` is called once, from the
/// core's loop; it should cancel what is waiting.
class Deadline {
 public:
  Deadline(Deadlines& deadlines, std::move_only_function<void()> on_expired);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Starts the wait anew; forgets that an earlier one expired.
  void Arm(std::chrono::milliseconds wait);
  void Disarm();
  /// Whether the last wait passed its bound.
  [[nodiscard]] bool expired() const { return expired_; }

 private:
  friend class Deadlines;
  Deadlines& deadlines_;
  std::move_only_function<void()> on_expired_;
  std::chrono::steady_clock::time_point at_{};
  bool armed_ = false;
  bool expired_ = false;
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
};

/// The armed deadlines of one core. Must outlive its Deadline objects.
class Deadlines {
 public:
  explicit Deadlines(boost::asio::io_context& io) : timer_(io) {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// Stops looking; nothing fires after this until the next Arm.
  void Stop() { timer_.cancel(); }

 private:
  friend class Deadline;
  void Link(Deadline& deadline);
  void Unlink(Deadline& deadline);
  void Tick();
  void Look();

  boost::asio::steady_timer timer_;
  bool ticking_ = false;
  Deadline* first_ = nullptr;
};

}  // namespace proviso::http
