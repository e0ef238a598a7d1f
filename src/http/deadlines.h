// Deadlines without a timer per operation: each core looks at its armed deadlines every
// kDeadlineTick and calls those that have passed. Arming is two stores, so every wait can have a
// bound. One thread (the core's) uses a Deadlines and all its Deadline objects.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace proviso::http {

class Deadline;
class Deadlines;

namespace internal {
/// The deadlines of a core, linked through themselves. Shared, because a deadline may die with a
/// pending handler, after the Deadlines that looked at it.
struct DeadlineList {
  Deadlines* owner = nullptr;
  Deadline* first = nullptr;
  Deadline* next_look = nullptr;
};
}  // namespace internal

/// One bound on one wait at a time. When it passes, `on_expired` is called once, from the
/// core's loop; it should cancel or wake what is waiting, and may end deadlines, its own too.
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
  std::shared_ptr<internal::DeadlineList> list_;
  std::move_only_function<void()> on_expired_;
  std::chrono::steady_clock::time_point at_{};
  bool armed_ = false;
  bool expired_ = false;
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
};

/// The deadlines of one core. When it ends, those that are left no longer fire.
class Deadlines {
 public:
  explicit Deadlines(boost::asio::io_context& io);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

 private:
  friend class Deadline;
  void Tick();
  void Look();

  boost::asio::steady_timer timer_;
  bool ticking_ = false;
  std::shared_ptr<internal::DeadlineList> list_;
};

}  // namespace proviso::http
