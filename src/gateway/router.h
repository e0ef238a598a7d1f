// Exact routes: a method and the bytes of a path, to a handler. Nothing is decoded, merged,
// lowered or trimmed before the comparison, so "/v1/%63hat", "//v1" and "/v1/chat/" are unknown.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "http/server.h"

namespace proviso::gateway {

class Router {
 public:
  /// A later Add for the same method and path is a bug and asserts.
  void Add(std::string method, std::string path, http::Handler handler);

  /// Takes every path that begins with `prefix` and is longer, when no exact route has it.
  void AddBelow(std::string method, std::string prefix, http::Handler handler);

  /// Calls the route's handler. An unknown path is a 404; a known one with another method is a
  /// 405 with Allow. The router must outlive the call.
  [[nodiscard]] boost::asio::awaitable<void> Handle(http::ServerExchange& exchange);

 private:
  using Methods = std::map<std::string, http::Handler, std::less<>>;
  using Routes = std::map<std::string, Methods, std::less<>>;
  [[nodiscard]] Methods* Find(std::string_view path);

  Routes routes_;
  Routes below_;
};

}  // namespace proviso::gateway
