// An application, an operator and an approver, over a real socket.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "home.h"
#include "http/testing/raw_client.h"
#include "oversight/approval.h"
#include "protocol/dialect.h"

namespace proviso::scenarios {

using protocol::Delivery;
using protocol::Dialect;

inline constexpr Dialect kDialects[] = {Dialect::kOpenAiChat, Dialect::kAnthropicMessages};
inline constexpr Delivery kDeliveries[] = {Delivery::kWhole, Delivery::kStream};

struct Reply {
  int status = 0;
  std::string head;
  std::string body;  ///< decoded; "<cut>" at its end when the answer broke off
  /// The value of a header of the answer; "" for none.
  [[nodiscard]] std::string Header(std::string_view name) const;
};

/// What an application sends.
struct Ask {
  Dialect dialect = Dialect::kOpenAiChat;
  std::string body;
  std::string key;           ///< as Authorization: Bearer; "" for none
  std::string headers = {};  ///< more header lines, each with its line end
};

[[nodiscard]] std::string_view PathOf(Dialect dialect);
/// The request's bytes, with Connection: close.
[[nodiscard]] std::string BytesOf(const Ask& ask);
/// Sends, and reads the whole answer.
[[nodiscard]] Reply Send(std::uint16_t port, const Ask& ask);
[[nodiscard]] Reply SendBytes(std::uint16_t port, std::string_view bytes);
[[nodiscard]] Reply ParseReply(std::string_view bytes);

/// A body that offers all the tools of the agreement.
struct Body {
  Dialect dialect = Dialect::kOpenAiChat;
  Delivery delivery = Delivery::kWhole;
  std::string model = "same-name";
  std::string says = "hello";
};
[[nodiscard]] std::string Text(const Body& body);

/// The first "hold_…" in a text; "" for none.
[[nodiscard]] std::string HoldIdIn(std::string_view text);

/// What the operator's pages say and do.
class Desk {
 public:
  Desk(const Home& home, std::uint16_t port) : home_(home), port_(port) {}
  /// Waits until a hold is waiting, and gives its id.
  [[nodiscard]] std::string NextWaiting() const;
  [[nodiscard]] std::vector<std::string> Waiting() const;
  [[nodiscard]] Reply Show(const std::string& hold_id) const;
  [[nodiscard]] std::string StateOf(const std::string& hold_id) const;
  /// A decision signed by this person on the statement as it is shown.
  Reply Decide(const std::string& hold_id, const std::string& person, oversight::Verdict verdict) const;
  Reply Approve(const std::string& hold_id, const std::string& person) const {
    return Decide(hold_id, person, oversight::Verdict::kApprove);
  }

 private:
  [[nodiscard]] Reply Get(const std::string& target) const;
  const Home& home_;
  const std::uint16_t port_;
};

/// Looks every few milliseconds, at most ten seconds.
template <typename Condition>
[[nodiscard]] bool Eventually(const Condition& condition);

void Nap(std::chrono::milliseconds wait);

template <typename Condition>
bool Eventually(const Condition& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    Nap(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace proviso::scenarios
