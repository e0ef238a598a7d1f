// A connection's place among the live ones of its core, from its making to its end.
#pragma once

#include "http/server.h"

namespace proviso::http::internal {

class Enlisted {
 public:
  Enlisted(ServerConnections& core, LiveConnection& connection) : core_(core), connection_(connection) {
    connection_.index_ = core_.live_.size();
    core_.live_.push_back(&connection_);
  }
  ~Enlisted() {
    core_.live_[connection_.index_] = core_.live_.back();
    core_.live_[connection_.index_]->index_ = connection_.index_;
    core_.live_.pop_back();
    if (core_.live_.empty() && core_.on_empty_) core_.on_empty_();
  }
  Enlisted(const Enlisted&) = delete;
  Enlisted& operator=(const Enlisted&) = delete;

 private:
  ServerConnections& core_;
  LiveConnection& connection_;
};

}  // namespace proviso::http::internal
