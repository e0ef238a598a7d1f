#include "http/deadlines.h"

#include "http/limits.h"

namespace proviso::http {

Deadline::Deadline(Deadlines& deadlines, std::move_only_function<void()> on_expired)
    : list_(deadlines.list_), on_expired_(std::move(on_expired)) {
  next_ = list_->first;
  if (next_ != nullptr) next_->previous_ = this;
  list_->first = this;
}

Deadline::~Deadline() {
  // A look may be under way, and about to go on with this one.
  if (list_->next_look == this) list_->next_look = next_;
  if (previous_ != nullptr) previous_->next_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  if (list_->first == this) list_->first = next_;
}

void Deadline::Arm(std::chrono::milliseconds wait) {
  at_ = std::chrono::steady_clock::now() + wait;
  armed_ = true;
  expired_ = false;
  if (list_->owner != nullptr && !list_->owner->ticking_) list_->owner->Tick();
}

void Deadline::Disarm() {
  armed_ = false;
}

Deadlines::Deadlines(boost::asio::io_context& io)
    : timer_(io), list_(std::make_shared<internal::DeadlineList>()) {
  list_->owner = this;
}

Deadlines::~Deadlines() {
  list_->owner = nullptr;
}

void Deadlines::Tick() {
  ticking_ = true;
  timer_.expires_after(kDeadlineTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) Look();
  });
}

void Deadlines::Look() {
  ticking_ = false;
  const auto now = std::chrono::steady_clock::now();
  bool any_armed = false;
  // A callback may end any deadline, its own too: next_look stays valid.
  for (Deadline* each = list_->first; each != nullptr; each = list_->next_look) {
    list_->next_look = each->next_;
    if (!each->armed_) continue;
    if (each->at_ > now) {
      any_armed = true;
      continue;
    }
    each->armed_ = false;
    each->expired_ = true;
    each->on_expired_();
  }
  if (any_armed && !ticking_) Tick();
}

}  // namespace proviso::http
