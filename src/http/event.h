// A single-waiter event on one core: a coroutine waits, anything on the same core fires.
// From another thread: asio::post(core.io, [&] { event.Fire(); }).
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <utility>

namespace proviso::http {

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Wakes the waiter inside this call, or lets the next Wait() pass at once.
  void Fire() {
    if (waiter_) {
      auto waiter = std::exchange(waiter_, nullptr);
      waiter();
      return;
    }
    fired_ = true;
  }

  /// Returns after one Fire(). At most one coroutine waits at a time. The event must outlive
  /// the wait.
  [[nodiscard]] boost::asio::awaitable<void> Wait() {
    if (std::exchange(fired_, false)) co_return;
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [this](auto handler) { waiter_ = std::move(handler); }, boost::asio::use_awaitable);
  }

 private:
  std::move_only_function<void()> waiter_;
  bool fired_ = false;
};

}  // namespace proviso::http
