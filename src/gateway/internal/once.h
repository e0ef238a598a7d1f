// One request under an Idempotency-Key: begun once, its answer kept as it leaves, given again.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/core_state.h"
#include "http/message.h"

namespace proviso::gateway::internal {

/// Used by one walk, on its core. Without a key everything but Begin may be called and does nothing.
class Once {
 public:
  /// Reads the header. kInvalid when it stands twice or is not 1 to 255 visible ASCII characters.
  [[nodiscard]] base::Status ReadKey(const http::RequestHead& head);

  /// Whether the request has a key.
  [[nodiscard]] bool wanted() const { return !key_.empty(); }

  struct GoOn {};
  using Begun = std::variant<GoOn, routing::Replay, routing::Repeated>;
  /// With a key. Claims it for a request with this identity: all that decides on its answer. An error when
  /// that cannot be made durable: then nothing may be sent.
  [[nodiscard]] boost::asio::awaitable<base::Result<Begun>> Begin(Services& services, std::string key_id,
                                                                  base::Digest identity, base::Digest terms);

  /// What leaves for the caller, in order. Past the bound nothing is kept.
  void TakeHead(std::vector<http::Header> headers);
  void Take(std::string_view bytes);
  /// The answer left whole.
  void Finish(const std::string& decision_id);
  /// Ends it: when nothing of an answer was released the key is free again, otherwise it stays used up.
  /// After Finish it does nothing.
  [[nodiscard]] boost::asio::awaitable<void> End(Services& services);

 private:
  std::string key_;
  std::optional<routing::Idempotency::Ticket> ticket_;
  routing::KeptAnswer answer_;
  enum class Released : std::uint8_t { kNothing, kSomething, kTooMuch };
  Released released_ = Released::kNothing;
};

}  // namespace proviso::gateway::internal
